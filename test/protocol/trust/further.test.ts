import { describe, expect, it } from 'vitest';
import { FurtherMessages, MAX_FURTHER_BYTES, MAX_FURTHER_KEPT } from '../../../src/protocol/trust/further.ts';
import { FrameOpener, FrameSealer } from '../../../src/protocol/trust/sealed.ts';
import { contextLines } from '../../../src/protocol/rendezvous/parts.ts';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** What two have to say each other, under one key for each direction. */
function two() {
  const [one, other] = [new FurtherMessages(), new FurtherMessages()];
  one.begin({ send: new FrameSealer(key(1)), receive: new FrameOpener(key(2)) });
  const begin = (): void => other.begin({ send: new FrameSealer(key(2)), receive: new FrameOpener(key(1)) });
  return { one, other, begin };
}

describe('what is said after an agreement', () => {
  it('is opened in both directions, and its order is that of its sealing, whatever it came in', () => {
    const { one, other, begin } = two();
    begin();
    const [a, b, c] = ['a', 'b', 'ünïcode 🙂'].map((text) => one.seal(text));
    expect(other.open(c)).toEqual({ texts: [] });
    expect(other.open(a)).toEqual({ texts: ['a'] });
    expect(other.open(b)).toEqual({ texts: ['b', 'ünïcode 🙂'] });
    expect(one.open(other.seal('back'))).toEqual({ texts: ['back'] });
  });

  it('waits for the agreement where it is early', () => {
    const { one, other, begin } = two();
    expect(other.open(one.seal('early'))).toEqual({ texts: [] });
    expect(() => other.seal('x')).toThrow('not agreed');
    begin();
    expect(other.open()).toEqual({ texts: ['early'] });
  });

  it('is not said twice, and not by anybody else, and what is refused harms nothing', () => {
    const { one, other, begin } = two();
    begin();
    const first = one.seal('first');
    other.open(first);
    expect(other.open(first)).toMatchObject({ texts: [], error: { code: 'OUT_OF_RANGE' } });
    const second = one.seal('second');
    expect(other.open(first.replace('1 ', '2 '))).toMatchObject({ texts: [], error: { code: 'REFUSED' } });
    expect(other.open(other.seal('reflected').replace(/^\d+/, '2'))).toMatchObject({ texts: [], error: { code: 'REFUSED' } });
    expect(other.open(second)).toEqual({ texts: ['second'] });
  });

  it.each(['', '1', '0 AAAA', '01 AAAA', 'x AAAA', '1 ?', '1  AAAA', `${MAX_FURTHER_KEPT + 1} AAAA`, '9999999 AAAA'])(
    '%j is refused',
    (line) => {
      expect(two().other.open(line)).toMatchObject({ texts: [], error: { name: 'ProtocolError' } });
    },
  );

  it('is as long as one message of a rendezvous session takes, and no longer', () => {
    const { one } = two();
    expect(contextLines('more', one.seal('x'.repeat(MAX_FURTHER_BYTES)), 9_999).length).toBeLessThanOrEqual(16);
    expect(() => one.seal('x'.repeat(MAX_FURTHER_BYTES + 1))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });
});
