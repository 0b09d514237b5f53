import { ByteReader } from '../../src/protocol/bytes/reader.ts';
import type { RdpClientOutput } from '../../src/protocol/rdp/client/contract.ts';
import { RdpClient } from '../../src/protocol/rdp/client/rdp-client.ts';
import { ControlExpert } from '../../src/protocol/assistance/control-expert.ts';
import { ControlNovice } from '../../src/protocol/assistance/control-novice.ts';
import type { Channel, ChannelOutput, Urgency } from '../../src/protocol/rdp/channels/contract.ts';
import type { ConnectionChannels } from '../../src/protocol/rdp/channels/static-channels.ts';
import { decodeAutoDetectRequest } from '../../src/protocol/rdp/pdu/auto-detect.ts';
import { decodeDomainPdu } from '../../src/protocol/rdp/pdu/mcs-domain.ts';
import { decodeConnectResponse } from '../../src/protocol/rdp/pdu/mcs-connect.ts';
import { PduFramer } from '../../src/protocol/rdp/pdu/pdu-framer.ts';
import { decodeSecurityHeader, SEC } from '../../src/protocol/rdp/pdu/security-header.ts';
import { decodeConnectionConfirm, decodeX224Data } from '../../src/protocol/rdp/pdu/x224.ts';
import type { RdpServerOutput } from '../../src/protocol/rdp/server/contract.ts';
import { IO_CHANNEL_ID } from '../../src/protocol/rdp/server/server-domain.ts';
import { RdpServer } from '../../src/protocol/rdp/server/rdp-server.ts';
import { encodeFrame, planarSettings } from '../support/encode-frame.ts';
import { BrokenRule } from './rules.ts';

const SILENCE = { measuredMs: 1_250, plainMs: 4_500, overMs: 4_000 };
export const SESSION_DESKTOP = { width: 64, height: 48 } as const;
const OTHER_DESKTOP = { width: 48, height: 64 } as const;
const SESSION_ID = 'c2Vzc2lvbiBpZCBvZiBhIHJlY29yZGVkIHNlc3Npb24=';

/** What each side sent, PDU for PDU; the first one of each is before TLS. */
export interface RecordedSession {
  readonly toServer: readonly Uint8Array[];
  readonly toClient: readonly Uint8Array[];
}

function newRdpServer(): RdpServer {
  return new RdpServer({ silence: SILENCE });
}

type SendChannel = (channel: Channel, messages: readonly Uint8Array[], urgency: Urgency) => void;

/** The channels of a session: `control` as it is, and a dynamic one that answers whatever it hears. */
function channels(control: Channel, send: SendChannel = () => undefined): ConnectionChannels {
  return {
    list: [control, new Echo()],
    openPort: (channel) => ({
      send: (messages, urgency = channel.options.urgency) => {
        send(channel, messages, urgency);
        return Promise.resolve();
      },
      close: () => undefined,
    }),
  };
}

function expertControl(): ControlExpert {
  return new ControlExpert({ changed: () => undefined, named: () => undefined });
}

function heardControl(): ControlNovice {
  const control = new ControlNovice();
  control.begin('Expert', () => undefined);
  return control;
}

class Echo implements Channel {
  readonly name = 'ringback.echo';
  readonly options = { kind: 'dynamic', urgency: 'bulk' } as const;
  start(): readonly ChannelOutput[] {
    return [{ tag: 'send', message: new Uint8Array(2_000) }];
  }
  receive(message: Uint8Array): readonly ChannelOutput[] {
    return message.length > 10 ? [{ tag: 'send', message: message.slice(0, message.length >> 1) }] : [{ tag: 'close' }];
  }
  close(): void {}
}

function newRdpClient(workingDir: string = SESSION_ID, given: ConnectionChannels = channels(expertControl())): RdpClient {
  return new RdpClient({
    workingDir,
    userName: 'expert',
    password: '*',
    alternateShell: '*',
    clientName: 'RECORDED',
    desktop: SESSION_DESKTOP,
    keyboardLayout: 0x409,
    channels: given,
    silence: SILENCE,
  });
}

