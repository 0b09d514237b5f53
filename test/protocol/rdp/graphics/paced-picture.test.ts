import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelEncoder } from '../../../../src/protocol/rdp/graphics/channel/channel-picture-encoder.ts';
import type { FrameShare, GraphicsSettings, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { ENCODERS } from '../../../../src/protocol/rdp/graphics/encoders.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeSegmentedData, plainSegments } from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { applied } from '../../../support/applied.ts';
import { planarSettings } from '../../../support/encode-frame.ts';
import { noise, paint, pictures, rgbaOf } from './pictures.ts';

const CHANNEL: GraphicsSettings = { encoder: { name: 'channel', avc420: false }, acknowledgement: 'channel' };
const PLANAR = planarSettings({ acknowledgement: 'unmarked', scrollCopies: true, maxPduBytes: 16_384 });

/** A client and what serves it. */
function served(first: PixelFrame, settings: GraphicsSettings) {
  const stream = new PictureStream(first, [channelEncoder(), ...ENCODERS.filter(({ name }) => name !== 'channel')]);
  stream.configure(settings, 1);
  const decoder = new GraphicsDecoder({ width: first.width, height: first.height });
  if (settings === CHANNEL) {
    const confirmed = encodeSegmentedData(plainSegments(encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 })));
    applied(decoder.apply({ tag: 'channel', data: confirmed }));
  }
  /** Sends one frame, and gives its bytes. */
  const send = async (frame: PixelFrame, share?: FrameShare): Promise<number> => {
    const damage = [{ x: 0, y: 0, width: frame.width, height: frame.height }];
    const made = await stream.encode({ ...frame, damage, pixels: () => frame, close: () => undefined }, share);
    let bytes = 0;
    for (const update of made?.updates ?? []) {
      bytes += update.bytes.length;
      if (update.route === 'channel') applied(decoder.apply({ tag: 'channel', data: update.bytes }));
      else
        for (const framed of new PduFramer().push(update.bytes)) {
          if (framed.tag !== 'fastPath') throw new Error('not fast-path');
          for (const fastPath of new FastPathOutputDecoder().decode(framed.bytes)) applied(decoder.apply({ tag: 'update', ...fastPath }));
        }
    }
    return bytes;
  };
  const settle = async (frame: PixelFrame, share: FrameShare): Promise<number> => {
    let frames = 0;
    for (; stream.dueAnyway; frames += 1) {
      if (frames > 5_000) throw new Error('it never ends');
      await send(frame, share);
    }
    return frames;
  };
  const wrongIn = (frame: PixelFrame, x = 0, y = 0, width = frame.width, height = frame.height): number => {
    const [now, right] = [decoder.surface.words, rgbaOf(frame)];
    let wrong = 0;
    for (let row = y; row < y + height; row += 1)
      for (let at = row * frame.width + x; at < row * frame.width + x + width; at += 1) if (now[at] !== right[at]) wrong += 1;
    return wrong;
  };
  return { stream, decoder, send, settle, wrongIn };
}

/** Noise, over which text of one word lies at x,y when there is one. */
function photo(seed: number, text?: { readonly x: number; readonly y: number }): PixelFrame {
  const next = noise(seed);
  const frame = paint(640, 384, () => next());
  if (text !== undefined)
    for (let row = 0; row < 12; row += 1)
      frame.pixels.fill(0, (text.y + row) * frame.stride + text.x * 4, (text.y + row) * frame.stride + (text.x + 40) * 4);
  return frame;
}
const copyOf = (frame: PixelFrame): PixelFrame => ({ ...frame, pixels: frame.pixels.slice() });
function change(frame: PixelFrame, x: number, y: number, width: number, height: number, colour: () => number): PixelFrame {
  const changed = copyOf(frame);
  for (let row = y; row < y + height; row += 1)
    for (let column = x; column < x + width; column += 1) {
      const value = colour();
      changed.pixels.set([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff], row * changed.stride + column * 4);
    }
  return changed;
}

