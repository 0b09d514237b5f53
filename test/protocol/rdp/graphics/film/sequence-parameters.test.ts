import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOpenH264 } from '../../../../../src/main/desktop/film/openh264/start-openh264.ts';
import { checkSequence } from '../../../../../src/protocol/rdp/graphics/film/sequence-parameters.ts';
import { openH264 } from '../../../../support/openh264.ts';
import { damaged, errorCode, onlyProtocolErrors } from '../../pdu/arbitrary-bytes.ts';
import { sequence, type Said } from './sequence-bits.ts';

const PICTURE = [0, 0, 1, 0x65, 8, 8, 8];

const said: fc.Arbitrary<Said> = fc.record({
  width: fc.integer({ min: 1, max: 1_024 }),
  height: fc.integer({ min: 1, max: 512 }),
  high: fc.boolean(),
  order: fc.integer({ min: 0, max: 2 }),
  fields: fc.boolean(),
  lists: fc.boolean(),
});

describe('what a stream says of its pictures', () => {
  it('is taken for a surface that they fit on, and for no smaller one', () => {
    fc.assert(
      fc.property(said, (one) => {
        const unit = Uint8Array.from([...sequence(one), ...PICTURE]);
        const width = one.width * 16;
        const height = one.height * 16 * (one.fields ? 2 : 1);
        expect(errorCode(() => checkSequence(unit, { width, height }))).toBeUndefined();
        // The surface of a desktop has no whole blocks.
        expect(errorCode(() => checkSequence(unit, { width: width - 15, height: height - 15 }))).toBeUndefined();
        expect(errorCode(() => checkSequence(unit, { width: Math.max(1, width - 64), height }))).toBe(width > 64 ? 'TOO_LARGE' : undefined);
        expect(errorCode(() => checkSequence(unit, { width, height: Math.max(1, height - 64) }))).toBe(
          height > 64 ? 'TOO_LARGE' : undefined,
        );
      }),
    );
  });

  it('is looked at behind a picture too', () => {
    const large = sequence({ width: 1_000, height: 1_000, high: false, order: 2, fields: false, lists: false });
    const small = sequence({ width: 4, height: 4, high: false, order: 2, fields: false, lists: false });
    const unit = Uint8Array.from([...small, ...PICTURE, ...large, ...PICTURE]);
    expect(errorCode(() => checkSequence(unit, { width: 64, height: 64 }))).toBe('TOO_LARGE');
    expect(errorCode(() => checkSequence(Uint8Array.from(PICTURE), { width: 1, height: 1 }))).toBeUndefined();
  });

  it('is looked at a bounded number of times in one picture', () => {
    const small = sequence({ width: 4, height: 4, high: false, order: 2, fields: false, lists: false });
    const unit = (sets: number): Uint8Array => Uint8Array.from([...Array.from({ length: sets }, () => small).flat(), ...PICTURE]);
    expect(errorCode(() => checkSequence(unit(32), { width: 64, height: 64 }))).toBeUndefined();
    expect(errorCode(() => checkSequence(unit(33), { width: 64, height: 64 }))).toBe('TOO_LARGE');
  });

  it('is refused with a typed error when it is damaged', () => {
    fc.assert(
      fc.property(
        said.chain((one) => damaged(Uint8Array.from([...sequence(one), ...PICTURE]))),
        (unit) => onlyProtocolErrors(() => checkSequence(unit, { width: 64, height: 64 })),
      ),
    );
  });
});

it.skipIf(openH264.skip)(openH264.title('what libopenh264 says of its pictures is read'), async () => {
  const encoders = await startOpenH264();
  const size = { width: 192, height: 80 };
  const encoder = await encoders.open({ ...size, bitsPerSecond: 500_000, framesPerSecond: 30 });
  const { bytes } = await encoder.encode({ ...size, i420: new Uint8Array((192 * 80 * 3) / 2) }, true);
  encoders.close();
  expect(errorCode(() => checkSequence(bytes, size))).toBeUndefined();
  expect(errorCode(() => checkSequence(bytes, { width: 128, height: 80 }))).toBe('TOO_LARGE');
  expect(errorCode(() => checkSequence(bytes, { width: 192, height: 64 }))).toBe('TOO_LARGE');
});
