import { ByteReader } from '../../../src/protocol/bytes/reader.ts';
import { decodeEncomsp, encodeEncomsp } from '../../../src/protocol/rdp/channels/encomsp.ts';
import { decodeNotes, encodeNote } from '../../../src/protocol/rdp/channels/notes.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import {
  decodeAutoDetectRequest,
  decodeRttResponse,
  encodeAutoDetectRequest,
  encodeRttResponse,
} from '../../../src/protocol/rdp/pdu/auto-detect.ts';
import {
  type CapabilitySet,
  decodeCapabilitySets,
  encodeCapabilitySets,
} from '../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { decodeClientData, EARLY_CAPABILITY, encodeClientData } from '../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeClientInfo, encodeClientInfo, INFO } from '../../../src/protocol/rdp/pdu/client-info.ts';
import { decodeConfirmActive, encodeConfirmActive } from '../../../src/protocol/rdp/pdu/confirm-active.ts';
import { encodeDeactivateAll } from '../../../src/protocol/rdp/pdu/deactivate-all.ts';
import { decodeDemandActive, encodeDemandActive } from '../../../src/protocol/rdp/pdu/demand-active.ts';
import { decodeFastPathInput, encodeFastPathInput } from '../../../src/protocol/rdp/pdu/fast-path-input.ts';
import {
  encodeFastPathFragments,
  encodeFastPathUpdate,
  FAST_PATH_UPDATE,
  FastPathOutputDecoder,
} from '../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { decodeControl, encodeControl, encodeSynchronize } from '../../../src/protocol/rdp/pdu/finalization.ts';
import { decodeFrameAcknowledge, encodeFrameAcknowledge } from '../../../src/protocol/rdp/pdu/frame-acknowledge.ts';
import {
  decodeConferenceCreateRequest,
  decodeConferenceCreateResponse,
  encodeConferenceCreateRequest,
  encodeConferenceCreateResponse,
} from '../../../src/protocol/rdp/pdu/gcc.ts';
import { decodeLicence, encodeLicenceError } from '../../../src/protocol/rdp/pdu/licence.ts';
import {
  decodeConnectInitial,
  decodeConnectResponse,
  encodeConnectInitial,
  encodeConnectResponse,
} from '../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { decodeDomainPdu, type DomainPdu, encodeDomainPdu } from '../../../src/protocol/rdp/pdu/mcs-domain.ts';
import { decodeMonitorLayout, encodeMonitorLayout } from '../../../src/protocol/rdp/pdu/monitor-layout.ts';
import { PduFramer } from '../../../src/protocol/rdp/pdu/pdu-framer.ts';
import {
  decodeFastPathPointer,
  decodeSlowPathPointer,
  encodePointerCached,
  encodePointerColor,
  encodePointerNew,
  encodePointerPosition,
} from '../../../src/protocol/rdp/pdu/pointer-update.ts';
import { decodeRefreshRect, encodeRefreshRect } from '../../../src/protocol/rdp/pdu/refresh-rect.ts';
import { decodeSecurityHeader, encodeSecurityHeader } from '../../../src/protocol/rdp/pdu/security-header.ts';
import { decodeServerData, encodeServerData } from '../../../src/protocol/rdp/pdu/server-data.ts';
import { decodeSetErrorInfo, encodeSetErrorInfo } from '../../../src/protocol/rdp/pdu/set-error-info.ts';
import { decodeShareControls, encodeShareControl } from '../../../src/protocol/rdp/pdu/share-control.ts';
import { decodeShareData, encodeShareData } from '../../../src/protocol/rdp/pdu/share-data.ts';
import { decodeSlowPathInput, encodeSlowPathInput } from '../../../src/protocol/rdp/pdu/slow-path-input.ts';
import { decodeSuppressOutput, encodeSuppressOutput } from '../../../src/protocol/rdp/pdu/suppress-output.ts';
import { ChannelJoiner, encodeChannelChunks } from '../../../src/protocol/rdp/pdu/virtual-channel.ts';
import {
  decodeConnectionConfirm,
  decodeConnectionRequest,
  decodeX224Data,
  encodeConnectionConfirm,
  encodeConnectionRequest,
  encodeX224Data,
} from '../../../src/protocol/rdp/pdu/x224.ts';
import { CLIENT_DATA, CLIENT_SETS } from '../../protocol/rdp/server/scripted-client.ts';
import { joined } from '../mutations.ts';
import { anyChunks, decoding, type Target } from '../rules.ts';

