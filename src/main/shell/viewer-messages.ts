/* What may come from the viewer's two ports. Lengths are bounded before anything is looked at. */
import * as z from 'zod';
import {
  type FromPicture,
  type FromSteering,
  MAX_FROM_PICTURE_AT_ONCE,
  MAX_TAKEN_AT_ONCE,
  MAX_VIEWER_INPUT_EVENTS,
} from '../../protocol/rdp/graphics/viewer-messages.ts';

/** Desktops are at most this wide or high ([MS-RDPBCGR] 2.2.1.3.2: 8192; larger ones with later clients). */
const coordinate = z.int().min(0).max(32_767);
const side = z.int().min(1).max(32_767);
const pointer = { x: coordinate, y: coordinate };

const inputEvent = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('key'), scancode: z.int().min(0).max(0xff), prefix: z.enum(['none', 'e0', 'e1']), down: z.boolean() }),
  z.strictObject({ tag: z.literal('unicode'), codeUnit: z.int().min(0).max(0xffff), down: z.boolean() }),
  z.strictObject({ tag: z.literal('pointerMove'), ...pointer }),
  z.strictObject({
    tag: z.literal('pointerButton'),
    button: z.enum(['left', 'right', 'middle', 'x1', 'x2']),
    down: z.boolean(),
    ...pointer,
  }),
  z.strictObject({
    tag: z.literal('wheel'),
    axis: z.enum(['vertical', 'horizontal']),
    delta: z.int().min(-32_768).max(32_767),
    ...pointer,
  }),
  z.strictObject({
    tag: z.literal('locks'),
    locks: z.strictObject({ scrollLock: z.boolean(), numLock: z.boolean(), capsLock: z.boolean(), kanaLock: z.boolean() }),
  }),
]);

const fromPicture = z
  .array(
    z.discriminatedUnion('tag', [
      z.strictObject({ tag: z.literal('painted'), frameId: z.int().min(0).max(0xffff_ffff) }),
      z.strictObject({ tag: z.literal('resized'), size: z.strictObject({ width: side, height: side }) }),
      z.strictObject({ tag: z.literal('lost') }),
      z.strictObject({ tag: z.literal('taken'), count: z.int().min(1).max(MAX_TAKEN_AT_ONCE) }),
    ]) satisfies z.ZodType<FromPicture>,
  )
  .min(1)
  .max(MAX_FROM_PICTURE_AT_ONCE);

const fromSteering = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('input'), events: z.array(inputEvent).min(1).max(MAX_VIEWER_INPUT_EVENTS) }),
  z.strictObject({ tag: z.literal('displayWanted'), wanted: z.boolean() }),
  z.strictObject({ tag: z.literal('pointerShown') }),
  z.strictObject({ tag: z.literal('soundTaken') }),
]) satisfies z.ZodType<FromSteering>;

/** What the viewer's worker says at once, or undefined for anything else. Never throws. */
export function parseFromPicture(data: unknown): readonly FromPicture[] | undefined {
  const parsed = fromPicture.safeParse(data);
  return parsed.success ? parsed.data : undefined;
}

/** A message of the viewer's page, or undefined for anything else. Never throws. */
export function parseFromSteering(data: unknown): FromSteering | undefined {
  const parsed = fromSteering.safeParse(data);
  return parsed.success ? parsed.data : undefined;
}
