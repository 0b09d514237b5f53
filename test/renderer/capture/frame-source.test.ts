import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FromCapture, ToCapture } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { EncoderKind } from '../../../src/protocol/rdp/graphics/contract.ts';
import { FrameSource } from '../../../src/renderer/capture/frame-source.ts';
import type { CapturedVideoFrame } from '../../../src/renderer/capture/video-picture.ts';
import { planarSettings } from '../../support/encode-frame.ts';
import { sameBytes } from '../../../src/renderer/capture/same-bytes.ts';

const SETTINGS = planarSettings({ acknowledgement: 'unmarked' });

/** A VideoFrame of one grey level: I420 as it comes, BGRX when asked for. */
class GreyFrame implements CapturedVideoFrame {
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly level: number;
  closed = 0;
  conversions = 0;
  constructor(level: number, width = 64, height = 64) {
    this.level = level;
    this.displayWidth = width;
    this.displayHeight = height;
  }
  allocationSize(options?: { readonly format: 'BGRX' }): number {
    return this.displayWidth * this.displayHeight * (options === undefined ? 1.5 : 4);
  }
  async copyTo(destination: Uint8Array<ArrayBuffer>, options?: { readonly format: 'BGRX' }): Promise<{ offset: number; stride: number }[]> {
    if (this.closed > 0) throw new Error('the frame is closed');
    if (options !== undefined) this.conversions += 1;
    destination.fill(this.level);
    return [{ offset: 0, stride: this.displayWidth * (options === undefined ? 1 : 4) }];
  }
  close(): void {
    this.closed += 1;
  }
}

