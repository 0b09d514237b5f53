import { ProtocolError } from '../../bytes/errors.ts';
import { chooseGraphics } from '../graphics/choose-graphics.ts';
import type { ClientGraphicsCapabilities } from '../graphics/client-capabilities.ts';
import { monitorsOf } from '../desktop-layout.ts';
import type { Size } from '../geometry.ts';
import { EARLY_CAPABILITY } from '../pdu/client-data.ts';
import { DRAWING_FLAG } from '../pdu/capabilities/bitmap.ts';
import { type CapabilitySet, findSet } from '../pdu/capabilities/capability-sets.ts';
import { FONT_SUPPORT_FONT_LIST } from '../pdu/capabilities/font.ts';
import { GENERAL_EXTRA } from '../pdu/capabilities/general.ts';
import { INPUT_FLAG } from '../pdu/capabilities/input.ts';
import { LARGE_POINTER_FLAG } from '../pdu/capabilities/large-pointer.ts';
import { hasScreenBlt, SCREEN_BLT_ONLY } from '../pdu/capabilities/order.ts';
import { SURFACE_COMMAND_FLAG } from '../pdu/capabilities/surface-commands-capability.ts';
import { decodeConfirmActive } from '../pdu/confirm-active.ts';
import { encodeDemandActive } from '../pdu/demand-active.ts';
import { MAX_REQUEST_BYTES } from '../pdu/fast-path-output.ts';
import { encodeLicenceError } from '../pdu/licence.ts';
import { encodeMonitorLayout } from '../pdu/monitor-layout.ts';
import { encodeSecurityHeader, SEC } from '../pdu/security-header.ts';
import { encodeShareData, PDU_TYPE_2 } from '../pdu/share-data.ts';
import { CHANNEL_CHUNK_BYTES } from '../pdu/virtual-channel.ts';
import type { ClientAbilities } from './client-abilities.ts';
import type { RdpServerOutput } from './contract.ts';
import { IO_CHANNEL_ID, sendOn, SERVER_CHANNEL_ID, SHARE_ID } from './server-domain.ts';
import type { Admitted, Session, StateOf, Step } from './server-state.ts';

/**
 * Windows 11 24H2 (26100) does not draw bitmap updates of several rectangles right. Where that began is not known; no other client that was seen
 * says that it is of so late a build.
 */
const WINDOWS_11_BUILD = 22_000;
const POINTER_CACHE_ENTRIES = 25;
/** Of a client that keeps more, so many are used: the busy pointer of a desktop has sixty pictures. */
const MOST_POINTER_CACHE_ENTRIES = 64;
const MAX_DESKTOP_SIDE = 0x7fff;
/** Frames that a client may leave unacknowledged; how many really are on their way is decided by whoever paces frames. */
const MAX_UNACKNOWLEDGED_FRAMES = 2;
/** Pointer sides in pixels without, with the first and with the second large pointer flag. */
const POINTER_SIDE = 32;
const POINTER_SIDE_96 = 96;
const POINTER_SIDE_384 = 384;
/** Multifragment MaxRequestSize that a client needs for pointers of 96×96 and of 384×384 ([MS-RDPBCGR] 2.2.7.2.7). */
const POINTER_96_REQUEST_BYTES = 38_055;
const POINTER_384_REQUEST_BYTES = 608_299;

/** Licensing ([MS-RDPBCGR] 2.2.1.12): there is nothing to license. */
export function licensed(): RdpServerOutput {
  const header = encodeSecurityHeader(SEC.licensePkt);
  const message = encodeLicenceError('validClient');
  const data = new Uint8Array(header.length + message.length);
  data.set(header);
  data.set(message, header.length);
  return sendOn(IO_CHANNEL_ID, data);
}

/**
 * Demand Active (2.2.1.13.1) for a desktop of this size, and its monitors (2.2.12.1) where the client reads them. Throws `OUT_OF_RANGE` for a size RDP
 * cannot say.
 */
export function demandActive({ session, channels, desktop, wasActive }: Admitted): Step {
  for (const side of [desktop.width, desktop.height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_DESKTOP_SIDE)
      throw new ProtocolError('OUT_OF_RANGE', 'desktop', `1..${MAX_DESKTOP_SIDE}`, side);
  }
  return {
    state: { tag: 'capabilities', session, channels, desktop, wasActive },
    outputs: [
      sendOn(IO_CHANNEL_ID, encodeDemandActive({ shareId: SHARE_ID, sets: serverSets(desktop) }, SERVER_CHANNEL_ID)),
      // Here and nowhere else: FreeRDP 3 waits for it before it goes on, and ends the session at a second one within an activation.
      ...(readsMonitorLayout(session)
        ? [
            sendOn(
              IO_CHANNEL_ID,
              encodeShareData(SHARE_ID, SERVER_CHANNEL_ID, PDU_TYPE_2.monitorLayout, encodeMonitorLayout(monitorsOf(desktop))),
            ),
          ]
        : []),
    ],
  };
}

/** The client has announced that it reads the Monitor Layout PDU. */
export function readsMonitorLayout({ core }: Session): boolean {
  return (core.earlyCapabilityFlags & EARLY_CAPABILITY.monitorLayoutPdu) !== 0;
}