/** A whole session between our two machines: handshake, consent, pictures, input, channel data, a new desktop size, the end. */
export function recordRdpSession(workingDir: string = SESSION_ID): RecordedSession {
  const server = newRdpServer();
  const control = expertControl();
  const client = newRdpClient(
    workingDir,
    channels(control, (channel, messages, urgency) => fromClient(client.sendChannel(channel, messages, urgency))),
  );
  const toServer: Uint8Array[] = [];
  const toClient: Uint8Array[] = [];
  let now = 0;
  const fromServer = (outputs: readonly RdpServerOutput[]): void => {
    for (const output of outputs) {
      if (output.tag === 'send') {
        for (const pdu of cut(output.bytes)) {
          toClient.push(pdu);
          fromClient(client.receive(pdu, now));
        }
      } else if (output.tag === 'clientInfo') {
        fromServer(server.tick(now));
        fromServer(server.admit(SESSION_DESKTOP, channels(heardControl())));
      }
    }
  };
  const fromClient = (outputs: readonly RdpClientOutput[]): void => {
    for (const output of outputs) {
      if (output.tag === 'startTls') {
        fromServer(server.tlsEstablished());
        fromClient(client.tlsEstablished(now));
      }
      if (output.tag !== 'send') continue;
      for (const pdu of cut(output.bytes)) {
        toServer.push(pdu);
        // The answer to a Connection Request comes before TLS: nothing may overtake it.
        fromServer(server.receive(pdu, now));
      }
    }
  };
  fromClient(client.start(now));
  now += 1_000;
  fromServer(server.tick(now));
  const pixels = Uint8Array.from({ length: SESSION_DESKTOP.width * SESSION_DESKTOP.height * 4 }, (_, at) =>
    at % 16 < 8 ? at >> 6 : (at * 2_654_435_761) >>> 24,
  );
  const settings = planarSettings({ maxPduBytes: 0x7fff });
  const frame = { ...SESSION_DESKTOP, stride: SESSION_DESKTOP.width * 4, pixels };
  fromServer(server.sendGraphics(encodeFrame(settings, frame, [{ x: 0, y: 0, ...SESSION_DESKTOP }], 1)));
  fromServer(server.sendPointerShape({ width: 4, height: 4, hotX: 1, hotY: 1, pixels: pixels.slice(0, 64) }));
  fromServer(server.sendPointerPosition(3, 4));
  fromServer(server.sendPointerShape(null));
  fromClient(client.acknowledgeFrame(1));
  control.request();
  fromClient(
    client.sendInput([
      { tag: 'key', scancode: 30, prefix: 'none', down: true },
      { tag: 'pointerMove', x: 5, y: 6 },
      { tag: 'wheel', axis: 'vertical', delta: -120, x: 1, y: 1 },
    ]),
  );
  fromClient(client.refresh([{ x: 0, y: 0, width: 10, height: 10 }]));
  fromClient(client.setDisplayWanted(false));
  fromClient(client.setDisplayWanted(true));
  fromServer(server.resize(OTHER_DESKTOP));
  fromClient(client.sendInput([{ tag: 'key', scancode: 30, prefix: 'none', down: false }]));
  now += 1_000;
  fromServer(server.tick(now));
  fromServer(server.disconnect('userRequested'));
  return { toServer, toClient };
}

function cut(bytes: Uint8Array): Uint8Array[] {
  const pdus: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = view.getUint8(0) === 3 ? view.getUint16(2) : view.getUint8(1) < 0x80 ? view.getUint8(1) : view.getUint16(1) & 0x7fff;
    pdus.push(bytes.slice(at, at + length));
    at += length;
  }
  return pdus;
}

/**
 * Time passes after a piece, some hundred times an input at most. What a machine does by the clock is its own doing and weighs nothing: an input of
 * 32,000 empty pieces would be three and a half hours of it.
 */
function timePasses(index: number, pieces: number): boolean {
  return index % Math.ceil(pieces / MAX_TICKS) === 0;
}

const MAX_TICKS = 256;

/** Drives a server with whatever comes; `consent` is the novice's yes. Everything that went out is given back, in order. */
export function driveServer(parts: readonly Uint8Array[], consent: boolean): RdpServerOutput[] {
  const server = newRdpServer();
  const told: RdpServerOutput[] = [];
  let now = 0;
  const take = (outputs: readonly RdpServerOutput[]): void => {
    for (const output of outputs) {
      if (told.at(-1)?.tag === 'closed') throw new BrokenRule(`${output.tag} after closed`);
      told.push(output);
      if (output.tag === 'startTls') take(server.tlsEstablished());
      else if (output.tag === 'clientInfo' && consent) take(server.admit(SESSION_DESKTOP, channels(heardControl())));
      // As when it was recorded: the desktop changes its size.
      else if (output.tag === 'display' && output.wanted) take(server.resize(OTHER_DESKTOP));
    }
  };
  for (const [index, part] of parts.entries()) {
    take(server.receive(part, now));
    if (!timePasses(index, parts.length)) continue;
    now += 400;
    take(server.tick(now));
  }
  return told;
}

/** Drives a client with whatever comes. */
export function driveClient(parts: readonly Uint8Array[]): RdpClientOutput[] {
  const client = newRdpClient();
  const told: RdpClientOutput[] = [];
  let now = 0;
  const take = (outputs: readonly RdpClientOutput[]): void => {
    for (const output of outputs) {
      if (told.at(-1)?.tag === 'closed') throw new BrokenRule(`${output.tag} after closed`);
      told.push(output);
      if (output.tag === 'startTls') take(client.tlsEstablished(now));
    }
  };
  take(client.start(now));
  for (const [index, part] of parts.entries()) {
    take(client.receive(part, now));
    if (!timePasses(index, parts.length)) continue;
    take(client.sendInput([{ tag: 'key', scancode: 1, prefix: 'none', down: true }]));
    now += 400;
    take(client.tick(now));
  }
  return told;
}

/**
 * Before the novice's yes a server says this and no more: Connection Confirm, Connect-Response, MCS confirmations, auto-detection of the round
 * trip (requests and their result) on the message channel, and goodbye. No licence, no desktop size, no pixel.
 */
export function checkBeforeConsent(sent: Uint8Array): void {
  for (const framed of new PduFramer().push(sent)) {
    if (framed.tag === 'fastPath') throw new BrokenRule('fast-path output before consent');
    const [, code] = framed.payload;
    if (code === 0xd0) {
      decodeConnectionConfirm(framed.payload);
      continue;
    }
    const mcs = decodeX224Data(framed.payload);
    if (mcs[0] === 0x7f) {
      decodeConnectResponse(mcs);
      continue;
    }
    const pdu = decodeDomainPdu(mcs);
    if (pdu.tag === 'attachUserConfirm' || pdu.tag === 'channelJoinConfirm' || pdu.tag === 'disconnectProviderUltimatum') continue;
    if (pdu.tag !== 'sendDataIndication' || pdu.channelId === IO_CHANNEL_ID) throw new BrokenRule(`${pdu.tag} before consent`);
    const reader = new ByteReader(pdu.data);
    if (decodeSecurityHeader(reader) !== SEC.autodetectReq || decodeAutoDetectRequest(reader.rest()).tag === 'other')
      throw new BrokenRule('data before consent');
  }
}
