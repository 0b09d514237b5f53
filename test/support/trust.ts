import { createHash } from 'node:crypto';
import type { Trust } from '../../src/main/assistance/contract.ts';
import type { PeerAddress } from '../../src/main/messenger/contract.ts';
import { type KnownContact, SessionTrust } from '../../src/protocol/assistance/session-trust.ts';
import type { Role } from '../../src/protocol/assistance/status.ts';
import { base64Encode } from '../../src/protocol/bytes/text.ts';
import { DEVICE_BYTES, type DeviceKey, type Identity, NONCE_BYTES } from '../../src/protocol/trust/hello.ts';
import { keyPairOf } from '../../src/protocol/trust/noise.ts';

const digest = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());

/** Somebody's installation, always the same one for a name. */
export function identityOf(name: string): Identity {
  return { ...keyPairOf(digest(`key of ${name}`)), device: base64Encode(digest(`device of ${name}`).slice(0, DEVICE_BYTES)) };
}

export const deviceOf = ({ publicKey: key, device }: Identity): DeviceKey => ({ key, device });

/** Whom somebody knows, in memory. */
export class MemoryTrust implements Trust {
  readonly identity: Identity;
  unverified = false;
  private readonly contacts = new Map<string, KnownContact>();

  constructor(name: string) {
    this.identity = identityOf(name);
  }

  known({ address }: PeerAddress): KnownContact {
    return this.contacts.get(address) ?? { devices: [], meetings: 0 };
  }

  remember(peer: PeerAddress, device: DeviceKey): void {
    const { devices, meetings } = this.known(peer);
    const others = devices.filter((known) => known.device !== device.device);
    this.contacts.set(peer.address, { devices: [...others, device], meetings: meetings + 1 });
  }

  allowUnverified(): boolean {
    return this.unverified;
  }

  /** As after a first session. */
  meet(address: string): void {
    this.remember({ transport: '', address }, deviceOf(identityOf(address)));
  }
}

/** Nobody vouches for the other side, and this one takes that. */
export function unverified(role: Role): SessionTrust {
  return new SessionTrust(role, {
    identity: identityOf(role),
    known: { devices: [], meetings: 0 },
    allowUnverified: true,
    random: (count) => new Uint8Array(count),
    ownAddress: role,
    peerAddress: 'peer',
    inviter: role === 'novice',
    nonce: base64Encode(new Uint8Array(NONCE_BYTES)),
  });
}
