import { expect, it } from 'vitest';
import type { FilmEncoderOptions } from '../../../../../src/protocol/rdp/graphics/film/contract.ts';
import { Film } from '../../../../../src/protocol/rdp/graphics/film/film.ts';

it('a picture of a large film on a thin line gets as many bits as make it useful, and fewer are made', async () => {
  const bitrates: number[] = [];
  const opened: FilmEncoderOptions[] = [];
  const frame = { width: 1_280, height: 720, stride: 1_280 * 4, pixels: new Uint8Array(1_280 * 720 * 4) };
  const box = { x: 0, y: 0, width: 1_280, height: 720 };
  const film = new Film(
    box,
    {
      name: 'fake',
      open: async (options) => {
        opened.push(options);
        const setBitrate = (bitsPerSecond: number): void => void bitrates.push(bitsPerSecond);
        const encode = async () => ({ bytes: new Uint8Array(Math.ceil((bitrates.at(-1) ?? 0) / 8 / 30)), key: false });
        return { encode, setBitrate, close: () => undefined };
      },
      close: () => undefined,
    },
    100_000,
    0,
    () => undefined,
  );
  await Promise.resolve();
  await Promise.resolve();
  expect(film.isReady).toBe(true);
  // 0.01 bits a pixel, thirty times a second.
  expect([opened[0]?.bitsPerSecond, ...bitrates]).toEqual([276_480, 276_480]);
  let made = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1_000 / 30) {
    if (!film.hasRoom(nowMs)) continue;
    await film.draw(frame, [box]);
    made += 1;
  }
  // Eleven a second would be just what the line has.
  expect(made).toBeGreaterThan(100);
  expect(made).toBeLessThan(150);
  film.follow(4_000_000, 10_000);
  expect(bitrates.at(-1)).toBeGreaterThan(276_480);
});
