import type { CapabilitySet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { SCREEN_BLT_ONLY } from '../../../../src/protocol/rdp/pdu/capabilities/order.ts';
import { type ClientData, EARLY_CAPABILITY, encodeClientData, RDP_VERSION_5_PLUS } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { encodeClientInfo } from '../../../../src/protocol/rdp/pdu/client-info.ts';
import { encodeConfirmActive } from '../../../../src/protocol/rdp/pdu/confirm-active.ts';
import { CONTROL_ACTION, encodeControl, encodeFontList, encodeSynchronize } from '../../../../src/protocol/rdp/pdu/finalization.ts';
import { encodeConferenceCreateRequest } from '../../../../src/protocol/rdp/pdu/gcc.ts';
import { encodeConnectInitial } from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { decodeDomainPdu, type DomainPdu, encodeDomainPdu } from '../../../../src/protocol/rdp/pdu/mcs-domain.ts';
import { PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { encodeSecurityHeader, SEC } from '../../../../src/protocol/rdp/pdu/security-header.ts';
import { decodeShareControls, type ShareControl } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2, type ShareData } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { decodeX224Data, encodeConnectionRequest, encodeX224Data, PROTOCOL } from '../../../../src/protocol/rdp/pdu/x224.ts';
import type { ConnectionChannels } from '../../../../src/protocol/rdp/channels/static-channels.ts';
import { IO_CHANNEL_ID, SHARE_ID } from '../../../../src/protocol/rdp/server/server-domain.ts';
import { RdpServer } from '../../../../src/protocol/rdp/server/rdp-server.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import { concat } from '../pdu/arbitrary-bytes.ts';

/** io 1003, `encomsp` 1004, `cliprdr` 1005, then the message channel, then the user. */
export const CHANNEL = { encomsp: 1004, cliprdr: 1005, message: 1006, user: 1007 } as const;
export const SILENCE = { measuredMs: 1_250, plainMs: 4_500, overMs: 60_000 };
export const DESKTOP = { width: 800, height: 600 } as const;

export const INFO = {
  codePage: 0,
  flags: 0,
  domain: 'HOME',
  userName: 'grace',
  password: 'secret',
  alternateShell: 'shell',
  workingDir: 'c2Vzc2lvbg==',
} as const;

export const CLIENT_DATA: ClientData = {
  core: {
    version: RDP_VERSION_5_PLUS,
    desktopWidth: 1024,
    desktopHeight: 768,
    keyboardLayout: 0x409,
    clientBuild: 2600,
    clientName: 'tester',
    bitsPerPixel: 32,
    earlyCapabilityFlags: EARLY_CAPABILITY.errInfoPdu | EARLY_CAPABILITY.netcharAutodetect | EARLY_CAPABILITY.want32Bpp,
    serverSelectedProtocol: PROTOCOL.ssl,
  },
  security: { encryptionMethods: 0, extEncryptionMethods: 0 },
  network: [
    { name: 'encomsp', options: 0 },
    { name: 'cliprdr', options: 0 },
  ],
  messageChannel: true,
};

export const CLIENT_SETS: readonly CapabilitySet[] = [
  { tag: 'general', osMajorType: 0, osMinorType: 0, extraFlags: 0x0401, refreshRectSupport: true, suppressOutputSupport: true },
  { tag: 'bitmap', preferredBitsPerPixel: 32, desktopWidth: 800, desktopHeight: 600, desktopResize: true, drawingFlags: 8 },
  SCREEN_BLT_ONLY,
  { tag: 'pointer', colorPointerFlag: true, colorPointerCacheSize: 20, pointerCacheSize: 20 },
  { tag: 'surfaceCommands', cmdFlags: 0x52 },
  { tag: 'frameAcknowledge', maxUnacknowledgedFrames: 2 },
];

/** What the client's side of each phase looks like on the wire. */
export const wire = {
  request: (protocols: number = PROTOCOL.ssl) => encodeConnectionRequest({ cookie: 'me', protocols }),
  connectInitial: (data: ClientData = CLIENT_DATA) =>
    encodeX224Data(encodeConnectInitial(encodeConferenceCreateRequest(encodeClientData(data)))),
  mcs: (pdu: DomainPdu) => encodeX224Data(encodeDomainPdu(pdu)),
  join: (channelId: number, initiator: number = CHANNEL.user) => wire.mcs({ tag: 'channelJoinRequest', initiator, channelId }),
  on: (channelId: number, data: Uint8Array, initiator: number = CHANNEL.user) =>
    wire.mcs({ tag: 'sendDataRequest', initiator, channelId, data }),
  clientInfo: (initiator: number = CHANNEL.user) =>
    wire.on(IO_CHANNEL_ID, concat([encodeSecurityHeader(SEC.infoPkt), encodeClientInfo(INFO)]), initiator),
  confirmActive: (sets: readonly CapabilitySet[] = CLIENT_SETS, initiator: number = CHANNEL.user) =>
    wire.on(IO_CHANNEL_ID, encodeConfirmActive({ shareId: SHARE_ID, sets }, initiator), initiator),
  share: (pduType2: number, body: Uint8Array, initiator: number = CHANNEL.user) =>
    wire.on(IO_CHANNEL_ID, encodeShareData(SHARE_ID, initiator, pduType2, body), initiator),
  synchronize: () => wire.share(PDU_TYPE_2.synchronize, encodeSynchronize(1002)),
  control: (action: number) => wire.share(PDU_TYPE_2.control, encodeControl({ action, grantId: 0, controlId: 0 })),
  fontList: () => wire.share(PDU_TYPE_2.fontList, encodeFontList()),
  finalization: () =>
    concat([wire.synchronize(), wire.control(CONTROL_ACTION.cooperate), wire.control(CONTROL_ACTION.requestControl), wire.fontList()]),
  leave: () => wire.mcs({ tag: 'disconnectProviderUltimatum', reason: 3 }),
} as const;

export const joinAll = () =>
  concat([IO_CHANNEL_ID, CHANNEL.user, CHANNEL.message, CHANNEL.encomsp, CHANNEL.cliprdr].map((id) => wire.join(id)));

export function newServer(): RdpServer {
  return new RdpServer({ silence: SILENCE });
}

const STEPS = {
  tls: (server: RdpServer) => void server.receive(wire.request(), 0),
  basicSettings: (server: RdpServer) => void server.tlsEstablished(),
  channelConnection: (server: RdpServer) => void server.receive(wire.connectInitial(), 0),
  attached: (server: RdpServer) => void server.receive(wire.mcs({ tag: 'attachUserRequest' }), 0),
  awaitingAdmission: (server: RdpServer) => void server.receive(concat([joinAll(), wire.clientInfo()]), 0),
  capabilities: (server: RdpServer, channels?: ConnectionChannels) => void server.admit(DESKTOP, channels),
  finalization: (server: RdpServer) => void server.receive(wire.confirmActive(), 0),
  active: (server: RdpServer) => void server.receive(wire.finalization(), 0),
} as const;

export type Phase = keyof typeof STEPS;
export const PHASES = Object.keys(STEPS) as readonly Phase[];

/** A server at the start of `phase`, at time 0; `channels` are what the client is let in with. */
export function serverAt(phase: Phase, channels?: ConnectionChannels): RdpServer {
  const server = newServer();
  for (const name of PHASES) {
    STEPS[name](server, channels);
    if (name === phase) break;
  }
  return server;
}

export const tags = (outputs: readonly RdpServerOutput[]) => outputs.map((output) => output.tag);

/** Everything sent, as MCS PDUs; fast-path PDUs are left out. */
export function sent(outputs: readonly RdpServerOutput[]): DomainPdu[] {
  const bytes = concat(outputs.flatMap((output) => (output.tag === 'send' ? [output.bytes] : [])));
  return new PduFramer().push(bytes).flatMap((framed) => (framed.tag === 'tpkt' ? [decodeDomainPdu(decodeX224Data(framed.payload))] : []));
}

/** Whole fast-path PDUs sent. */
export function sentFastPath(outputs: readonly RdpServerOutput[]): Uint8Array[] {
  const bytes = concat(outputs.flatMap((output) => (output.tag === 'send' ? [output.bytes] : [])));
  return new PduFramer().push(bytes).flatMap((framed) => (framed.tag === 'fastPath' ? [framed.bytes] : []));
}

/** What was sent on one channel. */
export function sentOn(outputs: readonly RdpServerOutput[], channelId: number): Uint8Array[] {
  return sent(outputs).flatMap((pdu) => (pdu.tag === 'sendDataIndication' && pdu.channelId === channelId ? [pdu.data] : []));
}

export function sentShareControls(outputs: readonly RdpServerOutput[]): ShareControl[] {
  return sentOn(outputs, IO_CHANNEL_ID).flatMap(decodeShareControls);
}

export function sentShareData(outputs: readonly RdpServerOutput[]): ShareData[] {
  return sentShareControls(outputs)
    .filter((control) => control.pduType === 7)
    .map((control) => decodeShareData(control.body));
}

/** The only output with this tag. */
export function only<T extends RdpServerOutput['tag']>(
  outputs: readonly RdpServerOutput[],
  tag: T,
): Extract<RdpServerOutput, { readonly tag: T }> {
  const found = outputs.filter((output): output is Extract<RdpServerOutput, { readonly tag: T }> => output.tag === tag);
  if (found.length !== 1) throw new Error(`${found.length} outputs ${tag} among ${tags(outputs).join(' ')}`);
  return found[0]!;
}