const TPKT_HEADER = 4;
const SERVER_DATA = encodeServerData({
  core: { version: 0x0008_0004, clientRequestedProtocols: 1, earlyCapabilityFlags: 0 },
  security: { encryptionMethod: 0, encryptionLevel: 0 },
  network: { ioChannelId: 1003, channelIds: [1004, 1005, 1006] },
  messageChannelId: 1007,
});
const EVENTS: readonly InputEvent[] = [
  { tag: 'key', scancode: 0x1e, prefix: 'none', down: true },
  { tag: 'key', scancode: 0x48, prefix: 'e0', down: false },
  { tag: 'unicode', codeUnit: 0x20ac, down: true },
  { tag: 'pointerMove', x: 300, y: 200 },
  { tag: 'pointerButton', button: 'left', down: true, x: 1, y: 2 },
  { tag: 'pointerButton', button: 'x2', down: false, x: 65_535, y: 0 },
  { tag: 'wheel', axis: 'vertical', delta: -120, x: 5, y: 5 },
  { tag: 'wheel', axis: 'horizontal', delta: 120, x: 5, y: 5 },
  { tag: 'locks', locks: { scrollLock: true, numLock: false, capsLock: true, kanaLock: false } },
];
const DOMAIN_PDUS: readonly DomainPdu[] = [
  { tag: 'erectDomainRequest', subHeight: 0, subInterval: 1 },
  { tag: 'attachUserRequest' },
  { tag: 'attachUserConfirm', result: 0, initiator: 1007 },
  { tag: 'channelJoinRequest', initiator: 1007, channelId: 1003 },
  { tag: 'channelJoinConfirm', result: 0, initiator: 1007, requested: 1003, channelId: 1003 },
  { tag: 'sendDataRequest', initiator: 1007, channelId: 1003, data: Uint8Array.of(1, 2, 3) },
  { tag: 'sendDataIndication', initiator: 1002, channelId: 1003, data: new Uint8Array(200) },
  { tag: 'disconnectProviderUltimatum', reason: 3 },
];
const SETS: readonly CapabilitySet[] = [
  ...CLIENT_SETS,
  { tag: 'brush', brushSupportLevel: 0 },
  { tag: 'share', nodeId: 0 },
  { tag: 'sound', soundFlags: 1 },
  { tag: 'control' },
  { tag: 'windowActivation' },
  { tag: 'font', fontSupportFlags: 1 },
  { tag: 'largePointer', flags: 1 },
  { tag: 'multifragmentUpdate', maxRequestSize: 65_535 },
  { tag: 'glyphCache', glyphSupportLevel: 0 },
  { tag: 'virtualChannel', flags: 0, chunkSize: 1600 },
  { tag: 'unknown', type: 99, data: Uint8Array.of(1, 2, 3, 4) },
];
const SHAPE = {
  width: 4,
  height: 3,
  hotX: 1,
  hotY: 1,
  pixels: Uint8Array.from({ length: 48 }, (_, index) => (index % 4 === 3 ? 255 : index * 5)),
};
const POINTERS = {
  color: encodePointerColor({ cacheIndex: 1, shape: SHAPE }),
  new: encodePointerNew({ cacheIndex: 2, shape: SHAPE }),
  position: encodePointerPosition(7, 8),
  cached: encodePointerCached(1),
};

