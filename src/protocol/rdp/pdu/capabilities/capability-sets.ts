import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { type BitmapCapability, CAPSTYPE_BITMAP, decodeBitmap, encodeBitmap } from './bitmap.ts';
import { type BitmapCacheCapability, CAPSTYPE_BITMAPCACHE, decodeBitmapCache, encodeBitmapCache } from './bitmap-cache.ts';
import { type BrushCapability, CAPSTYPE_BRUSH, decodeBrush, encodeBrush } from './brush.ts';
import { CAPSTYPE_CONTROL, type ControlCapability, decodeControlCapability, encodeControlCapability } from './control.ts';
import { CAPSTYPE_FONT, decodeFont, encodeFont, type FontCapability } from './font.ts';
import {
  CAPSSETTYPE_FRAME_ACKNOWLEDGE,
  decodeFrameAcknowledgeCapability,
  encodeFrameAcknowledgeCapability,
  type FrameAcknowledgeCapability,
} from './frame-acknowledge-capability.ts';
import { CAPSTYPE_GENERAL, decodeGeneral, encodeGeneral, type GeneralCapability } from './general.ts';
import { CAPSTYPE_GLYPHCACHE, decodeGlyphCache, encodeGlyphCache, type GlyphCacheCapability } from './glyph-cache.ts';
import { CAPSTYPE_INPUT, decodeInput, encodeInput, type InputCapability } from './input.ts';
import { CAPSETTYPE_LARGE_POINTER, decodeLargePointer, encodeLargePointer, type LargePointerCapability } from './large-pointer.ts';
import {
  CAPSETTYPE_MULTIFRAGMENTUPDATE,
  decodeMultifragmentUpdate,
  encodeMultifragmentUpdate,
  type MultifragmentUpdateCapability,
} from './multifragment-update.ts';
import { CAPSTYPE_ORDER, decodeOrder, encodeOrder, type OrderCapability } from './order.ts';
import { CAPSTYPE_POINTER, decodePointer, encodePointer, type PointerCapability } from './pointer.ts';
import { CAPSTYPE_SHARE, decodeShare, encodeShare, type ShareCapability } from './share.ts';
import { CAPSTYPE_SOUND, decodeSound, encodeSound, type SoundCapability } from './sound.ts';
import {
  CAPSETTYPE_SURFACE_COMMANDS,
  decodeSurfaceCommandsCapability,
  encodeSurfaceCommandsCapability,
  type SurfaceCommandsCapability,
} from './surface-commands-capability.ts';
import {
  CAPSTYPE_VIRTUALCHANNEL,
  decodeVirtualChannelCapability,
  encodeVirtualChannelCapability,
  type VirtualChannelCapability,
} from './virtual-channel-capability.ts';
import {
  CAPSTYPE_ACTIVATION,
  decodeWindowActivation,
  encodeWindowActivation,
  type WindowActivationCapability,
} from './window-activation.ts';

/** A set we have no structure for, kept as it came: `data` is what follows type and length. */
interface UnknownCapability {
  readonly tag: 'unknown';
  readonly type: number;
  readonly data: Uint8Array;
}

export type CapabilitySet =
  | BitmapCacheCapability
  | BitmapCapability
  | BrushCapability
  | ControlCapability
  | FontCapability
  | FrameAcknowledgeCapability
  | GeneralCapability
  | GlyphCacheCapability
  | InputCapability
  | LargePointerCapability
  | MultifragmentUpdateCapability
  | OrderCapability
  | PointerCapability
  | ShareCapability
  | SoundCapability
  | SurfaceCommandsCapability
  | UnknownCapability
  | VirtualChannelCapability
  | WindowActivationCapability;

/** Bound on the sets of one PDU; the specification defines 27. */
const MAX_SETS = 64;
const SET_HEADER_BYTES = 4;

/** numberCapabilities, pad2Octets and the sets ([MS-RDPBCGR] 2.2.1.13.1.1.1 TS_CAPS_SET each). */
export function encodeCapabilitySets(sets: readonly CapabilitySet[]): Uint8Array {
  const writer = new ByteWriter(512).u16le(sets.length).u16le(0);
  for (const set of sets) {
    const { type, data } = encodeOne(set);
    writer
      .u16le(type)
      .u16le(SET_HEADER_BYTES + data.length, 'TS_CAPS_SET.lengthCapability')
      .bytes(data);
  }
  return writer.finish();
}

