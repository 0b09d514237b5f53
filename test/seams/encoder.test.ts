import { expect, it } from 'vitest';
import { chooseGraphics } from '../../src/protocol/rdp/graphics/choose-graphics.ts';
import type { DecoderKind, EncoderKind, PixelFrame } from '../../src/protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../src/protocol/rdp/graphics/decoders.ts';
import { ENCODERS } from '../../src/protocol/rdp/graphics/encoders.ts';
import { PictureStream } from '../../src/protocol/rdp/graphics/picture-stream.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../src/protocol/rdp/pdu/fast-path-output.ts';
import { encodeSurfaceBits } from '../../src/protocol/rdp/pdu/surface-commands.ts';
import { Picture } from '../../src/renderer/viewer/picture.ts';
import { captured } from '../support/captured.ts';

/* A codec that nobody needs, from both ends: what a further codec is, in one folder and one line in either table. */

const NEGATIVE_ID = 0x4e;

/** Sends the negative of the whole picture, and takes its time. */
const NEGATIVE: EncoderKind = {
  name: 'negative',
  settingsFor: (client) => (client.bitsPerPixel === 32 ? { name: 'negative', codecId: NEGATIVE_ID } : undefined),
  create: ({ codecId }) => ({
    async encode(picture) {
      const { width, height, pixels } = await picture.pixels();
      await Promise.resolve();
      const place = { destLeft: 0, destTop: 0, destRight: width, destBottom: height, width, height };
      const bits = encodeSurfaceBits({ ...place, bitsPerPixel: 32, codecId: Number(codecId), data: pixels.map((level) => 255 - level) });
      const bytes = encodeFastPathUpdate(FAST_PATH_UPDATE.surfaceCommands, bits);
      return { updates: [{ route: 'fastPath', bytes }], changedPixels: width * height };
    },
    close: () => undefined,
  }),
};

const NEGATIVE_BITS: DecoderKind = {
  name: 'negative',
  takes: (format) => format.carrier === 'surfaceBits' && format.codecId === NEGATIVE_ID,
  create: () => ({
    async decode({ data, width }, { words, stride, offset, columns, rows }) {
      await Promise.resolve();
      const level = (x: number, y: number) => 255 - (data[(y * width + x) * 4] ?? 0);
      for (let y = 0; y < rows; y += 1) for (let x = 0; x < columns; x += 1) words[offset + y * stride + x] = level(x, y);
    },
  }),
};

it('a made-up codec goes from the picture to the canvas through one line in either table', async () => {
  const frame: PixelFrame = { width: 8, height: 4, stride: 32, pixels: Uint8Array.from({ length: 128 }, (_, at) => at) };
  const stream = new PictureStream(frame, [NEGATIVE, ...ENCODERS]);
  const client = { bitsPerPixel: 32, skipAlpha: true, oneBitmapEach: false, remoteFx: true, frameAcknowledge: true, screenBlt: true };
  stream.configure(chooseGraphics(client, [NEGATIVE, ...ENCODERS]), 1);
  const picture = new Picture(() => 0, [NEGATIVE_BITS, ...DECODERS]);
  picture.push({ tag: 'size', size: frame });
  for (const { bytes } of (await stream.encode(captured(frame)))?.updates ?? [])
    for (const update of new FastPathOutputDecoder().decode(bytes))
      picture.push({ tag: 'graphics', graphics: { tag: 'update', ...update } });
  while (picture.isWaiting) await picture.step();
  const drawing = picture.takeDrawing();
  expect(drawing?.frameIds).toEqual([1]);
  expect([...(drawing?.surface.words ?? [])]).toEqual(Array.from({ length: 32 }, (_, at) => at * 4));
});