/** A length byte pair before each piece: how a sequence of PDUs or chunks is one input. */
export function pieces(input: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at + 2 <= input.length; ) {
    const length = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    out.push(input.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return out;
}

export function asPieces(parts: readonly Uint8Array[]): Uint8Array {
  return joined(...parts.flatMap((part) => [Uint8Array.of(part.length & 0xff, part.length >> 8), part]));
}

function target<T>(
  name: string,
  decode: (input: Uint8Array) => T,
  seeds: () => readonly Uint8Array[],
  encode?: (value: T) => Uint8Array | undefined,
): Target {
  return { name, seeds, check: decoding(decode, encode) };
}

const control = (pdu: Uint8Array) => decodeShareControls(pdu)[0]?.body ?? new Uint8Array(0);

export const RDP_TARGETS: readonly Target[] = [
  {
    name: 'rdp-framer',
    seeds: () => [
      joined(
        encodeConnectionRequest({ protocols: 1 }),
        encodeFastPathInput(EVENTS),
        encodeX224Data(new Uint8Array(300)),
        encodeFastPathUpdate(3, new Uint8Array(0)),
      ),
    ],
    check: anyChunks(() => {
      const framer = new PduFramer();
      return (chunk) => framer.push(chunk);
    }),
  },
  target(
    'x224-connection-request',
    decodeConnectionRequest,
    () =>
      [encodeConnectionRequest({ protocols: 1 }), encodeConnectionRequest({ cookie: 'someone', protocols: 3, flags: 1 })].map((pdu) =>
        pdu.slice(TPKT_HEADER),
      ),
    ({ protocols, flags }) => (protocols === undefined ? undefined : encodeConnectionRequest({ protocols, flags }).slice(TPKT_HEADER)),
  ),
  target(
    'x224-connection-confirm',
    decodeConnectionConfirm,
    () =>
      [
        encodeConnectionConfirm({ tag: 'response', selectedProtocol: 1, flags: 3 }),
        encodeConnectionConfirm({ tag: 'failure', failureCode: 1 }),
      ].map((pdu) => pdu.slice(TPKT_HEADER)),
    (confirm) => (confirm.tag === 'none' ? undefined : encodeConnectionConfirm(confirm).slice(TPKT_HEADER)),
  ),
  target(
    'x224-data',
    decodeX224Data,
    () => [encodeX224Data(Uint8Array.of(1, 2, 3)).slice(TPKT_HEADER)],
    (mcs) => encodeX224Data(mcs).slice(TPKT_HEADER),
  ),
  target(
    'mcs-connect-initial',
    decodeConnectInitial,
    () => [encodeConnectInitial(encodeConferenceCreateRequest(encodeClientData(CLIENT_DATA)))],
    ({ userData }) => encodeConnectInitial(userData),
  ),
  target(
    'mcs-connect-response',
    decodeConnectResponse,
    () => [encodeConnectResponse(encodeConferenceCreateResponse(SERVER_DATA))],
    ({ userData }) => encodeConnectResponse(userData),
  ),
  target('mcs-domain', decodeDomainPdu, () => DOMAIN_PDUS.map(encodeDomainPdu), encodeDomainPdu),
  target(
    'gcc-request',
    decodeConferenceCreateRequest,
    () => [encodeConferenceCreateRequest(encodeClientData(CLIENT_DATA))],
    encodeConferenceCreateRequest,
  ),
  target(
    'gcc-response',
    decodeConferenceCreateResponse,
    () => [encodeConferenceCreateResponse(SERVER_DATA)],
    encodeConferenceCreateResponse,
  ),
  target(
    'client-data',
    decodeClientData,
    () => [encodeClientData(CLIENT_DATA), encodeClientData({ ...CLIENT_DATA, network: [], messageChannel: false })],
    // Other depths are no depths, and 32 bits are asked for by the flag.
    (data) =>
      data.core.bitsPerPixel <= 24 || (data.core.bitsPerPixel === 32 && (data.core.earlyCapabilityFlags & EARLY_CAPABILITY.want32Bpp) !== 0)
        ? encodeClientData(data)
        : undefined,
  ),
  target('server-data', decodeServerData, () => [SERVER_DATA], encodeServerData),
  target(
    'client-info',
    decodeClientInfo,
    () => [
      encodeClientInfo({
        codePage: 0,
        flags: INFO.mouse,
        domain: 'D',
        userName: 'grace',
        password: '*',
        alternateShell: '*',
        workingDir: 'c2Vzc2lvbg==',
      }),
    ],
    // The encoder writes Unicode only.
    (info) => ((info.flags & INFO.unicode) === 0 ? undefined : encodeClientInfo(info)),
  ),
  target('licence', decodeLicence, () => [encodeLicenceError('validClient')]),
  target(
    'security-header',
    (input) => decodeSecurityHeader(new ByteReader(input)),
    () => [encodeSecurityHeader(0x80)],
    encodeSecurityHeader,
  ),
  target(
    'capability-sets',
    (input) => decodeCapabilitySets(new ByteReader(input)),
    () => [encodeCapabilitySets(SETS)],
    encodeCapabilitySets,
  ),
  target(
    'demand-active',
    decodeDemandActive,
    () => [control(encodeDemandActive({ shareId: 0x1_03ea, sets: SETS }, 1002))],
    (active) => control(encodeDemandActive(active, 1002)),
  ),
  target(
    'confirm-active',
    decodeConfirmActive,
    () => [control(encodeConfirmActive({ shareId: 0x1_03ea, sets: SETS }, 1007))],
    (active) => control(encodeConfirmActive(active, 1007)),
  ),
  target(
    'share-control',
    decodeShareControls,
    () => [
      encodeShareControl(7, 1002, Uint8Array.of(1, 2, 3)),
      joined(encodeDeactivateAll(1, 1002), Uint8Array.of(0, 0x80, 0, 0, 0, 0, 0, 0), encodeDemandActive({ shareId: 1, sets: [] }, 1002)),
    ],
    (pdus) => joined(...pdus.map(({ pduType, source, body }) => encodeShareControl(pduType, source, body))),
  ),
  target(
    'share-data',
    decodeShareData,
    () => [control(encodeShareData(1, 1002, 31, encodeSynchronize(1007)))],
    ({ shareId, pduType2, body }) => control(encodeShareData(shareId, 1002, pduType2, body)),
  ),
  target('control', decodeControl, () => [encodeControl({ action: 2, grantId: 1007, controlId: 1002 })], encodeControl),
  target('set-error-info', decodeSetErrorInfo, () => [encodeSetErrorInfo(0xb)], encodeSetErrorInfo),
  target(
    'refresh-rect',
    decodeRefreshRect,
    () => [
      encodeRefreshRect([
        { x: 0, y: 0, width: 10, height: 20 },
        { x: 5, y: 6, width: 1, height: 1 },
      ]),
    ],
    encodeRefreshRect,
  ),
  target(
    'suppress-output',
    decodeSuppressOutput,
    () => [encodeSuppressOutput(true, { width: 800, height: 600 }), encodeSuppressOutput(false, { width: 1, height: 1 })],
    (wanted) => encodeSuppressOutput(wanted, { width: 800, height: 600 }),
  ),
  target(
    'monitor-layout',
    decodeMonitorLayout,
    () => [
      encodeMonitorLayout([
        { area: { x: 0, y: 40, width: 640, height: 480 }, primary: false },
        { area: { x: 640, y: 0, width: 800, height: 600 }, primary: true },
      ]),
      encodeMonitorLayout([]),
    ],
    encodeMonitorLayout,
  ),
  target('frame-acknowledge', decodeFrameAcknowledge, () => [encodeFrameAcknowledge(7)], encodeFrameAcknowledge),
  target(
    'auto-detect-request',
    decodeAutoDetectRequest,
    () => [
      encodeAutoDetectRequest({ tag: 'rttRequest', sequence: 3, phase: 'continuous' }),
      encodeAutoDetectRequest({ tag: 'rttRequest', sequence: 3, phase: 'connectTime' }),
      encodeAutoDetectRequest({ tag: 'characteristics', sequence: 3, averageRttMs: 20 }),
    ],
    (request) => (request.tag === 'other' ? undefined : encodeAutoDetectRequest(request)),
  ),
  target(
    'auto-detect-response',
    decodeRttResponse,
    () => [encodeRttResponse(9)],
    (sequence) => (sequence === undefined ? undefined : encodeRttResponse(sequence)),
  ),
  {
    name: 'virtual-channel',
    // The first chunk's length is set aside at once, and it may be as long as a message may be.
    mayAllocate: (bytes) => Math.ceil(bytes / 10) * 0x10_0000 + 0x10_0000,
    seeds: () => [
      asPieces(encodeChannelChunks(new Uint8Array(4_000).fill(7))),
      asPieces([...encodeChannelChunks(Uint8Array.of(1)), ...encodeChannelChunks(new Uint8Array(1_601))]),
    ],
    check: (input) => {
      const joiner = new ChannelJoiner();
      for (const chunk of pieces(input)) joiner.push(chunk);
    },
  },
  target(
    'fast-path-input',
    decodeFastPathInput,
    () => [encodeFastPathInput(EVENTS), encodeFastPathInput([...EVENTS, ...EVENTS])],
    (events) => (events.length === 0 ? undefined : encodeFastPathInput(events)),
  ),
  target('slow-path-input', decodeSlowPathInput, () => [encodeSlowPathInput(EVENTS)], encodeSlowPathInput),
  {
    name: 'fast-path-output',
    seeds: () => [
      asPieces([
        encodeFastPathUpdate(FAST_PATH_UPDATE.pointerNew, POINTERS.new),
        encodeFastPathUpdate(FAST_PATH_UPDATE.pointerColor, POINTERS.color),
        encodeFastPathUpdate(FAST_PATH_UPDATE.pointerPosition, POINTERS.position),
      ]),
      asPieces(encodeFastPathFragments(FAST_PATH_UPDATE.bitmap, new Uint8Array(500), 200)),
      asPieces([
        encodeFastPathUpdate(FAST_PATH_UPDATE.pointerCached, POINTERS.cached),
        encodeFastPathUpdate(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0)),
      ]),
    ],
    check: (input) => {
      const decoder = new FastPathOutputDecoder();
      for (const pdu of pieces(input)) for (const { updateCode, data } of decoder.decode(pdu)) decodeFastPathPointer(updateCode, data);
    },
    // Pointers of 384 by 384, each from 18 kB, or 96 by 96 from 1 kB.
    mayAllocate: (bytes) => 1024 * 1024 + bytes * 256,
  },
  target('slow-path-pointer', decodeSlowPathPointer, () => [
    joined(Uint8Array.of(6, 0, 0, 0), POINTERS.color),
    joined(Uint8Array.of(8, 0, 0, 0), POINTERS.new),
    joined(Uint8Array.of(3, 0, 0, 0), POINTERS.position),
    Uint8Array.of(1, 0, 0, 0, 0, 0x7f, 0, 0),
  ]),
  target(
    'encomsp',
    decodeEncomsp,
    () => [
      encodeEncomsp({ tag: 'participantCreated', participantId: 1, mayView: true, mayInteract: false, you: true, name: 'Grace' }),
      encodeEncomsp({ tag: 'controlChange', participantId: 2, view: true, interact: true }),
    ],
    (messages) => {
      const parts = messages.map((message) => (message.tag === 'other' ? undefined : encodeEncomsp(message)));
      return parts.every((part) => part !== undefined) ? joined(...parts) : undefined;
    },
  ),
  target(
    'notes',
    decodeNotes,
    () => [
      encodeNote({ tag: 'keyboard', text: true, code: 'de', name: 'Deutsch' }),
      encodeNote({ tag: 'pause', paused: true, quietSeconds: 3 }),
      encodeNote({ tag: 'keptAway', what: 'keys' }),
      encodeNote({ tag: 'quality', quality: 'thin' }),
      encodeNote({ tag: 'picture', quality: 'sharp', ageMs: 40, filmBy: 'openh264' }),
      encodeNote({
        tag: 'sharing',
        part: { tag: 'window', id: '' },
        state: 'hidden',
        title: 'Letter',
        screens: [{ id: 'DP-1', name: 'DP-1', area: { x: -5, y: 0, width: 640, height: 480 } }],
      }),
      encodeNote({ tag: 'partWish', part: { tag: 'screen', id: 'DP-1' } }),
      encodeNote({ tag: 'partRefused' }),
      encodeNote({ tag: 'sound', state: 'on', why: 'thinLine' }),
    ],
    (notes) => joined(...notes.map((note) => encodeNote(note))),
  ),
];
