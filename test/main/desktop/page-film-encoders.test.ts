import { beforeEach, describe, expect, it } from 'vitest';
import { LONGEST_ENCODE_MS, LONGEST_OPEN_MS, PageFilmEncoders } from '../../../src/main/desktop/film/page-film-encoders.ts';
import type { FilmEncoder } from '../../../src/protocol/rdp/graphics/film/contract.ts';
import type { FromFilmPage, ToFilmPage } from '../../../src/protocol/rdp/graphics/film/page-messages.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

class FakePage {
  readonly told: ToFilmPage[] = [];
  closed = false;
  say: (message: unknown) => void = () => undefined;
  goAway: (why: string) => void = () => undefined;

  post(message: ToFilmPage): void {
    this.told.push(message);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.say = listener;
  }
  onGone(listener: (why: string) => void): void {
    this.goAway = listener;
  }
  close(): void {
    this.closed = true;
  }
  answer(message: FromFilmPage): void {
    this.say(message);
  }
}

const SIZE = { width: 64, height: 64 };
const PICTURE = { ...SIZE, i420: new Uint8Array((64 * 64 * 3) / 2) };
const OPTIONS = { ...SIZE, bitsPerSecond: 1_000_000, framesPerSecond: 30 };
const BYTES = Uint8Array.of(0, 0, 0, 1, 0x65);

describe('film encoded in a page', () => {
  let clock: VirtualClock;
  let page: FakePage;
  let encoders: PageFilmEncoders;

  beforeEach(() => {
    clock = new VirtualClock();
    page = new FakePage();
    encoders = new PageFilmEncoders(page, clock);
  });

  async function opened(film = 1): Promise<FilmEncoder> {
    const opening = encoders.open(OPTIONS);
    page.answer({ tag: 'opened', film });
    return opening;
  }

  it('is asked for and comes back, with the bitrate of the time', async () => {
    const encoder = await opened();
    const first = encoder.encode(PICTURE, true);
    page.answer({ tag: 'encoded', film: 1, bytes: BYTES, key: true, hardware: false });
    expect(await first).toEqual({ bytes: BYTES, key: true });
    expect(encoders.name).toBe('webcodecs');
    encoder.setBitrate(300_000);
    const second = encoder.encode(PICTURE, false);
    page.answer({ tag: 'encoded', film: 1, bytes: BYTES, key: false, hardware: true });
    expect(await second).toEqual({ bytes: BYTES, key: false });
    expect(encoders.name).toBe('webcodecs-hardware');
    expect(page.told).toEqual([
      { tag: 'open', film: 1, options: OPTIONS },
      { tag: 'encode', film: 1, i420: PICTURE.i420, key: true, bitsPerSecond: 1_000_000 },
      { tag: 'encode', film: 1, i420: PICTURE.i420, key: false, bitsPerSecond: 300_000 },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has its own failure, and the page goes on', async () => {
    const encoder = await opened();
    const encoding = encoder.encode(PICTURE, false);
    page.answer({ tag: 'failed', film: 1, unsupported: true, message: 'odd' });
    await expect(encoding).rejects.toMatchObject({ code: 'UNSUPPORTED', message: 'odd' });
    expect(page.closed).toBe(false);
    expect(await opened(2)).toBeDefined();
  });

  it('ends what is under way when it is closed, and answers of an earlier film are nobody’s', async () => {
    const encoder = await opened();
    const encoding = encoder.encode(PICTURE, false);
    encoder.close();
    encoder.close();
    await expect(encoding).rejects.toMatchObject({ code: 'GONE' });
    await expect(encoder.encode(PICTURE, false)).rejects.toMatchObject({ code: 'GONE' });
    expect(page.told.at(-1)).toEqual({ tag: 'end', film: 1 });
    const opening = encoders.open(OPTIONS);
    page.answer({ tag: 'encoded', film: 1, bytes: BYTES, key: true, hardware: false });
    page.answer({ tag: 'opened', film: 3 });
    const next = (await opening).encode(PICTURE, false);
    page.answer({ tag: 'encoded', film: 3, bytes: BYTES, key: true, hardware: false });
    expect((await next).key).toBe(true);
  });

  it.each([
    ['opening', LONGEST_OPEN_MS],
    ['a picture', LONGEST_ENCODE_MS],
  ])('is given up within a second when %s gets no answer', async (what, longestMs) => {
    const waiting = what === 'opening' ? encoders.open(OPTIONS) : (await opened()).encode(PICTURE, false);
    const failed = expect(waiting).rejects.toMatchObject({ code: 'TOO_SLOW' });
    expect(longestMs).toBeLessThan(1_000);
    await clock.advance(longestMs - 1);
    expect(page.closed).toBe(false);
    await clock.advance(1);
    await failed;
    expect(page.closed).toBe(true);
    await expect(encoders.open(OPTIONS)).rejects.toMatchObject({ code: 'TOO_SLOW' });
  });

  it('is over when its page has gone', async () => {
    const encoding = (await opened()).encode(PICTURE, false);
    page.goAway('crashed');
    await expect(encoding).rejects.toMatchObject({ code: 'GONE', message: 'crashed' });
    await expect(encoders.open(OPTIONS)).rejects.toMatchObject({ code: 'GONE' });
  });

  it.each([
    undefined,
    { tag: 'opened' },
    { tag: 'encoded', film: 1, bytes: new Uint8Array(0), key: true, hardware: false },
    { tag: 'encoded', film: 1, bytes: 'x', key: true, hardware: false },
    { tag: 'failed', film: 1, unsupported: false, message: 'x'.repeat(1_001) },
    { tag: 'opened', film: 1, more: 1 },
  ])('believes nothing else than was agreed: %o', async (message) => {
    const encoding = (await opened()).encode(PICTURE, false);
    page.say(message);
    await expect(encoding).rejects.toMatchObject({ code: 'FAILED' });
    expect(page.closed).toBe(true);
  });

  it('fails where the answer is not to what was asked', async () => {
    const encoding = (await opened()).encode(PICTURE, false);
    page.answer({ tag: 'opened', film: 1 });
    await expect(encoding).rejects.toMatchObject({ code: 'FAILED' });
  });
});
