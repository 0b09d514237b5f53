import { randomBytes } from 'node:crypto';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { base64Decode, base64Encode, utf8Decode, utf8Encode } from '../../protocol/bytes/text.ts';
import { type Features, takesParts } from '../../protocol/rendezvous/features.ts';
import { type Hello, helloFeatures, helloOf, type DeviceKey, type Identity, NONCE_BYTES } from '../../protocol/trust/hello.ts';
import { lvCat } from '../../protocol/trust/lv.ts';
import { openFrom, sealTo } from '../../protocol/trust/noise.ts';
import type { PeerAddress, RendezvousSession } from '../messenger/contract.ts';

/** How context data with a sealed address is marked, and an `IP-Address` that is none. */
export const SEALED_KIND = 'sealed';
const MARK = `!${SEALED_KIND} `;
const PROTOCOL = 'Ringback sealed address 1';

/** Who this installation is to others, and whom it knows from sessions before. */
export interface KnownDevices {
  readonly identity: Identity;
  known(peer: PeerAddress): { readonly devices: readonly DeviceKey[] };
}

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));

/**
 * Addresses between contacts who know each other's keys: sealed for the one, from the other, for this invitation (docs/decisions/0020). To
 * everybody else they go as they are.
 */
export class AddressSeal {
  private readonly trust: KnownDevices | undefined;
  private readonly ownAddress: string;
  private readonly peer: PeerAddress;
  private readonly nonce = base64Encode(random(NONCE_BYTES));
  private session: RendezvousSession | undefined;

  /** Without `trust` nothing is sealed. `ownAddress`: as the messenger has it. */
  constructor(trust: KnownDevices | undefined, ownAddress: string, peer: PeerAddress) {
    this.trust = trust;
    this.ownAddress = ownAddress;
    this.peer = peer;
  }

  begin(session: RendezvousSession): void {
    this.session = session;
  }

  /** What this side says of itself in INVITE or ACCEPT. */
  get features(): ReadonlyMap<string, string> {
    if (this.trust === undefined) return new Map();
    return helloFeatures(this.trust.identity, this.nonce, this.trust.known(this.peer).devices.length > 0);
  }

  /** Whether what is said to `theirs` is sealed. */
  seals(theirs: Features | undefined): boolean {
    return this.helloTo(theirs) !== undefined;
  }

  /** The address, sealed where it can be. */
  write(address: string, theirs: Features | undefined): string {
    const hello = this.helloTo(theirs);
    if (hello === undefined || this.trust === undefined || address === '') return address;
    return base64Encode(sealTo(hello.key, this.trust.identity, this.prologue(true), utf8Encode(address), random));
  }

  /** As {@link write}, where nothing but a mark tells a sealed address from another one. */
  writeMarked(address: string, theirs: Features | undefined): string {
    return this.seals(theirs) && address !== '' ? `${MARK}${this.write(address, theirs)}` : address;
  }

  /** What the other side said: the address in it where it is marked. Throws ProtocolError REFUSED, MALFORMED, TRUNCATED. */
  readMarked(said: string, theirs: Features | undefined): string {
    return said.startsWith(MARK) ? this.read(said.slice(MARK.length), theirs) : said;
  }

  /** Throws ProtocolError REFUSED, MALFORMED, TRUNCATED. */
  read(sealed: string, theirs: Features | undefined): string {
    const hello = helloOf(theirs?.named);
    if (hello === undefined || this.trust === undefined)
      throw new ProtocolError('REFUSED', 'SealedAddress', 'a sender who says who it is', 'nobody');
    return utf8Decode(openFrom(hello.key, this.trust.identity, this.prologue(false), base64Decode(sealed, 'SealedAddress')));
  }

  /** Undefined where they do not know us, or we do not know them by this key: a key that nobody has made sure of protects from readers only. */
  private helloTo(theirs: Features | undefined): Hello | undefined {
    const hello = helloOf(theirs?.named);
    if (hello === undefined || !hello.met || !takesParts(theirs)) return undefined;
    const known = this.trust?.known(this.peer).devices ?? [];
    return known.some(({ device, key }) => device === hello.device && base64Encode(key) === base64Encode(hello.key)) ? hello : undefined;
  }

  /** Which invitation, who invited whom, who speaks, and what the INVITE said. */
  private prologue(own: boolean): Uint8Array {
    const { session, ownAddress, peer } = this;
    const inviter = session?.flag === 'INVITER';
    const people = [ownAddress, peer.address].map((address) => address.toLowerCase());
    const words = [
      PROTOCOL,
      session?.wireId.toLowerCase() ?? '',
      ...(inviter ? people : people.toReversed()),
      inviter === own ? 'from the inviter' : 'from the invitee',
      ((inviter ? session?.ownLine : session?.peerLine) ?? '').trim(),
    ];
    return lvCat(...words.map(utf8Encode));
  }
}
