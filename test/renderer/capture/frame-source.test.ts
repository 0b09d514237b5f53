import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FromCapture, ToCapturePage } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { EncoderKind } from '../../../src/protocol/rdp/graphics/contract.ts';
import { FrameSource } from '../../../src/renderer/capture/frame-source.ts';
import type { ScreenWish } from '../../../src/renderer/capture/messages.ts';
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

interface Video {
  give(frame: GreyFrame): Promise<void>;
  end(): Promise<void>;
}

function source(
  encoders?: readonly EncoderKind[],
  comesBack = false,
): Video & {
  posted: FromCapture[];
  wishes: ScreenWish[];
  tell(message: ToCapturePage): Promise<void>;
  /** Gives the screen, as it was asked for last. */
  video(): Video;
  refuse(): Promise<void>;
} {
  const posted: FromCapture[] = [];
  const wishes: ScreenWish[] = [];
  let nowMs = 0;
  const made = new FrameSource({
    post: (message) => posted.push(message),
    wish: (wish) => wishes.push(wish),
    nowMs: () => nowMs,
    ...(encoders === undefined ? {} : { encoders }),
  });
  const turn = (): number => wishes.findLast((wish) => wish.tag === 'look')?.turn ?? 0;
  const video = (): Video => {
    const { readable, writable } = new TransformStream<CapturedVideoFrame, CapturedVideoFrame>(undefined, undefined, { highWaterMark: 0 });
    const writer = writable.getWriter();
    const run = made.answered({ tag: 'given', turn: turn(), frames: readable });
    return {
      give: async (frame) => {
        nowMs += 20;
        await writer.write(frame).catch(() => undefined);
        await settled();
      },
      end: async () => {
        await writer.close().catch(() => undefined);
        await run;
      },
    };
  };
  made.receive({ tag: 'begin', framesBefore: 0, comesBack });
  made.receive({ tag: 'look' });
  return {
    posted,
    wishes,
    tell: (message) => {
      made.receive(message);
      return settled();
    },
    video,
    refuse: async () => {
      await made.answered({ tag: 'refused', turn: turn(), code: 'NOT_PERMITTED', message: 'no' });
      await settled();
    },
    ...video(),
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

describe('a screen that may go and come back, in the capture page’s worker', () => {
  /** Keeps what each picture is of: the level of its first pixel. */
  const levels = (seen: number[]): EncoderKind => ({
    name: 'level',
    settingsFor: () => ({ name: 'level' }),
    create: () => ({
      encode: async ({ pixels }) => {
        seen.push((await pixels()).pixels[0] ?? -1);
        return { updates: [{ route: 'fastPath', bytes: Uint8Array.of(1) }], changedPixels: 1 };
      },
      close: () => undefined,
    }),
  });
  const LEVELS = { encoder: { name: 'level' }, acknowledgement: 'unmarked' } as const;
  const tags = (posted: readonly FromCapture[]): string[] =>
    posted.map((message) =>
      message.tag === 'shared' ? message.state : message.tag === 'frame' ? `frame ${message.frame.frameId}` : message.tag,
    );

  it('is blank while it is gone, in the size it had, and shown when it is there again', async () => {
    const seen: number[] = [];
    const { posted, wishes, tell, give, video } = source([levels(seen)], true);
    await tell({ tag: 'begin', framesBefore: 7, comesBack: true });
    await tell({ tag: 'configure', settings: LEVELS, generation: 1 });
    await tell({ tag: 'next' });
    await give(new GreyFrame(10));
    await tell({ tag: 'leave' });
    await tell({ tag: 'next' });
    await give(new GreyFrame(11));
    await tell({ tag: 'next' });
    expect(tags(posted)).toEqual(['opened', 'frame 8', 'gone', 'frame 9']);
    expect(posted[0]).toMatchObject({ size: { width: 64, height: 64 } });
    await tell({ tag: 'look' });
    const again = video();
    await again.give(new GreyFrame(12, 32, 16));
    expect(tags(posted).slice(4)).toEqual(['resized', 'shown', 'frame 10']);
    expect(seen).toEqual([10, 0, 12]);
    expect(wishes.map(({ tag }) => tag)).toEqual(['look', 'leave', 'look']);
  });

  it('is blank from the beginning where it is gone already', async () => {
    const seen: number[] = [];
    const { posted, tell } = source([levels(seen)], true);
    await tell({ tag: 'leave' });
    await tell({ tag: 'configure', settings: LEVELS, generation: 1 });
    await tell({ tag: 'next' });
    expect(tags(posted)).toEqual(['opened', 'gone', 'frame 1']);
    expect(seen).toEqual([0]);
  });

  it('shows nothing any more of what was captured before it was looked at anew, not even what was being read', async () => {
    const seen: number[] = [];
    const { posted, tell, give, video } = source([levels(seen)], true);
    await tell({ tag: 'configure', settings: LEVELS, generation: 1 });
    await tell({ tag: 'next' });
    await give(new GreyFrame(10));
    await tell({ tag: 'next' });
    const slow = new GreyFrame(66);
    let read = (): void => undefined;
    const copy = slow.copyTo.bind(slow);
    slow.copyTo = async (...to) => {
      await new Promise<void>((resolve) => {
        read = resolve;
      });
      return copy(...to);
    };
    await give(slow);
    await tell({ tag: 'look' });
    await tell({ tag: 'configure', settings: LEVELS, generation: 2 });
    read();
    await settled();
    await give(new GreyFrame(67));
    expect(seen).toEqual([10]);
    expect(slow.closed).toBe(1);
    await video().give(new GreyFrame(12));
    expect(seen).toEqual([10, 12]);
    expect(posted.at(-1)).toMatchObject({ tag: 'frame', generation: 2 });
    expect(tags(posted)).toEqual(['opened', 'frame 1', 'frame 2']);
  });

  it('is gone, and not the end, where its video ends or it is not given again; at first it is the end', async () => {
    const { posted, tell, give, end, refuse } = source(undefined, true);
    await give(new GreyFrame(1));
    await end();
    await tell({ tag: 'look' });
    await refuse();
    expect(tags(posted)).toEqual(['opened', 'gone', 'gone']);
    const never = source(undefined, true);
    await never.refuse();
    expect(never.posted).toEqual([{ tag: 'failed', code: 'NOT_PERMITTED', message: 'no' }]);
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
