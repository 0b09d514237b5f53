import type { HostPort } from '../../host-port.ts';
import type { MsnpErrorCode } from '../error-codes.ts';
import type { ListName, ListSnapshot } from '../lists.ts';
import type { PresenceCode } from '../presence.ts';

export type Answer<T = unknown> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: MsnpErrorCode };

/** Another user as the signed-in user sees them. */
export interface SeenContact {
  readonly address: string;
  readonly friendlyName: string;
  readonly presence: PresenceCode;
  /** The capability flags that their client sent with CHG (MSNP8 and later). */
  readonly clientId?: string;
}

/** Address and one-time cookie of a switchboard. */
export interface SwitchboardTicket {
  readonly endpoint: HostPort;
  readonly cookie: string;
}

/** The server's data about the user who signed in on a machine. Every method answers synchronously. */
export interface SignedInUser {
  readonly address: string;
  readonly friendlyName: string;
  snapshot(): ListSnapshot;
  /** Tells the user's watchers. The machine sends the contacts that are online (ILN) with the first presence only. */
  setPresence(presence: PresenceCode, clientId?: string): void;
  contactsOnline(): readonly SeenContact[];
  add(
    list: ListName,
    address: string,
    group: number,
  ): Answer<{ readonly serial: number; readonly friendlyName: string; readonly online?: SeenContact }>;
  remove(list: ListName, address: string, group: number | undefined): Answer<{ readonly serial: number }>;
  rename(friendlyName: string): { readonly serial: number };
  setPrivacy(privacy: 'AL' | 'BL'): { readonly serial: number };
  setPrompt(prompt: 'A' | 'N'): { readonly serial: number };
  addGroup(name: string): Answer<{ readonly serial: number; readonly id: number }>;
  removeGroup(id: number): Answer<{ readonly serial: number }>;
  renameGroup(id: number, name: string): Answer<{ readonly serial: number }>;
  openSwitchboard(): SwitchboardTicket;
  /** Called when the user's connection has ended, on either side's initiative. */
  signedOut(): void;
}
