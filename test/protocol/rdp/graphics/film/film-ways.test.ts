import { describe, expect, it } from 'vitest';
import { FilmEncoderError, type FilmEncoders } from '../../../../../src/protocol/rdp/graphics/film/contract.ts';
import { FilmWays } from '../../../../../src/protocol/rdp/graphics/film/film-ways.ts';

const OPTIONS = { width: 64, height: 64, bitsPerSecond: 1_000_000, framesPerSecond: 30 };
const PICTURE = { width: 64, height: 64, i420: new Uint8Array((64 * 64 * 3) / 2) };
const UNIT = { bytes: Uint8Array.of(1), key: true };

class Way {
  starts = 0;
  closes = 0;
  opening: () => Promise<void> = () => Promise.resolve();
  encoding: () => Promise<void> = () => Promise.resolve();
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  readonly start = async (): Promise<FilmEncoders> => {
    this.starts += 1;
    return {
      name: this.name,
      open: async () => {
        await this.opening();
        return {
          encode: async () => {
            await this.encoding();
            return UNIT;
          },
          setBitrate: () => undefined,
          close: () => undefined,
        };
      },
      close: () => {
        this.closes += 1;
      },
    };
  };
}

const fail = (code: FilmEncoderError['code']) => (): Promise<void> => Promise.reject(new FilmEncoderError(code, 'for a test'));

describe('several ways to encode film', () => {
  function two(): { readonly ways: FilmWays; readonly first: Way; readonly second: Way } {
    const first = new Way('first');
    const second = new Way('second');
    return { ways: new FilmWays([first.start, second.start]), first, second };
  }

  it('are not started before a film needs one, and the best is started once', async () => {
    const { ways, first, second } = two();
    expect(first.starts).toBe(0);
    for (let film = 0; film < 3; film++) expect(await (await ways.open(OPTIONS)).encode(PICTURE, false)).toBe(UNIT);
    expect([first.starts, second.starts, ways.name]).toEqual([1, 0, 'first']);
    ways.close();
    expect(first.closes).toBe(1);
  });

  it('are asked one film after the other: a film that ends while it opens takes nothing from the next', async () => {
    const { ways, first, second } = two();
    const given: (() => void)[] = [];
    let together = 0;
    first.opening = async () => {
      together += 1;
      expect(together).toBe(1);
      await new Promise<void>((resolve) => given.push(resolve));
      together -= 1;
    };
    const films = [ways.open(OPTIONS), ways.open(OPTIONS), ways.open(OPTIONS)];
    for (const film of films) {
      await expect.poll(() => given.length).toBe(1);
      given.pop()?.();
      await (await film).encode(PICTURE, false);
    }
    expect([first.starts, first.closes, second.starts]).toEqual([1, 0, 0]);
  });

  it('take each other’s place when one is not to be had, or not for this size', async () => {
    const { ways, first, second } = two();
    first.opening = fail('UNSUPPORTED');
    await (await ways.open(OPTIONS)).encode(PICTURE, false);
    expect([first.starts, first.closes, second.starts, ways.name]).toEqual([1, 0, 1, 'second']);
    first.opening = () => Promise.resolve();
    await (await ways.open(OPTIONS)).encode(PICTURE, false);
    expect([first.starts, ways.name]).toEqual([1, 'first']);
  });

  it('are started anew when they fail, and given up when they keep failing', async () => {
    const { ways, first, second } = two();
    first.encoding = fail('GONE');
    for (let film = 1; film <= 3; film++) {
      await expect((await ways.open(OPTIONS)).encode(PICTURE, false)).rejects.toMatchObject({ code: 'GONE' });
      expect([first.starts, first.closes]).toEqual([film, film]);
    }
    expect(await (await ways.open(OPTIONS)).encode(PICTURE, false)).toBe(UNIT);
    expect([first.starts, second.starts, ways.name]).toEqual([3, 1, 'second']);
    second.encoding = fail('TOO_SLOW');
    for (let film = 1; film <= 3; film++) await expect((await ways.open(OPTIONS)).encode(PICTURE, false)).rejects.toThrow('for a test');
    await expect(ways.open(OPTIONS)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('are not blamed for a film that was closed', async () => {
    const { ways, first } = two();
    const film = await ways.open(OPTIONS);
    first.encoding = fail('GONE');
    film.close();
    await expect(film.encode(PICTURE, false)).rejects.toThrow('for a test');
    expect(first.closes).toBe(0);
  });

  it('end when they are closed, also one that is just being started', async () => {
    const { first } = two();
    let go: () => void = () => undefined;
    const ways = new FilmWays([
      async () => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return first.start();
      },
    ]);
    const opening = ways.open(OPTIONS);
    ways.close();
    go();
    await expect(opening).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(first.closes).toBe(1);
  });
});
