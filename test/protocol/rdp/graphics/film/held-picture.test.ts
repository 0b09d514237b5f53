import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rect } from '../../../../../src/protocol/rdp/geometry.ts';
import type { DecoderKind } from '../../../../../src/protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../../../../src/protocol/rdp/graphics/decoders.ts';
import { type DecodedPlanes, drawPlanes, heldPlanes } from '../../../../../src/protocol/rdp/graphics/film/draw-planes.ts';
import { GraphicsDecoder } from '../../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import type { BitmapTarget, Surface } from '../../../../../src/protocol/rdp/graphics/surface.ts';
import { encodeCacheToSurface, encodeSurfaceToCache } from '../../../../../src/protocol/rdp/pdu/rdpgfx/cache.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeResetGraphics } from '../../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSegmentedData, plainSegments } from '../../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeSolidFill } from '../../../../../src/protocol/rdp/pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeDeleteSurface, encodeMapSurfaceToOutput } from '../../../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { applied } from '../../../../support/applied.ts';
import { noise } from '../pictures.ts';

const SIZE = { width: 40, height: 30 };
const WHOLE = { x: 0, y: 0, ...SIZE };
const LUMA = SIZE.width * SIZE.height;
/** What the film's data are here: a number that its picture is made from, then its regions, four bytes each. */
const film = (surfaceId: number, seed: number, regions: readonly Rect[]): Uint8Array =>
  encodeWireToSurface1({
    surfaceId,
    codecId: GFX_CODEC.avc420,
    rect: WHOLE,
    data: Uint8Array.from([seed, ...regions.flatMap(({ x, y, width, height }) => [x, y, width, height])]),
  });

/** How often pixels were drawn: what is held and then drawn whole all the same saves nothing. */
let drawnParts: Rect[] = [];

/** Decodes such a film as the viewer's decoder does; `holds`: it has its pictures held where the target takes them. */
function filmKind(holds: boolean): DecoderKind {
  return {
    name: 'film for a test',
    drawsOn: 'surface',
    takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.avc420,
    create: () => {
      let [free, held] = [new Uint8Array(LUMA * 1.5), new Uint8Array(LUMA * 1.5)];
      return {
        decode: ({ data: [seed = 0, ...numbers] }, target: BitmapTarget) => {
          const regions = Array.from({ length: numbers.length / 4 }, (_, at) => {
            const [x = 0, y = 0, width = 0, height = 0] = numbers.slice(4 * at);
            return { x, y, width, height };
          });
          const next = noise(seed + 1);
          free.set(Array.from(free, next));
          const planes: DecodedPlanes = {
            ...SIZE,
            bytes: free,
            y: { offset: 0, stride: SIZE.width, step: 1 },
            u: { offset: LUMA, stride: SIZE.width / 2, step: 1 },
            v: { offset: LUMA * 1.25, stride: SIZE.width / 2, step: 1 },
          };
          if (holds && target.hold !== undefined) {
            const picture = heldPlanes(planes, regions);
            target.hold({
              regions,
              draw: (part, to) => {
                drawnParts.push(part);
                picture.draw(part, to);
              },
            });
            [free, held] = [held, free];
          } else drawPlanes(planes, regions, target);
          return undefined;
        },
      };
    },
  };
}

/** A viewer that looks at the shown surface's memory, and asks for it again only where another surface is shown. */
class Viewer {
  private readonly decoder: GraphicsDecoder;
  private looked: { readonly surface: Surface; readonly words: Int32Array } | undefined;

  constructor(holds: boolean) {
    this.decoder = new GraphicsDecoder(SIZE, [filmKind(holds), ...DECODERS]);
    this.draw(encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 }));
    for (const pdu of BEGINNING) this.draw(pdu);
  }

  draw(pdu: Uint8Array): void {
    applied(this.decoder.apply({ tag: 'channel', data: encodeSegmentedData(plainSegments(pdu)) }));
  }

  get seen(): Int32Array {
    const { surface } = this.decoder;
    if (this.looked?.surface !== surface) this.looked = { surface, words: surface.words };
    return this.looked.words;
  }
}

const [DESKTOP, FILM, OTHER] = [1, 2, 3];
const BEGINNING = [
  encodeResetGraphics(SIZE),
  ...[DESKTOP, FILM, OTHER].map((surfaceId) => encodeCreateSurface({ surfaceId, ...SIZE })),
  encodeMapSurfaceToOutput({ surfaceId: DESKTOP, x: 0, y: 0 }),
  encodeSurfaceToCache({ surfaceId: DESKTOP, cacheSlot: 1, rect: WHOLE }),
];

const rects = fc
  .record({ x: fc.nat(SIZE.width - 1), y: fc.nat(SIZE.height - 1), width: fc.nat(), height: fc.nat() })
  .map(({ x, y, width, height }) => ({ x, y, width: 1 + (width % (SIZE.width - x)), height: 1 + (height % (SIZE.height - y)) }));
