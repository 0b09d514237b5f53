import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CodeSource, SessionTrust } from '../../../src/protocol/assistance/session-trust.ts';
import type { Role, Verification } from '../../../src/protocol/assistance/status.ts';
import { base64Encode, hexEncode } from '../../../src/protocol/bytes/text.ts';
import { formatFeatures, parseFeatures } from '../../../src/protocol/rendezvous/features.ts';
import { NONCE_BYTES } from '../../../src/protocol/trust/hello.ts';
import { deviceOf, identityOf } from '../../support/trust.ts';

const NOW = 1_000_000;
const PEER = { address: 'peer@home', friendlyName: 'Peer' };
let seed = 0;

/** The two sides of one request for help, as far as both have said yes. */
function sides(codes: Partial<Record<Role, CodeSource>>, met = false) {
  const trustOf = (role: Role): SessionTrust => {
    const code = codes[role];
    return new SessionTrust(role, {
      identity: identityOf(role),
      known: met ? { devices: [deviceOf(identityOf(role === 'novice' ? 'expert' : 'novice'))], meetings: 1 } : { devices: [], meetings: 0 },
      allowUnverified: false,
      random: (count) => Uint8Array.from({ length: count }, () => (seed += 41) & 0xff),
      ownAddress: `${role}@home`,
      peerAddress: role === 'novice' ? 'expert@home' : 'novice@home',
      inviter: role === 'novice',
      nonce: base64Encode(new Uint8Array(NONCE_BYTES).fill(role.length)),
      ...(code === undefined ? {} : { code }),
    });
  };
  const [novice, expert] = [trustOf('novice'), trustOf('expert')];
  const line = (trust: SessionTrust, theirs?: string): string =>
    formatFeatures({
      version: 1,
      named: new Map([['parts', ''], ...trust.features(theirs === undefined ? undefined : parseFeatures(theirs))]),
    });
  const invite = line(novice);
  const accept = line(expert, invite);
  novice.meet({ features: parseFeatures(accept), said: invite, heard: accept, invitation: '1' }, NOW);
  const opening = novice.opening(parseFeatures(accept));
  expert.meet(
    { features: parseFeatures(invite), said: accept, heard: invite, invitation: '1', ...(opening === undefined ? {} : { opening }) },
    NOW,
  );
  return { novice, expert, opening };
}

function exchange(novice: SessionTrust, expert: SessionTrust, verification: Verification = { tag: 'code' }): void {
  expect(novice.hear(expert.seal('of the expert'))).toEqual({ tag: 'introduced', ticket: 'of the expert' });
  expect(expert.hear(novice.seal('of the novice'))).toEqual({ tag: 'introduced', ticket: 'of the novice' });
  expect(hexEncode(novice.sessionId)).toBe(hexEncode(expert.sessionId));
  expect([novice.verification, expert.verification]).toEqual([verification, verification]);
  const key = (role: Role): string => createHash('sha256').update(identityOf(role).publicKey).digest('hex');
  expect(novice.about(PEER)).toEqual({ ...PEER, verification, key: key('expert') });
  expect(expert.about(PEER)).toEqual({ ...PEER, verification, key: key('novice') });
}

describe('a code that the expert gave out beforehand', () => {
  const given = { tag: 'given', code: '428117' } as const;

  it('says nothing of the contact before it is proved', () => {
    const { novice, expert } = sides({ novice: given, expert: given });
    expect([novice.about(PEER), expert.about(PEER)]).toEqual([PEER, PEER]);
  });

  it('known on both sides, as from a link: nobody reads and nobody types', () => {
    const { novice, expert } = sides({ novice: given, expert: given });
    expect([novice.dialogue, expert.dialogue]).toEqual([undefined, undefined]);
    expect(expert.canAnswer).toBe(true);
    exchange(novice, expert);
  });

  it('typed by the novice: the novice’s side begins with it, and the expert’s waits as long as that takes', () => {
    const { novice, expert, opening } = sides({ novice: { tag: 'typed' }, expert: given });
    expect(opening).toBeUndefined();
    expect(novice.dialogue).toMatchObject({ tag: 'enter' });
    expect([expert.awaitsTypedCode, expert.canAnswer]).toEqual([true, false]);
    expect(novice.firstWord()).toBeUndefined();
    novice.enterCode('428117');
    expect(expert.hear(novice.firstWord() ?? '')).toEqual({ tag: 'begun' });
    expect(expert.awaitsTypedCode).toBe(false);
    exchange(novice, expert);
  });
});

describe('what is said after the tickets', () => {
  const given = { tag: 'given', code: '428117' } as const;

  it('is sealed under the same keys, in both directions, by a code', () => {
    const { novice, expert } = sides({ novice: given, expert: given });
    const [a, b] = [novice.sealsMore, expert.sealsMore];
    expect([a, b]).toEqual([false, false]);
    expect(novice.hear(expert.seal('e'))).toMatchObject({ tag: 'introduced' });
    // The novice is sure of the expert and has not said so: nothing of its own may come before its ticket.
    expect(() => novice.sealMore('too soon')).toThrow('not agreed');
    const ticket = novice.seal('n');
    const early = novice.sealMore('from the novice');
    expect(expert.openMore(early)).toEqual({ texts: [] });
    expect(() => expert.sealMore('too soon')).toThrow('not agreed');
    expect(expert.hear(ticket)).toMatchObject({ tag: 'introduced' });
    expect(expert.openMore()).toEqual({ texts: ['from the novice'] });
    expect(novice.openMore(expert.sealMore('from the expert'))).toEqual({ texts: ['from the expert'] });
    expect(expert.openMore(novice.sealMore('again'))).toEqual({ texts: ['again'] });
    expect([novice.sealsMore, expert.sealsMore]).toEqual([true, true]);
  });

  it('is sealed under the same keys between two that have met', () => {
    const { novice, expert } = sides({}, true);
    exchange(novice, expert, { tag: 'met', meetings: 1 });
    expect(novice.openMore(expert.sealMore('from the expert'))).toEqual({ texts: ['from the expert'] });
    expect(expert.openMore(novice.sealMore('from the novice'))).toEqual({ texts: ['from the novice'] });
  });
});