function encodeOne(set: CapabilitySet): { readonly type: number; readonly data: Uint8Array } {
  switch (set.tag) {
    case 'bitmap':
      return { type: CAPSTYPE_BITMAP, data: encodeBitmap(set) };
    case 'bitmapCache':
      return { type: CAPSTYPE_BITMAPCACHE, data: encodeBitmapCache(set) };
    case 'brush':
      return { type: CAPSTYPE_BRUSH, data: encodeBrush(set) };
    case 'control':
      return { type: CAPSTYPE_CONTROL, data: encodeControlCapability() };
    case 'font':
      return { type: CAPSTYPE_FONT, data: encodeFont(set) };
    case 'frameAcknowledge':
      return { type: CAPSSETTYPE_FRAME_ACKNOWLEDGE, data: encodeFrameAcknowledgeCapability(set) };
    case 'general':
      return { type: CAPSTYPE_GENERAL, data: encodeGeneral(set) };
    case 'glyphCache':
      return { type: CAPSTYPE_GLYPHCACHE, data: encodeGlyphCache(set) };
    case 'input':
      return { type: CAPSTYPE_INPUT, data: encodeInput(set) };
    case 'largePointer':
      return { type: CAPSETTYPE_LARGE_POINTER, data: encodeLargePointer(set) };
    case 'multifragmentUpdate':
      return { type: CAPSETTYPE_MULTIFRAGMENTUPDATE, data: encodeMultifragmentUpdate(set) };
    case 'order':
      return { type: CAPSTYPE_ORDER, data: encodeOrder(set) };
    case 'pointer':
      return { type: CAPSTYPE_POINTER, data: encodePointer(set) };
    case 'share':
      return { type: CAPSTYPE_SHARE, data: encodeShare(set) };
    case 'sound':
      return { type: CAPSTYPE_SOUND, data: encodeSound(set) };
    case 'surfaceCommands':
      return { type: CAPSETTYPE_SURFACE_COMMANDS, data: encodeSurfaceCommandsCapability(set) };
    case 'unknown':
      return { type: set.type, data: set.data };
    case 'virtualChannel':
      return { type: CAPSTYPE_VIRTUALCHANNEL, data: encodeVirtualChannelCapability(set) };
    case 'windowActivation':
      return { type: CAPSTYPE_ACTIVATION, data: encodeWindowActivation() };
  }
}

/** Decodes from numberCapabilities on, in wire order. Bytes after a set's known fields are ignored. */
export function decodeCapabilitySets(reader: ByteReader): CapabilitySet[] {
  const count = reader.u16le('numberCapabilities');
  if (count > MAX_SETS) throw new ProtocolError('TOO_LARGE', 'numberCapabilities', `<= ${MAX_SETS}`, count);
  reader.skip(2, 'pad2Octets');
  const sets: CapabilitySet[] = [];
  for (let index = 0; index < count; index += 1) {
    const type = reader.u16le('TS_CAPS_SET.capabilitySetType');
    const length = reader.u16le('TS_CAPS_SET.lengthCapability');
    if (length < SET_HEADER_BYTES)
      throw new ProtocolError('OUT_OF_RANGE', 'TS_CAPS_SET.lengthCapability', `>= ${SET_HEADER_BYTES}`, length);
    sets.push(decodeOne(type, reader.sub(length - SET_HEADER_BYTES, 'TS_CAPS_SET.capabilityData')));
  }
  return sets;
}

function decodeOne(type: number, body: ByteReader): CapabilitySet {
  switch (type) {
    case CAPSTYPE_BITMAP:
      return decodeBitmap(body);
    case CAPSTYPE_BITMAPCACHE:
      return decodeBitmapCache(body);
    case CAPSTYPE_BRUSH:
      return decodeBrush(body);
    case CAPSTYPE_CONTROL:
      return decodeControlCapability(body);
    case CAPSTYPE_FONT:
      return decodeFont(body);
    case CAPSSETTYPE_FRAME_ACKNOWLEDGE:
      return decodeFrameAcknowledgeCapability(body);
    case CAPSTYPE_GENERAL:
      return decodeGeneral(body);
    case CAPSTYPE_GLYPHCACHE:
      return decodeGlyphCache(body);
    case CAPSTYPE_INPUT:
      return decodeInput(body);
    case CAPSETTYPE_LARGE_POINTER:
      return decodeLargePointer(body);
    case CAPSETTYPE_MULTIFRAGMENTUPDATE:
      return decodeMultifragmentUpdate(body);
    case CAPSTYPE_ORDER:
      return decodeOrder(body);
    case CAPSTYPE_POINTER:
      return decodePointer(body);
    case CAPSTYPE_SHARE:
      return decodeShare(body);
    case CAPSTYPE_SOUND:
      return decodeSound(body);
    case CAPSETTYPE_SURFACE_COMMANDS:
      return decodeSurfaceCommandsCapability(body);
    case CAPSTYPE_VIRTUALCHANNEL:
      return decodeVirtualChannelCapability(body);
    case CAPSTYPE_ACTIVATION:
      return decodeWindowActivation(body);
    default:
      return { tag: 'unknown', type, data: body.rest() };
  }
}

/** The set with this tag, if the other side sent one. */
export function findSet<T extends CapabilitySet['tag']>(
  sets: readonly CapabilitySet[],
  tag: T,
): Extract<CapabilitySet, { readonly tag: T }> | undefined {
  return sets.find((set): set is Extract<CapabilitySet, { readonly tag: T }> => set.tag === tag);
}
