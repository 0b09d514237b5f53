import { beforeEach, describe, expect, it } from 'vitest';
import type { FilmPage } from '../../../src/main/desktop/film/contract.ts';
import type { SoundEncoder, SoundEncoderEvent } from '../../../src/main/desktop/sound/contract.ts';
import { pageOpus } from '../../../src/main/desktop/sound/opus/page-opus-encoder.ts';
import type { FromSoundEncoder, ToSoundEncoder } from '../../../src/protocol/rdp/sound-encoding.ts';
import { FakePage } from '../../support/fake-page.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const RATE = { bitsPerSecond: 64_000, packetMs: 20 } as const;
const settle = () => new Promise((resolve) => setImmediate(resolve));

class EncodingPage extends FakePage<ToSoundEncoder> {
  answer(message: FromSoundEncoder): void {
    this.say(message);
  }
}

describe('Opus encoded in a page', () => {
  let clock: VirtualClock;
  let page: EncodingPage;
  let events: SoundEncoderEvent[];
  let stop: AbortController;

  beforeEach(() => {
    clock = new VirtualClock();
    page = new EncodingPage();
    events = [];
    stop = new AbortController();
  });

  async function opened(): Promise<SoundEncoder> {
    const opening = pageOpus(() => Promise.resolve(page), clock)(stop.signal);
    await settle();
    expect([page.told, page.started]).toEqual([[{ tag: 'soundOpen' }], true]);
    page.answer({ tag: 'soundReady' });
    const encoder = await opening;
    encoder.onEvent((event) => events.push(event));
    page.told.length = 0;
    expect(clock.pendingTimers).toBe(0);
    return encoder;
  }

  it('is given with its time and its rate, and comes back as packets', async () => {
    const encoder = await opened();
    const memory = new Uint8Array(10_000);
    encoder.encode({ pcm: memory.subarray(4, 3_844), recordedAtMs: 70 }, RATE);
    encoder.pause();
    const [told] = page.told;
    expect(page.told).toEqual([{ tag: 'sound', pcm: new Uint8Array(3_840), recordedAtMs: 70, rate: RATE }, { tag: 'soundPaused' }]);
    expect(told?.tag === 'sound' && told.pcm.buffer.byteLength).toBe(3_840);
    page.answer({ tag: 'soundPacket', data: Uint8Array.of(7), recordedAtMs: 65.5, packetMs: 20 });
    expect(events).toEqual([{ tag: 'packet', packet: { data: Uint8Array.of(7), recordedAtMs: 65.5, durationMs: 20 } }]);
  });

  it('ends once, with its page, and nothing is told afterwards', async () => {
    const encoder = await opened();
    encoder.close();
    encoder.close();
    encoder.encode({ pcm: new Uint8Array(4), recordedAtMs: 0 }, RATE);
    encoder.pause();
    page.answer({ tag: 'soundPacket', data: Uint8Array.of(7), recordedAtMs: 0, packetMs: 20 });
    page.goAway('crashed');
    expect([page.closed > 0, page.told, events]).toEqual([true, [], []]);
  });

  it.each<[string, unknown]>([
    ['its page goes', undefined],
    ['it says that it has failed', { tag: 'soundFailed', message: 'odd' }],
    ['it sends what was not agreed', { tag: 'soundPacket', data: [1], recordedAtMs: 0, packetMs: 20 }],
    ['it sends a packet that is none', { tag: 'soundPacket', data: new Uint8Array(5_000), recordedAtMs: 0, packetMs: 20 }],
    ['it sends times that are none', { tag: 'soundPacket', data: Uint8Array.of(1), recordedAtMs: Number.NaN, packetMs: 20 }],
    ['it sends something of a film', { tag: 'opened', film: 1 }],
  ])('fails when %s', async (_, message) => {
    await opened();
    if (message === undefined) page.goAway('crashed');
    else page.say(message);
    page.say(message);
    expect(events).toEqual([{ tag: 'failed', error: expect.objectContaining({ name: 'SoundError', code: 'ENCODER' }) }]);
    expect(page.closed > 0).toBe(true);
  });

  it('fails when nothing comes back of two seconds of sound, and not while something does', async () => {
    const encoder = await opened();
    const second = { pcm: new Uint8Array(192_000), recordedAtMs: 0 };
    encoder.encode(second, RATE);
    encoder.encode(second, RATE);
    page.answer({ tag: 'soundPacket', data: Uint8Array.of(7), recordedAtMs: 0, packetMs: 20 });
    encoder.encode(second, RATE);
    encoder.pause();
    encoder.encode(second, RATE);
    encoder.encode(second, RATE);
    expect(events).toHaveLength(1);
    encoder.encode(second, RATE);
    expect(events.at(-1)).toMatchObject({ tag: 'failed', error: { code: 'ENCODER' } });
  });

  it('cannot be had where there is no page, it does not answer, or it has no encoder; nothing stays open', async () => {
    await expect(pageOpus(() => Promise.reject(new Error('no page')), clock)(stop.signal)).rejects.toMatchObject({ code: 'ENCODER' });
    const silent = pageOpus(() => Promise.resolve(page), clock)(stop.signal);
    await settle();
    await clock.advance(10_000);
    await expect(silent).rejects.toMatchObject({ code: 'ENCODER' });
    expect(page.closed > 0).toBe(true);
    page = new EncodingPage();
    const without = pageOpus(() => Promise.resolve(page), clock)(stop.signal);
    await settle();
    page.answer({ tag: 'soundFailed', message: 'no encoder of Opus' });
    await expect(without).rejects.toMatchObject({ code: 'ENCODER', message: 'no encoder of Opus' });
    expect([page.closed > 0, clock.pendingTimers]).toEqual([true, 0]);
  });

  it('closes a page that comes when nobody wants it any more', async () => {
    const loading = Promise.withResolvers<FilmPage>();
    const opening = pageOpus(() => loading.promise, clock)(stop.signal);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    loading.resolve(page);
    await settle();
    expect([page.closed > 0, page.told]).toEqual([true, []]);
    await expect(pageOpus(() => Promise.reject(new Error('asked')), clock)(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
