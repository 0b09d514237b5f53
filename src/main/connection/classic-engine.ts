// oxlint-disable-next-line typescript/triple-slash-reference -- a package without types: its declaration is ambient, so there is nothing to import
/// <reference path="./node-rdpjs.d.ts" />
import rdp, { type ClassicBitmap, type ClassicClient, type Field } from 'node-rdpjs';
import core from 'node-rdpjs/lib/core/index.js';
import structures from 'node-rdpjs/lib/protocol/pdu/data.js';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { readLicence } from '../../protocol/rdp/client/licensing.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import { encodeBitmapUpdate } from '../../protocol/rdp/pdu/bitmap-update.ts';
import { CAPSTYPE_INPUT } from '../../protocol/rdp/pdu/capabilities/input.ts';
import { INFO } from '../../protocol/rdp/pdu/client-info.ts';
import { type DisconnectReason, meaningOfErrorInfo, meaningOfUltimatum } from '../../protocol/rdp/pdu/disconnect-reasons.ts';
import { classicInput } from './classic-input.ts';
import { brokenBy, type FromEngine, type ToEngine } from './classic-messages.ts';

const WISHED_DESKTOP = { width: 1280, height: 720 } as const;
/** RNS_UD_CS_WANT_32BPP_SESSION ([MS-RDPBCGR] 2.2.1.3.2). */
const WANT_32BPP_SESSION = 0x0002;
/** CAPSTYPE_GENERAL (2.2.7.1.1): has the server's support of Suppress Output. */
const CAPSTYPE_GENERAL = 1;
/** CAPSTYPE_BITMAP (2.2.7.1.2): has the size of the server's desktop. */
const CAPSTYPE_BITMAP = 2;
const PDUTYPE2_SET_ERROR_INFO = 47;
/** T.125 DomainMCSPDU choice, in the upper six bits of the first byte. */
const DISCONNECT_PROVIDER_ULTIMATUM = 8;
/** Input events in one PDU. */
const MAX_INPUT_BATCH = 64;

/**
 * node-rdpjs on one connection, in the process where whatever it throws, and whatever it is made to do, harms nothing else. Bytes come in and go
 * out as messages: its own transport is not used, since that accepts any certificate. It has no channels, no pointer shapes and no round trip measure.
 */
export class ClassicEngine {
  /** What the message that is being carried out has led to. */
  private outputs: FromEngine[] = [];
  private client: ClassicClient | undefined;
  /** The novice's desktop, from the active session on. */
  private desktop: Size | undefined;
  private licenceRefused = false;
  private announced: DisconnectReason | undefined;
  private over = false;

  /** Carries out one message. Gives all that it led to, and never throws. */
  receive(message: ToEngine): readonly FromEngine[] {
    this.outputs = [];
    try {
      if (!this.over) this.perform(message);
    } catch (error) {
      this.broken(error);
    }
    return this.outputs;
  }

