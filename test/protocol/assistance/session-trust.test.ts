import { describe, expect, it } from 'vitest';
import { type CodeSource, SessionTrust } from '../../../src/protocol/assistance/session-trust.ts';
import type { Role } from '../../../src/protocol/assistance/status.ts';
import { base64Encode, hexEncode } from '../../../src/protocol/bytes/text.ts';
import { formatFeatures, parseFeatures } from '../../../src/protocol/rendezvous/features.ts';
import { NONCE_BYTES } from '../../../src/protocol/trust/hello.ts';
import { identityOf } from '../../support/trust.ts';

const NOW = 1_000_000;
let seed = 0;

/** The two sides of one request for help, as far as both have said yes. */
function sides(codes: Partial<Record<Role, CodeSource>>) {
  const trustOf = (role: Role): SessionTrust => {
    const code = codes[role];
    return new SessionTrust(role, {
      identity: identityOf(role),
      known: { devices: [], meetings: 0 },
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
  const line = (trust: SessionTrust): string => formatFeatures({ version: 1, named: new Map([['parts', ''], ...trust.features()]) });
  const [invite, accept] = [line(novice), line(expert)];
  novice.meet({ features: parseFeatures(accept), said: invite, heard: accept, invitation: '1' }, NOW);
  const opening = novice.opening(parseFeatures(accept));
  expert.meet(
    { features: parseFeatures(invite), said: accept, heard: invite, invitation: '1', ...(opening === undefined ? {} : { opening }) },
    NOW,
  );
  return { novice, expert, opening };
}

function exchange(novice: SessionTrust, expert: SessionTrust): void {
  expect(novice.hear(expert.seal('of the expert'))).toEqual({ tag: 'introduced', ticket: 'of the expert' });
  expect(expert.hear(novice.seal('of the novice'))).toEqual({ tag: 'introduced', ticket: 'of the novice' });
  expect(hexEncode(novice.sessionId)).toBe(hexEncode(expert.sessionId));
  expect([novice.verification, expert.verification]).toEqual([{ tag: 'code' }, { tag: 'code' }]);
}

describe('a code that the expert gave out beforehand', () => {
  const given = { tag: 'given', code: '428117' } as const;

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
