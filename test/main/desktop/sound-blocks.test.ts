import { expect, it } from 'vitest';
import { SoundBlocks } from '../../../src/main/desktop/sound/sound-blocks.ts';

it('makes whole samples of any pieces, and says when each block began', () => {
  const blocks = new SoundBlocks(48_000);
  const bytes = Uint8Array.from({ length: 4_000 }, (_, at) => at & 0xff);
  expect(blocks.push(bytes.subarray(0, 3), 100)).toEqual([]);
  expect(blocks.push(bytes.subarray(3, 1_922), 110)).toEqual([{ pcm: bytes.subarray(0, 1_920), recordedAtMs: 100 }]);
  expect(blocks.push(bytes.subarray(1_922, 1_924), 111)).toEqual([{ pcm: bytes.subarray(1_920, 1_924), recordedAtMs: 111 - 4 / 192 }]);
});

it('cuts what has gathered into blocks of a tenth of a second', () => {
  const blocks = new SoundBlocks(44_100).push(new Uint8Array(44_100), 1_000);
  expect(blocks.map(({ pcm }) => pcm.length)).toEqual([17_640, 17_640, 8_820]);
  expect(blocks.map(({ recordedAtMs }) => recordedAtMs)).toEqual([750, 850, 950]);
});
