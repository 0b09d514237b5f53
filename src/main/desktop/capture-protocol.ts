import { ProtocolError } from '../../protocol/bytes/errors.ts';
import {
  MAX_DESKTOP_SIDE,
  type CaptureFailureCode,
  type CapturedFrame,
  type FromCapture,
} from '../../protocol/rdp/graphics/capture-messages.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { GraphicsUpdate, PointerShape } from '../../protocol/rdp/graphics/contract.ts';

/** Bound on one frame's updates; the encoders make some thousand at most. */
const MAX_UPDATES = 65_536;
/** Cursor pictures: Large Pointers are at most 384 × 384 ([MS-RDPBCGR] 2.2.7.2.7). */
const MAX_POINTER_SIDE = 384;
const FAILURE_CODES: readonly CaptureFailureCode[] = ['NO_DISPLAY', 'NOT_PERMITTED', 'UNSUPPORTED', 'LOST'];

/**
 * Parses one message of a capture thread or page. A page is a renderer, and messages of renderers are never trusted.
 * Throws ProtocolError MALFORMED or OUT_OF_RANGE with the field.
 */
export function parseFromCapture(value: unknown): FromCapture {
  const message = object(value, 'message');
  switch (message['tag']) {
    case 'opened':
      return { tag: 'opened', size: size(message['size']), way: text(message['way'], 'opened.way') };
    case 'frame':
      return {
        tag: 'frame',
        generation: integer(message['generation'], 0, Number.MAX_SAFE_INTEGER, 'frame.generation'),
        frame: frame(message['frame']),
      };
    case 'resized':
      return { tag: 'resized', size: size(message['size']) };
    case 'pointerShape':
      return { tag: 'pointerShape', shape: message['shape'] === null ? null : pointerShape(message['shape']) };
    case 'pointerMoved':
      return {
        tag: 'pointerMoved',
        x: integer(message['x'], 0, MAX_DESKTOP_SIDE, 'pointerMoved.x'),
        y: integer(message['y'], 0, MAX_DESKTOP_SIDE, 'pointerMoved.y'),
      };
    case 'failed': {
      const code = FAILURE_CODES.find((known) => known === message['code']);
      if (code === undefined) throw new ProtocolError('MALFORMED', 'failed.code', FAILURE_CODES.join(' | '), typeof message['code']);
      return { tag: 'failed', code, message: text(message['message'], 'failed.message') };
    }
    case 'closed':
      return { tag: 'closed' };
    default:
      throw new ProtocolError('MALFORMED', 'message.tag', 'a capture message', shown(message['tag']));
  }
}

function frame(value: unknown): CapturedFrame {
  const from = object(value, 'frame');
  const updates = from['updates'];
  if (!Array.isArray(updates) || updates.length > MAX_UPDATES)
    throw new ProtocolError('MALFORMED', 'frame.updates', `at most ${MAX_UPDATES} updates`, typeof updates);
  return {
    frameId: integer(from['frameId'], 0, 0xffff_ffff, 'frame.frameId'),
    updates: updates.map(update),
    changedPixels: integer(from['changedPixels'], 0, MAX_DESKTOP_SIDE * MAX_DESKTOP_SIDE, 'frame.changedPixels'),
    captureMs: duration(from['captureMs'], 'frame.captureMs'),
    encodeMs: duration(from['encodeMs'], 'frame.encodeMs'),
  };
}

function update(value: unknown): GraphicsUpdate {
  const from = object(value, 'update');
  const bytes = from['bytes'];
  if (!(bytes instanceof Uint8Array)) throw new ProtocolError('MALFORMED', 'update.bytes', 'bytes', typeof bytes);
  if (from['route'] === 'fastPath') return { route: 'fastPath', bytes };
  if (from['route'] === 'dynamicChannel') return { route: 'dynamicChannel', channel: text(from['channel'], 'update.channel'), bytes };
  throw new ProtocolError('MALFORMED', 'update.route', 'fastPath | dynamicChannel', shown(from['route']));
}

function pointerShape(value: unknown): PointerShape {
  const from = object(value, 'shape');
  const width = integer(from['width'], 1, MAX_POINTER_SIDE, 'shape.width');
  const height = integer(from['height'], 1, MAX_POINTER_SIDE, 'shape.height');
  const pixels = from['pixels'];
  if (!(pixels instanceof Uint8Array) || pixels.length !== width * height * 4)
    throw new ProtocolError('MALFORMED', 'shape.pixels', `${width * height * 4} bytes`, typeof pixels);
  return {
    width,
    height,
    hotX: integer(from['hotX'], 0, width - 1, 'shape.hotX'),
    hotY: integer(from['hotY'], 0, height - 1, 'shape.hotY'),
    pixels,
  };
}

function size(value: unknown): Size {
  const from = object(value, 'size');
  return {
    width: integer(from['width'], 1, MAX_DESKTOP_SIDE, 'size.width'),
    height: integer(from['height'], 1, MAX_DESKTOP_SIDE, 'size.height'),
  };
}

function object(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new ProtocolError('MALFORMED', field, 'an object', typeof value);
  return value as Readonly<Record<string, unknown>>;
}

function integer(value: unknown, min: number, max: number, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new ProtocolError('OUT_OF_RANGE', field, `${min}..${max}`, shown(value));
  return value;
}

function duration(value: unknown, field: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value < 3_600_000))
    throw new ProtocolError('OUT_OF_RANGE', field, 'milliseconds', shown(value));
  return value;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.length > 1_000)
    throw new ProtocolError('MALFORMED', field, 'at most 1000 characters', typeof value);
  return value;
}

/** A value for an error message. Objects are named by type, because a `toString` of their own could throw. */
function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40) : typeof value;
}
