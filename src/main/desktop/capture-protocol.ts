/* What a capture thread or page may send. A page is a renderer, and messages of renderers are never trusted. Lengths are bounded before anything is looked at. */
import * as z from 'zod';
import { MAX_MONITORS } from '../../protocol/rdp/desktop-layout.ts';
import { FILM_MAKERS } from '../../protocol/rdp/film-maker.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { MAX_DESKTOP_SIDE, type FromCapture } from '../../protocol/rdp/graphics/capture-messages.ts';

/** Bound on one frame's updates; the encoders make some thousand at most. */
const MAX_UPDATES = 65_536;
/** Cursor pictures: Large Pointers are at most 384 × 384 ([MS-RDPBCGR] 2.2.7.2.7). */
const MAX_POINTER_SIDE = 384;
/** The desktop's, and one for each film on it. */
const MAX_SURFACES = 64;
const MAX_TEXT_CHARACTERS = 1_000;
const MAX_DURATION_MS = 3_600_000;

const bytes = z.instanceof(Uint8Array);
const text = z.string().max(MAX_TEXT_CHARACTERS);
const side = z.int().min(1).max(MAX_DESKTOP_SIDE);
const coordinate = z.int().min(0).max(MAX_DESKTOP_SIDE);
const monitor = z.strictObject({
  area: z.strictObject({ x: coordinate, y: coordinate, width: side, height: side }),
  primary: z.boolean(),
});
const size = z.strictObject({ width: side, height: side, monitors: z.array(monitor).min(2).max(MAX_MONITORS).readonly().exactOptional() });
const duration = z.number().min(0).lt(MAX_DURATION_MS);

const update = z.discriminatedUnion('route', [
  z.strictObject({ route: z.literal('fastPath'), bytes }),
  z.strictObject({
    route: z.literal('channel'),
    bytes,
    surfaces: z.array(z.int().min(0).max(0xffff)).max(MAX_SURFACES),
    first: z.literal(true).optional(),
  }),
]);

const frame = z.strictObject({
  frameId: z.int().min(0).max(0xffff_ffff),
  updates: z.array(update).max(MAX_UPDATES),
  changedPixels: z
    .int()
    .min(0)
    .max(MAX_DESKTOP_SIDE * MAX_DESKTOP_SIDE),
  captureMs: duration,
  encodeMs: duration,
  filmBy: z.enum(FILM_MAKERS).optional(),
});

const pointerSide = z.int().min(1).max(MAX_POINTER_SIDE);
const pointerShape = z
  .strictObject({ width: pointerSide, height: pointerSide, hotX: z.int().min(0), hotY: z.int().min(0), pixels: bytes })
  .refine(({ width, hotX }) => hotX < width, { path: ['hotX'] })
  .refine(({ height, hotY }) => hotY < height, { path: ['hotY'] })
  .refine(({ width, height, pixels }) => pixels.length === width * height * 4, { path: ['pixels'] });

const fromCapture = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('opened'), size, way: text }),
  z.strictObject({ tag: z.literal('frame'), generation: z.int().min(0), frame }),
  z.strictObject({ tag: z.literal('resized'), size }),
  z.strictObject({ tag: z.literal('shared'), state: z.enum(['shown', 'hidden', 'gone']) }),
  z.strictObject({ tag: z.literal('titled'), title: text }),
  z.strictObject({ tag: z.literal('pointerShape'), shape: pointerShape.nullable() }),
  z.strictObject({ tag: z.literal('pointerMoved'), x: coordinate, y: coordinate }),
  z.strictObject({ tag: z.literal('filmPageWanted') }),
  z.strictObject({ tag: z.literal('alive') }),
  z.strictObject({ tag: z.literal('failed'), code: z.enum(['NO_DISPLAY', 'NOT_PERMITTED', 'UNSUPPORTED', 'LOST']), message: text }),
  z.strictObject({ tag: z.literal('closed') }),
]) satisfies z.ZodType<FromCapture>;

/**
 * Parses one message of a capture thread or page.
 * @throws ProtocolError MALFORMED with the field for anything else
 */
export function parseFromCapture(value: unknown): FromCapture {
  const parsed = fromCapture.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // What came is not shown: it may be anything, and of any length.
  throw new ProtocolError('MALFORMED', `capture.${issue?.path.map(String).join('.') ?? ''}`, 'a capture message', issue?.code ?? 'none');
}