/** Colour depth, size and what the server takes and sends; of the drawing orders ScrBlt alone. */
function serverSets(desktop: Size): CapabilitySet[] {
  return [
    { tag: 'share', nodeId: SERVER_CHANNEL_ID },
    {
      tag: 'general',
      osMajorType: 0,
      osMinorType: 0,
      extraFlags: GENERAL_EXTRA.fastPathOutput | GENERAL_EXTRA.longCredentials | GENERAL_EXTRA.noBitmapCompressionHdr,
      refreshRectSupport: true,
      suppressOutputSupport: true,
    },
    { tag: 'virtualChannel', flags: 0, chunkSize: CHANNEL_CHUNK_BYTES },
    { tag: 'font', fontSupportFlags: FONT_SUPPORT_FONT_LIST },
    {
      tag: 'bitmap',
      preferredBitsPerPixel: 32,
      desktopWidth: desktop.width,
      desktopHeight: desktop.height,
      desktopResize: true,
      drawingFlags: DRAWING_FLAG.skipAlpha,
    },
    SCREEN_BLT_ONLY,
    { tag: 'pointer', colorPointerFlag: true, colorPointerCacheSize: POINTER_CACHE_ENTRIES, pointerCacheSize: POINTER_CACHE_ENTRIES },
    {
      tag: 'input',
      inputFlags:
        INPUT_FLAG.scancodes |
        INPUT_FLAG.mouseX |
        INPUT_FLAG.fastPathInput |
        INPUT_FLAG.unicode |
        INPUT_FLAG.fastPathInput2 |
        INPUT_FLAG.mouseHWheel,
      keyboardLayout: 0,
      keyboardType: 0,
      keyboardSubType: 0,
      keyboardFunctionKey: 0,
    },
    { tag: 'multifragmentUpdate', maxRequestSize: MAX_REQUEST_BYTES },
    { tag: 'largePointer', flags: LARGE_POINTER_FLAG.side96 | LARGE_POINTER_FLAG.side384 },
    { tag: 'surfaceCommands', cmdFlags: SURFACE_COMMAND_FLAG.frameMarker },
    { tag: 'frameAcknowledge', maxUnacknowledgedFrames: MAX_UNACKNOWLEDGED_FRAMES },
  ];
}

/**
 * Confirm Active (2.2.1.13.2). Throws `REFUSED` when the client cannot show what we can send: fast-path output and 32 bits a pixel are needed.
 * @param body of the share control PDU
 */
export function receiveConfirmActive(state: StateOf<'capabilities'>, body: Uint8Array): Step {
  const { shareId, sets } = decodeConfirmActive(body);
  if (shareId !== SHARE_ID) throw new ProtocolError('UNEXPECTED', 'TS_CONFIRM_ACTIVE_PDU.shareId', SHARE_ID, shareId);
  return { state: { ...state, tag: 'finalization', abilities: abilitiesOf(state.session, sets) }, outputs: [] };
}

function abilitiesOf(session: Session, sets: readonly CapabilitySet[]): ClientAbilities {
  const general = findSet(sets, 'general');
  if (general === undefined || (general.extraFlags & GENERAL_EXTRA.fastPathOutput) === 0) {
    throw new ProtocolError(
      'REFUSED',
      'TS_GENERAL_CAPABILITYSET.extraFlags',
      'FASTPATH_OUTPUT_SUPPORTED',
      general?.extraFlags ?? 'no general set',
    );
  }
  const surface = findSet(sets, 'surfaceCommands')?.cmdFlags ?? 0;
  const bitmap = findSet(sets, 'bitmap');
  const graphics: ClientGraphicsCapabilities = {
    // The server's depth counts (2.2.7.1.2): rdesktop asks for 24 and then follows Demand Active; node-rdpjs asks for 32 and confirms 24.
    bitsPerPixel: Math.max(session.core.bitsPerPixel, bitmap?.preferredBitsPerPixel ?? 0),
    skipAlpha: ((bitmap?.drawingFlags ?? 0) & DRAWING_FLAG.skipAlpha) !== 0,
    frameAcknowledge: findSet(sets, 'frameAcknowledge') !== undefined && (surface & SURFACE_COMMAND_FLAG.frameMarker) !== 0,
    oneBitmapEach: session.core.clientBuild >= WINDOWS_11_BUILD,
    // That of Windows 11 24H2 has been without it.
    remoteFx: session.core.clientBuild < WINDOWS_11_BUILD,
    screenBlt: hasScreenBlt(findSet(sets, 'order')),
  };
  // Whoever cannot be served in updates is not let in at all: the graphics channel may end.
  chooseGraphics(graphics);
  const pointer = findSet(sets, 'pointer');
  const newPointers = (pointer?.pointerCacheSize ?? 0) > 0;
  const entries = newPointers ? pointer?.pointerCacheSize : pointer?.colorPointerCacheSize;
  return {
    graphics,
    pointer: {
      newPointers,
      maxSide: newPointers ? pointerSide(sets) : POINTER_SIDE,
      cacheEntries: Math.min(entries ?? 0, MOST_POINTER_CACHE_ENTRIES),
    },
  };
}

/** How large the shapes of New and Large Pointer Updates may be. */
function pointerSide(sets: readonly CapabilitySet[]): number {
  const flags = findSet(sets, 'largePointer')?.flags ?? 0;
  const joined = findSet(sets, 'multifragmentUpdate')?.maxRequestSize ?? 0;
  if ((flags & LARGE_POINTER_FLAG.side384) !== 0 && joined >= POINTER_384_REQUEST_BYTES) return POINTER_SIDE_384;
  return flags !== 0 && joined >= POINTER_96_REQUEST_BYTES ? POINTER_SIDE_96 : POINTER_SIDE;
}
