import type { Role } from '../../protocol/assistance/status.ts';
import { type CodeSource, type KnownContact, SessionTrust } from '../../protocol/assistance/session-trust.ts';
import { base64Encode } from '../../protocol/bytes/text.ts';
import type { Features } from '../../protocol/rendezvous/features.ts';
import { NONCE_BYTES } from '../../protocol/trust/hello.ts';
import type { PeerAddress, RendezvousAnswer } from '../messenger/contract.ts';
import type { AssistanceParts } from './contract.ts';
import type { SessionHost } from './running-session.ts';

interface TrustWanted {
  readonly role: Role;
  readonly peer: PeerAddress;
  /** This side sends the invitation. */
  readonly inviter: boolean;
  readonly code?: CodeSource;
  /** Whoever has no account has another address each time: nothing is known of it. */
  readonly guest?: true;
}

const NOBODY: KnownContact = { devices: [], meetings: 0 };

/** What a session over a messenger begins with: who this installation is, and what is known of the contact. */
export function openTrust(parts: AssistanceParts, host: SessionHost, { role, peer, inviter, code, guest }: TrustWanted): SessionTrust {
  const { trust, messengers } = parts;
  const state = messengers.stateOf(peer.transport);
  return new SessionTrust(role, {
    identity: trust.identity,
    known: guest ? NOBODY : trust.known(peer),
    allowUnverified: guest !== true && trust.allowUnverified(),
    random: host.random,
    ownAddress: state.tag === 'signedIn' ? state.address : '',
    peerAddress: peer.address,
    inviter,
    nonce: base64Encode(host.random(NONCE_BYTES)),
    ...(code === undefined ? {} : { code }),
  });
}

/** This side's ACCEPT as its trust has it: between two that can, no address goes in the clear. */
export function trustedAnswer(trust: SessionTrust, theirs: Features | undefined): RendezvousAnswer {
  if (!trust.sealsWith(theirs)) return {};
  const opening = trust.opening(theirs);
  return { ipAddress: '', ...(opening === undefined ? {} : { contextData: opening }) };
}
