import { describe, expect, it } from 'vitest';
import { hexDecode, hexEncode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { keyPairOf, NoiseKK, openFrom, sealTo } from '../../../src/protocol/trust/noise.ts';

const hex = (text: string): Uint8Array => hexDecode(text, 'vector');
/** The ephemeral key of a vector. */
const once = (text: string) => () => hex(text);

/* The public vectors of cacophony. */
const prologue = hex('4a6f686e2047616c74');
const beginner = keyPairOf(hex('e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1'));
const answerer = keyPairOf(hex('4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893'));
const EPHEMERAL = '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a';
const OTHER_EPHEMERAL = 'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b';

const KK = {
  hash: '24c6b51ecb76277140ca018b5985bc9f03de321dae2d34dcae433dafef0131d9',
  messages: [
    [
      '4c756477696720766f6e204d69736573',
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79440177015efc1fe7a37c629af7120a96274e6ab7afcc9261901d0e09ae32a5bb96',
    ],
    [
      '4d757272617920526f746862617264',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843b274d3429adc47ca093ba63ef90f8da89fda108db471dccfa4894aa7b00003',
    ],
    ['462e20412e20486179656b', '966b05bc69ec01b8454d3160a214e6f24a3d884eb31ec2408af63f'],
    ['4361726c204d656e676572', '0ad887fba4f611bbb4afe44ba3556b8164332ca7d5934634d63d80'],
    ['4a65616e2d426170746973746520536179', '012b28ae646ae7830e2c5472cb023eab071c1db3d8413ec69b513b83832f974c2d'],
    ['457567656e2042f6686d20766f6e2042617765726b', 'bb3e6a48160d9c5971d37f975727294e0d868342db31832e54d07191ab0ca3c3703b5ed3d9'],
  ],
} as const;
const K =
  'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c794418467a8f8358c37e189cac4aa41dadaa6573febe24d52f366661eaa09018ab2c';

describe('Noise KK', () => {
  it('says, message for message, what the vectors have', () => {
    const begins = new NoiseKK(true, beginner, answerer.publicKey, prologue, once(EPHEMERAL));
    const answers = new NoiseKK(false, answerer, beginner.publicKey, prologue, once(OTHER_EPHEMERAL));
    const [[first, firstSealed], [second, secondSealed], ...later] = KK.messages;
    const one = begins.write(hex(first));
    expect(hexEncode(one)).toBe(firstSealed);
    expect(hexEncode(answers.read(one))).toBe(first);
    const two = answers.write(hex(second));
    expect(hexEncode(two)).toBe(secondSealed);
    expect(hexEncode(begins.read(two))).toBe(second);
    expect([hexEncode(begins.hash), hexEncode(answers.hash)]).toEqual([KK.hash, KK.hash]);
    const [there, here] = [begins.finish(), answers.finish()];
    expect(hexEncode(there.secret)).toBe(hexEncode(here.secret));
    later.forEach(([plain, sealed], index) => {
      const [from, to] = index % 2 === 0 ? [there, here] : [here, there];
      const frame = from.send.seal(hex(plain));
      expect(hexEncode(frame)).toBe(sealed);
      expect(hexEncode(to.receive.open(frame))).toBe(plain);
    });
  });

  it.each([
    ['another prologue', { prologue: utf8Encode('other') }],
    ['another key than the one that is known', { theirs: keyPairOf(new Uint8Array(32).fill(7)).publicKey }],
  ])('%s: nothing opens', (_name, other) => {
    const begins = new NoiseKK(true, beginner, answerer.publicKey, prologue, once(EPHEMERAL));
    const answers = new NoiseKK(
      false,
      answerer,
      'theirs' in other ? other.theirs : beginner.publicKey,
      'prologue' in other ? other.prologue : prologue,
      once(OTHER_EPHEMERAL),
    );
    expect(() => answers.read(begins.write(new Uint8Array()))).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });

  it.each([0, 40])('a message of %i bytes is too short', (length) => {
    const answers = new NoiseKK(false, answerer, beginner.publicKey, prologue, once(OTHER_EPHEMERAL));
    expect(() => answers.read(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });

  it('a key of small order is refused', () => {
    const answers = new NoiseKK(false, answerer, beginner.publicKey, prologue, once(OTHER_EPHEMERAL));
    expect(() => answers.read(new Uint8Array(64))).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });
});

describe('Noise K, one message', () => {
  it('is what the vectors have, and opens for the one it is for', () => {
    const sealed = sealTo(answerer.publicKey, beginner, prologue, hex(KK.messages[0][0]), once(EPHEMERAL));
    expect(hexEncode(sealed)).toBe(K);
    expect(hexEncode(openFrom(beginner.publicKey, answerer, prologue, sealed))).toBe(KK.messages[0][0]);
  });

  it('opens for nobody else, from nobody else, and not elsewhere', () => {
    const sealed = sealTo(answerer.publicKey, beginner, prologue, hex('00'), once(EPHEMERAL));
    const stranger = keyPairOf(new Uint8Array(32).fill(9));
    for (const open of [
      () => openFrom(stranger.publicKey, answerer, prologue, sealed),
      () => openFrom(beginner.publicKey, stranger, prologue, sealed),
      () => openFrom(beginner.publicKey, answerer, utf8Encode('elsewhere'), sealed),
    ])
      expect(open).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });
});

describe('frames', () => {
  it('open once and in order; one that does not fit changes nothing', () => {
    const begins = new NoiseKK(true, beginner, answerer.publicKey, prologue, once(EPHEMERAL));
    const answers = new NoiseKK(false, answerer, beginner.publicKey, prologue, once(OTHER_EPHEMERAL));
    answers.read(begins.write(new Uint8Array()));
    begins.read(answers.write(new Uint8Array()));
    const [there, here] = [begins.finish(), answers.finish()];
    const frames = [there.send.seal(hex('01')), there.send.seal(hex('02'))] as const;
    expect(() => here.receive.open(frames[1])).toThrow(expect.objectContaining({ code: 'REFUSED' }));
    expect(hexEncode(here.receive.open(frames[0]))).toBe('01');
    expect(() => here.receive.open(frames[0])).toThrow(expect.objectContaining({ code: 'REFUSED' }));
    expect(hexEncode(here.receive.open(frames[1]))).toBe('02');
  });
});
