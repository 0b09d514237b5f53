import type { DesktopLayout } from '../desktop-layout.ts';
import type { ClientCoreData } from '../pdu/client-data.ts';
import { ProtocolError } from '../../bytes/errors.ts';
import type { ClientAbilities } from './client-abilities.ts';
import type { PointerCache } from './pointer-cache.ts';
import type { StaticChannels } from '../channels/static-channels.ts';
import type { RdpServerOutput } from './contract.ts';

/** What Connect-Initial said and how the channels were numbered. */
export interface Session {
  readonly core: ClientCoreData;
  /** The static channels that the client asked for. */
  readonly channels: readonly { readonly name: string; readonly id: number }[];
  /** Given when the client asked for one. */
  readonly messageChannelId: number | undefined;
  readonly userId: number;
  /** Channels joined so far. */
  readonly joined: Set<number>;
}

/** The session has been admitted: it goes round `capabilities`, `finalization` and `active`, once and after each resize. */
export interface Admitted {
  readonly session: Session;
  readonly channels: StaticChannels;
  readonly desktop: DesktopLayout;
  /** Set once the session has been active: what is on its way while it is reactivated is not an error. */
  readonly wasActive: boolean;
}

/** The phases of [MS-RDPBCGR] 1.3.1.1, each with what it needs and no more. */
export type ServerState =
  | { readonly tag: 'connectionInitiation' }
  | { readonly tag: 'tlsHandshake'; readonly requestedProtocols: number }
  | { readonly tag: 'basicSettings'; readonly requestedProtocols: number }
  | { readonly tag: 'channelConnection'; readonly session: Session; readonly attached: boolean; readonly requests: number }
  | { readonly tag: 'awaitingAdmission'; readonly session: Session }
  | ({ readonly tag: 'capabilities' } & Admitted)
  | ({ readonly tag: 'finalization'; readonly abilities: ClientAbilities } & Admitted)
  | ({ readonly tag: 'active'; readonly abilities: ClientAbilities; readonly pointers: PointerCache } & Admitted)
  | { readonly tag: 'closed' };

export type StateOf<Tag extends ServerState['tag']> = Extract<ServerState, { readonly tag: Tag }>;

/** What a PDU led to. */
export interface Step {
  readonly state: ServerState;
  readonly outputs: RdpServerOutput[];
}

/** `what` is valid in itself but not in this phase. */
export function illegal(state: ServerState, what: string): ProtocolError {
  return new ProtocolError('ILLEGAL_TRANSITION', what, `a phase other than ${state.tag}`, what);
}