const mostlyWhole = fc.oneof({ weight: 1, arbitrary: fc.constant(WHOLE) }, { weight: 3, arbitrary: rects });
const surfaces = fc.constantFrom(DESKTOP, FILM, OTHER);
const films = fc.constantFrom(FILM, OTHER);
const places = fc.record({ x: fc.nat(SIZE.width), y: fc.nat(SIZE.height) });
/** As servers do it: each region is copied to where it was. */
function copiedAsItComes(sourceId: number, seed: number, regions: readonly Rect[]): Uint8Array[] {
  const copies = regions.map((rect) => encodeSurfaceToSurface({ sourceId, destinationId: DESKTOP, rect, points: [rect] }));
  return [film(sourceId, seed, regions), ...copies];
}

const usual = [
  fc.tuple(films, fc.nat(255), fc.array(mostlyWhole, { maxLength: 4 })).map((made) => [film(...made)]),
  fc
    .tuple(films, fc.nat(255), fc.array(mostlyWhole, { minLength: 1, maxLength: 4 }))
    .map(([sourceId, seed, regions]) => copiedAsItComes(sourceId, seed, regions)),
  fc
    .tuple(surfaces, surfaces, mostlyWhole, fc.array(places, { maxLength: 3 }))
    .map(([sourceId, destinationId, rect, points]) => [encodeSurfaceToSurface({ sourceId, destinationId, rect, points })]),
];
const seldom = [
  fc.tuple(surfaces, fc.nat(0xff_ffff), rects).map(([surfaceId, colour, rect]) => [encodeSolidFill({ surfaceId, colour, rects: [rect] })]),
  fc.tuple(surfaces, rects).map(([surfaceId, rect]) => [encodeSurfaceToCache({ surfaceId, cacheSlot: 1, rect })]),
  fc.tuple(surfaces, places).map(([surfaceId, place]) => [encodeCacheToSurface({ surfaceId, cacheSlot: 1, points: [place] })]),
  surfaces.map((surfaceId) => [encodeMapSurfaceToOutput({ surfaceId, x: 0, y: 0 })]),
  films.map((surfaceId) => [encodeDeleteSurface(surfaceId), encodeCreateSurface({ surfaceId, ...SIZE })]),
  surfaces.map((surfaceId) => [encodeResetGraphics(SIZE), encodeMapSurfaceToOutput({ surfaceId, x: 0, y: 0 })]),
  // Out of sight, drawn, and in sight again before anybody has looked.
  fc
    .tuple(films, fc.nat(255))
    .map(([surfaceId, seed]) => [
      encodeResetGraphics(SIZE),
      film(surfaceId, seed, [WHOLE]),
      encodeMapSurfaceToOutput({ surfaceId, x: 0, y: 0 }),
    ]),
];
const steps = fc.oneof(...usual.map((arbitrary) => ({ weight: 4, arbitrary })), ...seldom.map((arbitrary) => ({ weight: 1, arbitrary })));

it('a held picture is to be seen exactly as one drawn at once, whatever is done with its surface', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 12 }), (actions) => {
      const [holding, drawing] = [new Viewer(true), new Viewer(false)];
      const both = (pdu: Uint8Array): void => {
        for (const viewer of [holding, drawing]) viewer.draw(pdu);
      };
      for (const pdus of actions) {
        for (const pdu of pdus) both(pdu);
        expect(holding.seen).toEqual(drawing.seen);
      }
      // What has not been looked at yet.
      both(encodeResetGraphics(SIZE));
      both(encodeMapSurfaceToOutput({ surfaceId: DESKTOP, x: 0, y: 0 }));
      for (const sourceId of [FILM, OTHER]) {
        both(encodeSurfaceToSurface({ sourceId, destinationId: DESKTOP, rect: WHOLE, points: [WHOLE] }));
        expect(holding.seen).toEqual(drawing.seen);
      }
    }),
    { numRuns: 300 },
  );
});

it('a film that is copied as it comes is drawn once: to where it is copied', () => {
  const viewer = new Viewer(true);
  const left = { x: 0, y: 0, width: 16, height: 30 };
  const right = { x: 16, y: 0, width: 24, height: 30 };
  drawnParts = [];
  for (let seed = 0; seed < 5; seed += 1) {
    viewer.draw(film(FILM, seed, [left, right]));
    for (const rect of [left, right]) viewer.draw(encodeSurfaceToSurface({ sourceId: FILM, destinationId: DESKTOP, rect, points: [rect] }));
  }
  expect(drawnParts).toEqual(Array.from({ length: 5 }, () => [left, right]).flat());
});

it('of a picture that many small parts are copied from, all is drawn before', () => {
  const viewer = new Viewer(true);
  viewer.draw(film(FILM, 1, [WHOLE]));
  drawnParts = [];
  const points = Array.from({ length: 1_000 }, (_, at) => ({ x: at % SIZE.width, y: at % SIZE.height }));
  viewer.draw(encodeSurfaceToSurface({ sourceId: FILM, destinationId: DESKTOP, rect: { x: 3, y: 4, width: 1, height: 1 }, points }));
  expect(drawnParts.length).toBeLessThan(100);
  expect(drawnParts.at(-1)).toEqual(WHOLE);
});
