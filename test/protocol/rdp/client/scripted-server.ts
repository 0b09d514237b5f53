import type { RdpClientConfig, RdpClientOutput } from '../../../../src/protocol/rdp/client/contract.ts';
import { RdpClient } from '../../../../src/protocol/rdp/client/rdp-client.ts';
import { type CapabilitySet, findSet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { SCREEN_BLT_ONLY } from '../../../../src/protocol/rdp/pdu/capabilities/order.ts';
import { decodeConfirmActive } from '../../../../src/protocol/rdp/pdu/confirm-active.ts';
import { encodeDeactivateAll } from '../../../../src/protocol/rdp/pdu/deactivate-all.ts';
import { encodeDemandActive } from '../../../../src/protocol/rdp/pdu/demand-active.ts';
import { encodeFontMap } from '../../../../src/protocol/rdp/pdu/finalization.ts';
import { encodeConferenceCreateResponse } from '../../../../src/protocol/rdp/pdu/gcc.ts';
import { encodeLicenceError } from '../../../../src/protocol/rdp/pdu/licence.ts';
import { encodeConnectResponse } from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { decodeDomainPdu, type DomainPdu, encodeDomainPdu } from '../../../../src/protocol/rdp/pdu/mcs-domain.ts';
import { PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { encodeSecurityHeader, SEC } from '../../../../src/protocol/rdp/pdu/security-header.ts';
import { encodeServerData, type ServerData } from '../../../../src/protocol/rdp/pdu/server-data.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2, type ShareData } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { decodeX224Data, encodeConnectionConfirm, encodeX224Data, PROTOCOL } from '../../../../src/protocol/rdp/pdu/x224.ts';
import { RecordedChannel, silent } from '../../../support/recorded-channel.ts';
import { concat } from '../pdu/arbitrary-bytes.ts';

/** A server whose numbers are not those of ours. */
export const ID = { io: 1003, encomsp: 1021, message: 1022, user: 1030, server: 1002, share: 0x77 } as const;
export const DESKTOP = { width: 640, height: 480 } as const;

export const CONFIG: RdpClientConfig = {
  workingDir: 'c2Vzc2lvbg==',
  userName: 'grace',
  password: '*',
  alternateShell: '*',
  clientName: 'TESTER',
  desktop: { width: 1280, height: 720 },
  keyboardLayout: 0x409,
  channels: silent(new RecordedChannel()),
  silence: { measuredMs: 1_250, plainMs: 4_500, overMs: 60_000 },
};

export const SERVER_DATA: ServerData = {
  core: { version: 0x0008_0004, clientRequestedProtocols: PROTOCOL.ssl, earlyCapabilityFlags: 0 },
  security: { encryptionMethod: 0, encryptionLevel: 0 },
  network: { ioChannelId: ID.io, channelIds: [ID.encomsp] },
  messageChannelId: ID.message,
};

export const SERVER_SETS: readonly CapabilitySet[] = [
  { tag: 'general', osMajorType: 0, osMinorType: 0, extraFlags: 0x0401, refreshRectSupport: true, suppressOutputSupport: true },
  {
    tag: 'bitmap',
    preferredBitsPerPixel: 32,
    desktopWidth: DESKTOP.width,
    desktopHeight: DESKTOP.height,
    desktopResize: true,
    drawingFlags: 8,
  },
  SCREEN_BLT_ONLY,
  { tag: 'input', inputFlags: 0x0021 | 0x0008, keyboardLayout: 0, keyboardType: 0, keyboardSubType: 0, keyboardFunctionKey: 0 },
  { tag: 'frameAcknowledge', maxUnacknowledgedFrames: 2 },
];

const mcs = (pdu: DomainPdu) => encodeX224Data(encodeDomainPdu(pdu));

/** What the server's side of each phase looks like on the wire. */
export const wire = {
  mcs,
  confirm: (selectedProtocol: number = PROTOCOL.ssl) => encodeConnectionConfirm({ tag: 'response', selectedProtocol, flags: 0 }),
  connectResponse: (data: ServerData = SERVER_DATA) =>
    encodeX224Data(encodeConnectResponse(encodeConferenceCreateResponse(encodeServerData(data)))),
  attachConfirm: () => mcs({ tag: 'attachUserConfirm', result: 0, initiator: ID.user }),
  joinConfirm: (channelId: number, result = 0) =>
    mcs({ tag: 'channelJoinConfirm', result, initiator: ID.user, requested: channelId, channelId }),
  on: (channelId: number, data: Uint8Array) => mcs({ tag: 'sendDataIndication', initiator: ID.server, channelId, data }),
  licence: (message: Uint8Array = encodeLicenceError('validClient'), flags: number = SEC.licensePkt) =>
    wire.on(ID.io, concat([encodeSecurityHeader(flags), message])),
  demandActive: (sets: readonly CapabilitySet[] = SERVER_SETS) =>
    wire.on(ID.io, encodeDemandActive({ shareId: ID.share, sets }, ID.server)),
  share: (pduType2: number, body: Uint8Array) => wire.on(ID.io, encodeShareData(ID.share, ID.server, pduType2, body)),
  fontMap: () => wire.share(PDU_TYPE_2.fontMap, encodeFontMap()),
  deactivateAll: () => wire.on(ID.io, encodeDeactivateAll(ID.share, ID.server)),
  leave: (reason: number) => mcs({ tag: 'disconnectProviderUltimatum', reason }),
} as const;

const STEPS = {
  awaitingConnectionConfirm: (client: RdpClient) => client.start(0),
  awaitingTls: (client: RdpClient) => client.receive(wire.confirm(), 0),
  awaitingConnectResponse: (client: RdpClient) => client.tlsEstablished(0),
  awaitingAttachUserConfirm: (client: RdpClient) => client.receive(wire.connectResponse(), 0),
  joiningChannels: (client: RdpClient) => client.receive(wire.attachConfirm(), 0),
  licensing: (client: RdpClient) => client.receive(concat([ID.user, ID.io, ID.message, ID.encomsp].map((id) => wire.joinConfirm(id))), 0),
  awaitingDemandActive: (client: RdpClient) => client.receive(wire.licence(), 0),
  finalizing: (client: RdpClient) => client.receive(wire.demandActive(), 0),
  active: (client: RdpClient) => client.receive(wire.fontMap(), 0),
} as const;

export type Phase = keyof typeof STEPS;
export const PHASES = Object.keys(STEPS) as readonly Phase[];

/** A client at the start of `phase`, at time 0. */
export function clientAt(phase: Phase, config: RdpClientConfig = CONFIG): RdpClient {
  const client = new RdpClient(config);
  for (const name of PHASES) {
    STEPS[name](client);
    if (name === phase) break;
  }
  return client;
}

export const tags = (outputs: readonly RdpClientOutput[]) => outputs.map((output) => output.tag);

/** Everything sent, cut into PDUs. */
function framed(outputs: readonly RdpClientOutput[]) {
  return new PduFramer().push(concat(outputs.flatMap((output) => (output.tag === 'send' ? [output.bytes] : []))));
}

/** MCS PDUs sent. */
export function sent(outputs: readonly RdpClientOutput[]): DomainPdu[] {
  return framed(outputs).flatMap((pdu) => (pdu.tag === 'tpkt' ? [decodeDomainPdu(decodeX224Data(pdu.payload))] : []));
}

export function sentFastPath(outputs: readonly RdpClientOutput[]): Uint8Array[] {
  return framed(outputs).flatMap((pdu) => (pdu.tag === 'fastPath' ? [pdu.bytes] : []));
}

export function sentOn(outputs: readonly RdpClientOutput[], channelId: number): Uint8Array[] {
  return sent(outputs).flatMap((pdu) => (pdu.tag === 'sendDataRequest' && pdu.channelId === channelId ? [pdu.data] : []));
}

export function sentShareData(outputs: readonly RdpClientOutput[]): ShareData[] {
  return sentOn(outputs, ID.io).flatMap((data) =>
    decodeShareControls(data).flatMap((control) => (control.pduType === SHARE_CONTROL_TYPE.data ? [decodeShareData(control.body)] : [])),
  );
}

/** The sets of the Confirm Active that was sent. */
export function confirmedSet<T extends CapabilitySet['tag']>(outputs: readonly RdpClientOutput[], tag: T) {
  const [control] = decodeShareControls(sentOn(outputs, ID.io)[0]!);
  return findSet(decodeConfirmActive(control!.body).sets, tag);
}

/** The only output with this tag. */
export function only<T extends RdpClientOutput['tag']>(
  outputs: readonly RdpClientOutput[],
  tag: T,
): Extract<RdpClientOutput, { readonly tag: T }> {
  const found = outputs.filter((output): output is Extract<RdpClientOutput, { readonly tag: T }> => output.tag === tag);
  if (found.length !== 1) throw new Error(`${found.length} outputs ${tag} among ${tags(outputs).join(' ')}`);
  return found[0]!;
}
