import { expect, it } from 'vitest';
import type { DrawnBy } from '../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeResetGraphics } from '../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSegmentedData, plainSegments } from '../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeSolidFill } from '../../../src/protocol/rdp/pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeMapSurfaceToOutput } from '../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { CodecMarks, drawMarks } from '../../../src/renderer/viewer/codec-marks.ts';

const rect = { x: 0, y: 0, width: 16, height: 16 };

it('the decoder says how each part of the output came, a film by the surface that it is copied from', () => {
  const drawn: [DrawnBy, number, number][] = [];
  const film = {
    name: 'film',
    takes: (format: object) => 'carrier' in format && format.carrier === 'channel',
    create: () => ({ decode: () => undefined }),
  };
  const decoder = new GraphicsDecoder({ width: 1, height: 1 }, [film], ({ x, y }, by) => drawn.push([by, x, y]));
  const say = (...pdus: readonly Uint8Array[]): void => {
    for (const pdu of pdus) void decoder.apply({ tag: 'channel', data: encodeSegmentedData(plainSegments(pdu)) });
  };
  say(
    encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 }),
    encodeResetGraphics({ width: 64, height: 64 }),
    encodeCreateSurface({ surfaceId: 1, width: 64, height: 64 }),
    encodeMapSurfaceToOutput({ surfaceId: 1, x: 0, y: 0 }),
    encodeCreateSurface({ surfaceId: 2, width: 16, height: 16 }),
  );
  drawn.length = 0;
  say(
    encodeSolidFill({ surfaceId: 1, colour: 0, rects: [rect] }),
    encodeSurfaceToSurface({ sourceId: 1, destinationId: 1, rect, points: [{ x: 0, y: 16 }] }),
    encodeWireToSurface1({ surfaceId: 2, codecId: GFX_CODEC.avc420, rect, data: Uint8Array.of(1) }),
    encodeSurfaceToSurface({ sourceId: 2, destinationId: 1, rect, points: [{ x: 32, y: 8 }] }),
    encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.remoteFx, rect, data: Uint8Array.of(1) }),
  );
  expect(drawn).toEqual([
    ['exact', 0, 0],
    ['copied', 0, 16],
    ['film', 32, 8],
    ['remoteFx', 0, 0],
  ]);
});

const picture = { width: 640, height: 480 };

it('marks are gathered only while they are wanted', () => {
  const marks = new CodecMarks();
  marks.add(rect, 'film', picture);
  expect(marks.take()).toBeUndefined();
  marks.want(true);
  marks.take();
  marks.add(rect, 'exact', picture);
  expect(marks.take()).toEqual([{ rect, by: 'exact' }]);
  expect(marks.take()).toBeUndefined();
  marks.add(rect, 'film', picture);
  marks.want(false);
  expect(marks.take()).toBeUndefined();
});

it('they begin with all that is there, when they are wanted and when the picture has another size', () => {
  const marks = new CodecMarks();
  marks.add({ x: 0, y: 0, ...picture }, 'exact', picture);
  marks.want(true);
  expect(marks.take()).toHaveLength(picture.height / 16);
  const larger = { width: 1_280, height: 720 };
  for (let y = 0; y < larger.height; y += 16) for (let x = 0; x < larger.width; x += 16) marks.add({ ...rect, x, y }, 'film', larger);
  const told = marks.take() ?? [];
  expect(told).toHaveLength(larger.height / 16);
  expect(told.every(({ by, rect: { width } }) => by === 'film' && width === larger.width)).toBe(true);
});

it('more than are kept are told in cells, and none is missing', () => {
  const marks = new CodecMarks();
  marks.add({ x: 0, y: 0, ...picture }, 'exact', picture);
  marks.want(true);
  marks.take();
  for (let count = 0; count < 2_000; count += 1) marks.add({ ...rect, x: 16 * (count % 40), y: 0 }, 'film', picture);
  expect(marks.take()?.[0]).toEqual({ rect: { x: 0, y: 0, width: picture.width, height: 16 }, by: 'film' });
});

it('what was there before is taken away under a mark', () => {
  const done: string[] = [];
  const context = {
    fillStyle: '',
    clearRect: (...at: readonly number[]) => void done.push(`clear ${at.join(' ')}`),
    fillRect: (...at: readonly number[]) => void done.push(`fill ${at.join(' ')}`),
  };
  drawMarks(context, [{ rect: { x: 1, y: 2, width: 3, height: 4 }, by: 'copied' }]);
  expect([...done, context.fillStyle]).toEqual(['clear 1 2 3 4', 'fill 1 2 3 4', 'rgb(240 228 66 / 35%)']);
});