/** Everything that promises alone were waiting for has happened: the source knows no other wait. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function source(encoders?: readonly EncoderKind[]): {
  posted: FromCapture[];
  tell(message: ToCapture): Promise<void>;
  give(frame: GreyFrame): Promise<void>;
  end(): Promise<void>;
} {
  const posted: FromCapture[] = [];
  let nowMs = 0;
  const made = new FrameSource(
    (message) => posted.push(message),
    () => nowMs,
    encoders,
  );
  const { readable, writable } = new TransformStream<CapturedVideoFrame, CapturedVideoFrame>(undefined, undefined, { highWaterMark: 0 });
  const writer = writable.getWriter();
  const run = made.run(readable);
  return {
    posted,
    tell: (message) => {
      made.receive(message);
      return settled();
    },
    give: async (frame) => {
      nowMs += 20;
      await writer.write(frame);
      await settled();
    },
    end: async () => {
      await writer.close().catch(() => undefined);
      await run;
    },
  };
}

describe('the capture page’s worker', () => {
  it('opens with the first picture, sends it whole once asked, then only changes', async () => {
    const { posted, tell, give } = source();
    await give(new GreyFrame(10));
    expect(posted).toEqual([{ tag: 'opened', size: { width: 64, height: 64 }, way: 'page' }]);
    await tell({ tag: 'configure', settings: SETTINGS, generation: 1 });
    await tell({ tag: 'next' });
    // The picture it has is sent at once: a still screen may bring no other.
    expect(posted.at(-1)).toMatchObject({ tag: 'frame', generation: 1, frame: { frameId: 1, changedPixels: 4_096 } });
    await tell({ tag: 'next' });
    const same = new GreyFrame(10);
    await give(same);
    expect(posted.length).toBe(2);
    expect(same.conversions).toBe(0);
    await give(new GreyFrame(11));
    expect(posted.at(-1)).toMatchObject({ tag: 'frame', frame: { frameId: 2 } });
  });

  it('replaces pictures unread while nobody waits, keeps the newest, and closes each exactly once', async () => {
    const { posted, tell, give } = source();
    await tell({ tag: 'configure', settings: SETTINGS, generation: 1 });
    await tell({ tag: 'next' });
    const frames = [1, 2, 3, 3, 4].map((level) => new GreyFrame(level));
    for (const frame of frames) await give(frame);
    expect(posted.filter((message) => message.tag === 'frame').length).toBe(1);
    expect(frames.map((frame) => frame.conversions)).toEqual([1, 0, 0, 0, 0]);
    expect(frames.map((frame) => frame.closed)).toEqual([1, 1, 1, 1, 0]);
    // The screen is still from here on: the change must not be lost.
    await tell({ tag: 'next' });
    expect(posted.filter((message) => message.tag === 'frame').length).toBe(2);
    expect(frames[4]?.closed).toBe(1);
    await tell({ tag: 'close' });
    expect(frames.map((frame) => frame.closed)).toEqual([1, 1, 1, 1, 1]);
  });

  it('follows the size, and repeats what is asked for', async () => {
    const { posted, tell, give } = source();
    await tell({ tag: 'configure', settings: SETTINGS, generation: 1 });
    await tell({ tag: 'next' });
    await give(new GreyFrame(1));
    await give(new GreyFrame(1, 32, 16));
    expect(posted.at(-1)).toEqual({ tag: 'resized', size: { width: 32, height: 16 } });
    await tell({ tag: 'next' });
    expect(posted.at(-1)).toMatchObject({ tag: 'frame', frame: { changedPixels: 512 } });
    await tell({ tag: 'next' });
    await tell({ tag: 'refresh', areas: [{ x: 0, y: 0, width: 8, height: 8 }] });
    expect(posted.at(-1)).toMatchObject({ tag: 'frame', frame: { changedPixels: 64 } });
  });

  it('gives an encoder that wants it the system’s own frame, which stays until the next picture', async () => {
    const seen: unknown[] = [];
    const films: EncoderKind = {
      name: 'film',
      settingsFor: () => ({ name: 'film' }),
      create: () => ({
        encode: async ({ video }, { key }) => {
          seen.push({ video, key });
          return { updates: [{ route: 'fastPath', bytes: Uint8Array.of(1) }], changedPixels: 1 };
        },
        close: () => undefined,
      }),
    };
    const { posted, tell, give } = source([films]);
    await tell({ tag: 'configure', settings: { encoder: { name: 'film' }, acknowledgement: 'channel' }, generation: 1 });
    await tell({ tag: 'next' });
    const [first, second] = [new GreyFrame(1), new GreyFrame(2)];
    await give(first);
    await tell({ tag: 'next' });
    await tell({ tag: 'refresh', areas: [{ x: 0, y: 0, width: 64, height: 64 }] });
    expect(first.closed).toBe(0);
    await tell({ tag: 'next' });
    await give(second);
    expect(seen).toEqual([
      { video: first, key: true },
      { video: first, key: true },
      { video: second, key: false },
    ]);
    expect(posted.filter((message) => message.tag === 'frame')).toHaveLength(3);
    expect([first, second].map((frame) => [frame.closed, frame.conversions])).toEqual([
      [1, 0],
      [0, 0],
    ]);
    await tell({ tag: 'close' });
    expect(second.closed).toBe(1);
  });

  it('is lost when the video ends or breaks, and closed when told so', async () => {
    const ended = source();
    await ended.give(new GreyFrame(1));
    await ended.end();
    expect(ended.posted.at(-1)).toMatchObject({ tag: 'failed', code: 'LOST' });

    const broken = source();
    const bad = new GreyFrame(1, 64, 64);
    bad.copyTo = () => Promise.reject(new Error('no memory'));
    await broken.give(bad);
    expect(broken.posted.at(-1)).toMatchObject({ tag: 'failed', code: 'LOST', message: 'no memory' });
    expect(bad.closed).toBe(1);

    const closed = source();
    await closed.give(new GreyFrame(1));
    await closed.tell({ tag: 'close' });
    await closed.give(new GreyFrame(2));
    await closed.end();
    expect(closed.posted.map((message) => message.tag)).toEqual(['opened', 'closed']);
  });
});

describe('whether two pictures are the same', () => {
  it('agrees with a byte by byte look', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(), fc.boolean(), (bytes, at, change) => {
        const one = new Uint8Array(bytes);
        const other = new Uint8Array(bytes);
        if (change && other.length > 0) other[at % other.length] = (other[at % other.length] ?? 0) ^ 1;
        expect(sameBytes(one, other)).toBe(!change || other.length === 0);
      }),
    );
    expect(sameBytes(new Uint8Array(4), new Uint8Array(8))).toBe(false);
  });
});
