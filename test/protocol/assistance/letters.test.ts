import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Letter, Letters } from '../../../src/protocol/assistance/letters.ts';
import { MAX_SIGNAL_BYTES } from '../../../src/protocol/assistance/ways.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { Random } from '../../fuzz/random.ts';

const SECRET = new Uint8Array(32).fill(5);
const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
const novice = new Letters('novice', SECRET, random);
const expert = new Letters('expert', SECRET, random);
const ADDRESSES = [
  { host: '192.0.2.7', port: 50_000 },
  { host: '2001:db8::1', port: 1_025 },
];

describe('letters between the two of a session', () => {
  it.each<Letter>([
    { tag: 'missing' },
    { tag: 'call', race: 1, addresses: ADDRESSES },
    { tag: 'answer', race: 999_999, addresses: [] },
    { tag: 'signal', race: 3, count: 7, way: 'ice', text: 'a=candidate: 1\nwith two lines' },
  ])('$tag comes as it was written', (letter) => {
    expect(expert.open(novice.seal(letter))).toEqual(letter);
    expect(novice.open(expert.seal(letter))).toEqual(letter);
  });

  it('the longest word of a way fits into one message of a conversation', () => {
    const letter: Letter = {
      tag: 'signal',
      race: 999_999_999,
      count: 999_999_999,
      way: `w${'a'.repeat(23)}`,
      text: 'x'.repeat(MAX_SIGNAL_BYTES),
    };
    expect(novice.seal(letter).length).toBeLessThanOrEqual(4_096);
  });

  it('nobody else opens one or writes one: not with another secret, not its own side’s come back, not a changed one', () => {
    const sealed = novice.seal({ tag: 'call', race: 1, addresses: ADDRESSES });
    const stranger = new Letters('expert', new Uint8Array(32).fill(6), random);
    for (const open of [() => stranger.open(sealed), () => expert.open(stranger.seal({ tag: 'missing' })), () => novice.open(sealed)])
      expect(open).toThrow(expect.objectContaining({ code: 'REFUSED', field: 'Letter.frame' }));
    const chance = new Random(99);
    for (let round = 0; round < 500; round += 1) {
      const at = chance.below(sealed.length);
      const changed = `${sealed.slice(0, at)}${chance.pick(['A', 'b', '=', '+', ' '])}${sealed.slice(at + 1)}`;
      if (changed !== sealed) expect(() => expert.open(changed)).toThrow(ProtocolError);
    }
    expect(novice.seal({ tag: 'missing' })).not.toBe(novice.seal({ tag: 'missing' }));
  });
});
