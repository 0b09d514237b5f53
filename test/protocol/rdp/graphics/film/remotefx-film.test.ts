import { describe, expect, it } from 'vitest';
import { RemoteFxFilm } from '../../../../../src/protocol/rdp/graphics/film/remotefx-film.ts';
import { RemoteFxQuality } from '../../../../../src/protocol/rdp/graphics/film/remotefx-quality.ts';
import { RFX_QUANTS } from '../../../../../src/protocol/rdp/graphics/remotefx/rfx-format.ts';
import { inKernels } from '../kernels/in-kernels.ts';
import { noise, paint } from '../pictures.ts';

const BOX = { x: 10, y: 20, width: 128, height: 96 };
const FRAME_MS = 1_000 / 30;
/** A smooth picture with some noise on it. */
const pictures = [3, 5, 7].map((seed) => {
  const next = noise(seed);
  return inKernels(paint(160, 130, (x, y) => (((x + seed) & 0xff) << 16) | ((y & 0xff) << 8) | (next() & 0x3f)));
});

/** So many seconds of the film on a line: pictures and bytes a second. */
async function played(
  seconds: number,
  lineBitsPerSecond: number | undefined,
): Promise<{ readonly pictures: number; readonly bytes: number }> {
  const film = new RemoteFxFilm(BOX);
  let drawn = 0;
  let bytes = 0;
  for (let count = 0; count < seconds * 30; count++) {
    const nowMs = count * FRAME_MS;
    film.follow(lineBitsPerSecond, nowMs);
    if (!film.hasRoom(nowMs)) continue;
    const picture = pictures[count % pictures.length];
    if (picture === undefined) throw new Error('no picture');
    const pdus = await film.draw(picture, [BOX]);
    drawn += 1;
    for (const pdu of pdus) bytes += pdu.length;
  }
  return { pictures: drawn / seconds, bytes: bytes / seconds };
}

describe('a film as RemoteFX', () => {
  it('takes what the line has for it: coarser first, then fewer pictures', async () => {
    const free = await played(2, undefined);
    expect(free.pictures).toBe(30);
    for (const [share, least] of [
      [0.7, 18],
      [0.3, 18],
      [0.05, 3],
    ] as const) {
      const bytes = free.bytes * share;
      const tight = await played(3, bytes * 8);
      // A quarter more than it was told at most, and three tenths of a second of that ahead; no picture goes by halves.
      expect(tight.bytes, `of ${share}`).toBeLessThanOrEqual(bytes * 1.4 + free.bytes / 60);
      expect(tight.bytes, `of ${share}`).toBeGreaterThan(bytes * 0.5);
      expect(tight.pictures, `of ${share}`).toBeGreaterThanOrEqual(least);
    }
  });

  it('is as good as can be where the line is not known', () => {
    const quality = new RemoteFxQuality();
    expect(quality.quantsFor(100_000)).toEqual(RFX_QUANTS);
    quality.took(100_000, 90_000);
    expect(quality.quantsFor(100_000)).toEqual(RFX_QUANTS);
  });

  it('keeps its quality while it fits, and is better again when the line is', () => {
    const quality = new RemoteFxQuality();
    const coarse = quality.quantsFor(100_000, 5_000);
    expect(coarse[9]).toBeGreaterThan(RFX_QUANTS[9]);
    expect(coarse[0] - RFX_QUANTS[0]).toBeLessThan(coarse[9] - RFX_QUANTS[9]);
    quality.took(100_000, 4_900);
    // A little more than before is no reason for another one.
    expect(quality.quantsFor(100_000, 5_300)).toEqual(coarse);
    expect(quality.quantsFor(100_000, 500_000)).toEqual(RFX_QUANTS);
  });
});