  private perform(message: ToEngine): void {
    switch (message.tag) {
      case 'start':
        this.start(message);
        return;
      case 'bytes':
        this.client?.bufferLayer.recv(Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength));
        return;
      case 'input':
        this.sendInput(message.events);
        return;
      case 'displayWanted':
        this.setDisplayWanted(message.wanted);
    }
  }

  private start({ confirm, userName, workingDir }: ToEngine & { readonly tag: 'start' }): void {
    this.client = rdp.createClient({
      userName,
      password: '*',
      alternateShell: '*',
      workingDir,
      screen: WISHED_DESKTOP,
      locale: 'en',
      // node-rdpjs hands tiles on undecoded; the viewer's worker decodes them.
      decompress: false,
      logLevel: 'ERROR',
    });
    this.attach(this.client);
    // The Connection Request has gone out and was answered before this process was there: its own goes nowhere.
    this.client.x224.connect();
    this.outputs = [];
    this.client.bufferLayer.recv(Buffer.from(confirm));
  }

  private attach(client: ClassicClient): void {
    client.mcs.clientCoreData.obj.earlyCapabilityFlags.value |= WANT_32BPP_SESSION;
    client.sec.infos.obj.flag.value |= INFO.maximizeShell;
    // node-rdpjs adds keyboardFunctionKey once more under this misspelt name: four bytes too many in TS_INPUT_CAPABILITYSET (2.2.7.1.6).
    const input = client.global.clientCapabilities[CAPSTYPE_INPUT]?.obj ?? {};
    Object.defineProperty(input, 'keyboardrFunctionKey', {
      set: (field: Field) => {
        input['keyboardFunctionKey'] = field;
      },
    });
    const receiveLicense = client.sec.recvLicense.bind(client.sec);
    client.sec.recvLicense = (stream) => {
      const step = readLicence(Uint8Array.from(stream.buffer.subarray(stream.offset)));
      if (step.tag === 'done') return receiveLicense(stream);
      if (this.licenceRefused) throw new ProtocolError('REFUSED', 'SERVER_LICENSE_REQUEST', 'one', 'another');
      this.licenceRefused = true;
      client.sec.transport.send('global', new core.type.BinaryString(Buffer.from(step.data)));
      client.sec.transport.once('global', (next) => client.sec.recvLicense(next));
    };
    client.bufferLayer.send = (message) => this.say({ tag: 'write', bytes: new Uint8Array(message.toStream().buffer) });
    // The connection is inside TLS already.
    client.bufferLayer.startTLS = (ready) => ready();
    // node-rdpjs calls this after MCS Disconnect Provider Ultimatum and Shutdown Denied.
    client.bufferLayer.close = () => this.say({ tag: 'closed' });
    // node-rdpjs's own listener runs before this one and has sent Client Info.
    client.mcs.on('connect', () => this.say({ tag: 'presented' }));
    const readDataPdu = client.global.readDataPDU.bind(client.global);
    client.global.readDataPDU = (message) => {
      if (message.obj.shareDataHeader.obj.pduType2.value === PDUTYPE2_SET_ERROR_INFO)
        this.announce(meaningOfErrorInfo(message.obj.pduData.obj['errorInfo']?.value ?? 0));
      readDataPdu(message);
    };
    const receiveMcs = client.mcs.recv.bind(client.mcs);
    client.mcs.recv = (stream) => {
      const [first = 0, second = 0] = stream.buffer.subarray(stream.offset, stream.offset + 2);
      if (first >> 2 === DISCONNECT_PROVIDER_ULTIMATUM)
        this.announce(this.announced ?? meaningOfUltimatum(((first & 3) << 1) | (second >> 7), this.desktop !== undefined));
      receiveMcs(stream);
    };
    client.on('connect', () => this.activated(client));
    client.on('bitmap', (bitmap) => this.bitmap(bitmap));
    client.on('error', (error) => this.broken(error));
  }

  private activated(client: ClassicClient): void {
    const capability = client.global.serverCapabilities[CAPSTYPE_BITMAP]?.obj;
    const width = capability?.['desktopWidth']?.value ?? 0;
    const height = capability?.['desktopHeight']?.value ?? 0;
    if (width < 1 || height < 1)
      throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_CAPABILITYSET.desktopWidth', '>= 1', `${width}x${height}`);
    this.desktop = { width, height };
    this.say({ tag: 'active', desktop: this.desktop });
  }

  /** Encodes the rectangle again, which copies its pixels: node-rdpjs reuses their memory after this event. */
  private bitmap(bitmap: ClassicBitmap): void {
    this.say({ tag: 'update', data: encodeBitmapUpdate([{ ...bitmap, compressed: Boolean(bitmap.isCompress) }]) });
  }

  private sendInput(events: readonly InputEvent[]): void {
    if (this.desktop === undefined) return;
    const records = events.flatMap(classicInput);
    for (let at = 0; at < records.length; at += MAX_INPUT_BATCH)
      this.client?.global.sendInputEvents(records.slice(at, at + MAX_INPUT_BATCH));
  }

  /** Suppress Output ([MS-RDPBCGR] 2.2.11.3), where the server takes it: when the picture is wanted again it comes whole. */
  private setDisplayWanted(wanted: boolean): void {
    const { desktop, client } = this;
    const general = client?.global.serverCapabilities[CAPSTYPE_GENERAL]?.obj;
    if (desktop === undefined || general?.['suppressOutputSupport']?.value !== 1) return;
    const pdu = structures.supressOutputDataPDU();
    pdu.obj.allowDisplayUpdates.value = wanted ? 1 : 0;
    const { right, bottom } = pdu.obj.desktopRect.obj;
    right.value = desktop.width - 1;
    bottom.value = desktop.height - 1;
    client?.global.sendDataPDU(pdu);
  }

  private announce(end: DisconnectReason | undefined): void {
    this.announced = end;
    this.say({ tag: 'announced', end });
  }

  /** Strings and undefined are thrown by node-rdpjs too. */
  private broken(error: unknown): void {
    if (this.over) return;
    this.say(brokenBy(error instanceof ProtocolError && error.code === 'REFUSED', error));
    this.over = true;
  }

  private say(output: FromEngine): void {
    if (!this.over) this.outputs.push(output);
  }
}
