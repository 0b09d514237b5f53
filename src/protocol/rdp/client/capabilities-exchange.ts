import { findSet, type CapabilitySet } from '../pdu/capabilities/capability-sets.ts';
import { DRAWING_FLAG } from '../pdu/capabilities/bitmap.ts';
import { FONT_SUPPORT_FONT_LIST } from '../pdu/capabilities/font.ts';
import { GENERAL_EXTRA } from '../pdu/capabilities/general.ts';
import { INPUT_FLAG } from '../pdu/capabilities/input.ts';
import { LARGE_POINTER_FLAG } from '../pdu/capabilities/large-pointer.ts';
import { SCREEN_BLT_ONLY } from '../pdu/capabilities/order.ts';
import { SURFACE_COMMAND_FLAG } from '../pdu/capabilities/surface-commands-capability.ts';
import { MAX_REQUEST_BYTES } from '../pdu/fast-path-output.ts';
import type { DemandActive } from '../pdu/demand-active.ts';
import type { Size } from '../geometry.ts';
import type { RdpClientConfig } from './contract.ts';

/** Frames a server may have under way before it waits for our acknowledgement. */
const MAX_UNACKNOWLEDGED_FRAMES = 2;
/** Pointers that we keep; more than any desktop changes between. */
export const POINTER_CACHE_SIZE = 64;
const OSMAJORTYPE_WINDOWS = 1;
const CAPSETTYPE_BITMAP_CODECS = 0x001d;
const IBM_ENHANCED_KEYBOARD = 4;
const FUNCTION_KEYS = 12;
const MAX_DESKTOP_SIDE = 16_384;

/** What the server's capability sets mean for us. */
export interface ServerAbilities {
  readonly desktop: Size;
  readonly fastPathInput: boolean;
  readonly frameAcknowledge: boolean;
  readonly suppressOutput: boolean;
  readonly refreshRect: boolean;
  /**
   * On the graphics channel it makes its surfaces anew for a viewer that comes late, as ours does when it is asked for the whole picture; and draws
   * what can be decoded. Neither is true of Windows (ClearCodec, progressive codecs) and of FreeRDP, which have codecs of their own in updates
   * ([MS-RDPBCGR] 2.2.7.2.10) as well.
   */
  readonly beginsAnew: boolean;
}

/** Reads Demand Active. A desktop without a usable size keeps the size we asked for. */
export function readServerAbilities({ sets }: DemandActive, wished: Size): ServerAbilities {
  const bitmap = findSet(sets, 'bitmap');
  const general = findSet(sets, 'general');
  const inputFlags = findSet(sets, 'input')?.inputFlags ?? 0;
  const usable = (side: number | undefined) => side !== undefined && side > 0 && side <= MAX_DESKTOP_SIDE;
  return {
    desktop:
      bitmap !== undefined && usable(bitmap.desktopWidth) && usable(bitmap.desktopHeight)
        ? { width: bitmap.desktopWidth, height: bitmap.desktopHeight }
        : wished,
    fastPathInput: (inputFlags & (INPUT_FLAG.fastPathInput | INPUT_FLAG.fastPathInput2)) !== 0,
    frameAcknowledge: findSet(sets, 'frameAcknowledge') !== undefined,
    suppressOutput: general?.suppressOutputSupport ?? false,
    refreshRect: general?.refreshRectSupport ?? false,
    beginsAnew:
      general?.osMajorType !== OSMAJORTYPE_WINDOWS && !sets.some((set) => set.tag === 'unknown' && set.type === CAPSETTYPE_BITMAP_CODECS),
  };
}

/**
 * Our side for Confirm Active ([MS-RDPBCGR] 2.2.1.13.2): 32-bit bitmaps, planar without alpha and without colour loss, ScrBlt as the only
 * drawing order, no caches but the pointer's, frames that are acknowledged. A codec that plugs in next adds its set here.
 */
export function clientCapabilities(config: RdpClientConfig, desktop: Size): CapabilitySet[] {
  return [
    {
      tag: 'general',
      // OSMAJORTYPE_UNSPECIFIED: the server is not told which system this runs on.
      osMajorType: 0,
      osMinorType: 0,
      extraFlags: GENERAL_EXTRA.fastPathOutput | GENERAL_EXTRA.longCredentials | GENERAL_EXTRA.noBitmapCompressionHdr,
      refreshRectSupport: true,
      suppressOutputSupport: true,
    },
    {
      tag: 'bitmap',
      preferredBitsPerPixel: 32,
      desktopWidth: desktop.width,
      desktopHeight: desktop.height,
      desktopResize: true,
      drawingFlags: DRAWING_FLAG.skipAlpha,
    },
    SCREEN_BLT_ONLY,
    { tag: 'bitmapCache', caches: [] },
    { tag: 'pointer', colorPointerFlag: true, colorPointerCacheSize: POINTER_CACHE_SIZE, pointerCacheSize: POINTER_CACHE_SIZE },
    {
      tag: 'input',
      inputFlags: INPUT_FLAG.scancodes | INPUT_FLAG.mouseX | INPUT_FLAG.unicode | INPUT_FLAG.fastPathInput2 | INPUT_FLAG.mouseHWheel,
      keyboardLayout: config.keyboardLayout,
      keyboardType: IBM_ENHANCED_KEYBOARD,
      keyboardSubType: 0,
      keyboardFunctionKey: FUNCTION_KEYS,
    },
    { tag: 'brush', brushSupportLevel: 0 },
    { tag: 'glyphCache', glyphSupportLevel: 0 },
    { tag: 'virtualChannel', flags: 0, chunkSize: undefined },
    { tag: 'sound', soundFlags: 0 },
    { tag: 'share', nodeId: 0 },
    { tag: 'font', fontSupportFlags: FONT_SUPPORT_FONT_LIST },
    { tag: 'multifragmentUpdate', maxRequestSize: MAX_REQUEST_BYTES },
    { tag: 'largePointer', flags: LARGE_POINTER_FLAG.side96 | LARGE_POINTER_FLAG.side384 },
    { tag: 'surfaceCommands', cmdFlags: SURFACE_COMMAND_FLAG.frameMarker },
    { tag: 'frameAcknowledge', maxUnacknowledgedFrames: MAX_UNACKNOWLEDGED_FRAMES },
  ];
}