describe.each([
  ['the graphics channel', CHANNEL],
  ['bitmap updates', PLANAR],
] as const)('a picture that is larger than its share of the line, by %s', (_, settings) => {
  it('is at the client what it was once nothing is due, whatever came before it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(pictures(150), fc.integer({ min: 0, max: 6_000 })), { minLength: 1, maxLength: 5 }),
        async (frames) => {
          const [[first]] = frames as [[PixelFrame, number]];
          const same = frames.map(([frame]) => frame).filter(({ width, height }) => width === first.width && height === first.height);
          const { send, settle, wrongIn } = served(first, settings);
          for (const [index, frame] of same.entries()) await send(frame, { frameBytes: frames[index]?.[1] ?? 0 });
          const last = same.at(-1) ?? first;
          await settle(last, { frameBytes: 700 });
          expect(wrongIn(last)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('comes in frames of about that size', async () => {
    const frame = photo(1);
    const { send, stream } = served(frame, settings);
    const sizes: number[] = [];
    while (stream.dueAnyway) sizes.push(await send(frame, { frameBytes: 12_000 }));
    expect(Math.max(...sizes)).toBeLessThan(12_000 + 4_000);
    expect(sizes.length).toBeLessThan((640 * 384 * 3) / 12_000 + 35);
  });

  it('is whole at once where it costs little, and never more than once in parts where it fits', async () => {
    const flat = paint(640, 384, (x, y) => (x < 320 ? 0x10_2030 : y << 8));
    const { send, stream, wrongIn } = served(flat, settings);
    expect(await send(flat, { frameBytes: 60_000 })).toBeGreaterThan(0);
    expect([stream.dueAnyway, wrongIn(flat)]).toEqual([false, 0]);
  });

  it('lets text that changes go first, however much is due', async () => {
    const share = { frameBytes: 8_000 };
    let frame = photo(2);
    const { send, stream, wrongIn } = served(frame, settings);
    await send(frame, share);
    for (let letter = 0; letter < 5; letter += 1) {
      frame = change(frame, 300 + letter * 8, 200, 8, 12, () => 0x20_2020);
      await send(frame, share);
      expect(wrongIn(frame, 300, 200, letter * 8 + 8, 12)).toBe(0);
      expect(stream.dueAnyway).toBe(true);
    }
  });

  it('forgets no part for another one that changes all the time', async () => {
    const share = { frameBytes: 12_000 };
    const base = photo(3);
    const { send, settle, wrongIn } = served(base, settings);
    await settle(base, share);
    const next = noise(4);
    // The left half is a film, and on the right a window appears, once.
    const shown = change(base, 400, 64, 128, 128, next);
    let frame = shown;
    for (let times = 0; times < 60 && wrongIn(frame, 400, 64, 128, 128) > 0; times += 1) {
      frame = change(shown, 0, 0, 320, 384, next);
      await send(frame, share);
    }
    expect(wrongIn(frame, 400, 64, 128, 128)).toBe(0);
  });

  it('stays right when it scrolls while some of it is due', async () => {
    const share = { frameBytes: 3_000 };
    const line = (x: number, y: number): number => (Math.imul(y * 131 + (x >> 3), 0x9e37_79b1) >>> 8) & 0xff_ffff;
    const at = (up: number): PixelFrame => paint(512, 320, (x, y) => line(x, y + up));
    const { send, settle, wrongIn } = served(at(0), settings);
    for (let up = 0; up < 60; up += 5) await send(at(up), share);
    await settle(at(55), share);
    expect(wrongIn(at(55))).toBe(0);
  });
});

describe('a screen that becomes one colour', () => {
  it('goes whole in one frame on any line, with a letter on it, too', async () => {
    const flat = paint(640, 384, () => 0x20_4060);
    const { send, stream, wrongIn } = served(photo(8), CHANNEL);
    while (stream.dueAnyway) await send(photo(8), { frameBytes: 100_000 });
    const bytes = await send(flat, { frameBytes: 3_072 });
    expect(wrongIn(flat)).toBe(0);
    expect(bytes).toBeLessThan(100);
    const written = change(
      paint(640, 384, () => 0xd0_c0a0),
      100,
      100,
      8,
      12,
      noise(9),
    );
    await send(written, { frameBytes: 3_072 });
    expect(wrongIn(written, 128, 0, 512, 384)).toBe(0);
  });
});

describe('the first picture on a thin line', () => {
  it('is there as a whole, coarsely, before any of a photo is exact; then from where the pointer is', async () => {
    const frame = photo(5);
    const { send, decoder, stream, wrongIn } = served(frame, CHANNEL);
    const share = { frameBytes: 5_000, focus: { x: 500, y: 300 } };
    let bytes = 0;
    const isEmpty = (): boolean => decoder.surface.words.some((word) => (word & 0xff_ffff) === 0);
    while (stream.dueAnyway && (bytes === 0 || isEmpty())) bytes += await send(frame, share);
    expect(bytes).toBeLessThan(7_500);
    while (stream.dueAnyway && wrongIn(frame, 448, 256, 64, 64) > 0) bytes += await send(frame, share);
    expect(bytes).toBeLessThan(7_500 + 3 * 12_500);
    expect(wrongIn(frame, 0, 0, 64, 64)).toBeGreaterThan(4_000);
  });

  it('has its text and its flat parts exactly before that', async () => {
    const next = noise(6);
    const frame = paint(640, 384, (x, y) => (x < 320 ? next() : y % 16 < 8 && (x >> 2) % 7 < 2 ? 0 : 0xff_ffff));
    const { send, wrongIn } = served(frame, CHANNEL);
    await send(frame, { frameBytes: 12_000 });
    expect(wrongIn(frame, 320, 0, 320, 384)).toBe(0);
  });
});
