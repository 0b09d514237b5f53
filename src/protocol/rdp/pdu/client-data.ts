import { ProtocolError } from '../../bytes/errors.ts';
import type { ByteReader } from '../../bytes/reader.ts';
import { asciiEncode, untilNul, utf16Decode, utf16Encode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { readDataBlocks, writeDataBlock } from './data-blocks.ts';

const CS = { core: 0xc001, security: 0xc002, net: 0xc003, cluster: 0xc004, msgChannel: 0xc006 } as const;

/** `earlyCapabilityFlags` (RNS_UD_CS_…, [MS-RDPBCGR] 2.2.1.3.2). */
export const EARLY_CAPABILITY = {
  errInfoPdu: 0x0001,
  want32Bpp: 0x0002,
  statusInfoPdu: 0x0004,
  strongAsymmetricKeys: 0x0008,
  validConnectionType: 0x0020,
  monitorLayoutPdu: 0x0040,
  netcharAutodetect: 0x0080,
  dynvcGfx: 0x0100,
  heartbeat: 0x0400,
} as const;

/** RDP 5.0 and later. */
export const RDP_VERSION_5_PLUS = 0x0008_0004;
/** [MS-RDPBCGR] 2.2.1.3.4: at most 31 static channels. */
export const MAX_STATIC_CHANNELS = 31;
const CHANNEL_NAME_BYTES = 8;
const CLIENT_NAME_BYTES = 32;
const IME_FILE_NAME_BYTES = 64;
const DIG_PRODUCT_ID_BYTES = 64;

const RNS_UD_SAS_DEL = 0xaa03;
const RNS_UD_COLOR_8BPP = 0xca01;
/** postBeta2ColorDepth and colorDepth, in bits. */
const COLOR_DEPTH: ReadonlyMap<number, number> = new Map([
  [0xca00, 4],
  [0xca01, 8],
  [0xca02, 15],
  [0xca03, 16],
  [0xca04, 24],
]);
const IBM_ENHANCED_KEYBOARD = 4;
const FUNCTION_KEYS = 12;
const CONNECTION_TYPE_LAN = 6;
/** REDIRECTION_SUPPORTED, REDIRECTION_VERSION4. */
const CLUSTER_FLAGS = 0x01 | (0x03 << 2);

/** TS_UD_CS_CORE. */
export interface ClientCoreData {
  readonly version: number;
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly keyboardLayout: number;
  readonly clientBuild: number;
  readonly clientName: string;
  /** Colour depth that the client asks for, in bits: highColorDepth, 32 with RNS_UD_CS_WANT_32BPP_SESSION, or the older fields. */
  readonly bitsPerPixel: number;
  readonly earlyCapabilityFlags: number;
  readonly serverSelectedProtocol: number;
}

export interface StaticChannel {
  /** ANSI, at most 7 characters. */
  readonly name: string;
  readonly options: number;
}

/** The client data blocks of Connect-Initial ([MS-RDPBCGR] 2.2.1.3). */
export interface ClientData {
  readonly core: ClientCoreData;
  readonly security: { readonly encryptionMethods: number; readonly extEncryptionMethods: number };
  readonly network: readonly StaticChannel[];
  /** CS_MCS_MSGCHANNEL present: the client understands the message channel. */
  readonly messageChannel: boolean;
}

function fixedUtf16(text: string, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  // The last two bytes stay zero: the terminator.
  out.set(utf16Encode(text).subarray(0, bytes - 2));
  return out;
}

function encodeCore(core: ClientCoreData): Uint8Array {
  const highColorDepth = Math.min(24, core.bitsPerPixel);
  return (
    new ByteWriter(216)
      .u32le(core.version)
      .u16le(core.desktopWidth, 'TS_UD_CS_CORE.desktopWidth')
      .u16le(core.desktopHeight, 'TS_UD_CS_CORE.desktopHeight')
      .u16le(RNS_UD_COLOR_8BPP)
      .u16le(RNS_UD_SAS_DEL)
      .u32le(core.keyboardLayout)
      .u32le(core.clientBuild)
      .bytes(fixedUtf16(core.clientName, CLIENT_NAME_BYTES))
      .u32le(IBM_ENHANCED_KEYBOARD)
      .u32le(0)
      .u32le(FUNCTION_KEYS)
      .zeros(IME_FILE_NAME_BYTES)
      .u16le(RNS_UD_COLOR_8BPP)
      .u16le(1)
      .u32le(0)
      .u16le(highColorDepth)
      // 24, 16, 15 and 32 bits a pixel.
      .u16le(0x000f)
      .u16le(core.earlyCapabilityFlags | (core.bitsPerPixel === 32 ? EARLY_CAPABILITY.want32Bpp : 0))
      .zeros(DIG_PRODUCT_ID_BYTES)
      .u8(CONNECTION_TYPE_LAN)
      .u8(0)
      .u32le(core.serverSelectedProtocol)
      .finish()
  );
}

function decodeCore(body: ByteReader): ClientCoreData {
  const version = body.u32le('TS_UD_CS_CORE.version');
  const desktopWidth = body.u16le('TS_UD_CS_CORE.desktopWidth');
  const desktopHeight = body.u16le('TS_UD_CS_CORE.desktopHeight');
  const colorDepth = body.u16le('TS_UD_CS_CORE.colorDepth');
  body.skip(2, 'TS_UD_CS_CORE.SASSequence');
  const keyboardLayout = body.u32le('TS_UD_CS_CORE.keyboardLayout');
  const clientBuild = body.u32le('TS_UD_CS_CORE.clientBuild');
  const clientName = untilNul(utf16Decode(body.view8(CLIENT_NAME_BYTES, 'TS_UD_CS_CORE.clientName'), 'TS_UD_CS_CORE.clientName'));
  body.skip(12 + IME_FILE_NAME_BYTES, 'TS_UD_CS_CORE.keyboardType');
  // From here every field is optional, but each needs all before it.
  const postBeta2 = body.remaining >= 2 ? body.u16le('TS_UD_CS_CORE.postBeta2ColorDepth') : colorDepth;
  let bitsPerPixel = COLOR_DEPTH.get(postBeta2) ?? 8;
  let earlyCapabilityFlags = 0;
  let serverSelectedProtocol = 0;
  if (body.remaining >= 6) body.skip(6, 'TS_UD_CS_CORE.clientProductId');
  if (body.remaining >= 2) bitsPerPixel = body.u16le('TS_UD_CS_CORE.highColorDepth') || bitsPerPixel;
  if (body.remaining >= 2) body.skip(2, 'TS_UD_CS_CORE.supportedColorDepths');
  if (body.remaining >= 2) earlyCapabilityFlags = body.u16le('TS_UD_CS_CORE.earlyCapabilityFlags');
  if ((earlyCapabilityFlags & EARLY_CAPABILITY.want32Bpp) !== 0) bitsPerPixel = 32;
  if (body.remaining >= DIG_PRODUCT_ID_BYTES + 2) body.skip(DIG_PRODUCT_ID_BYTES + 2, 'TS_UD_CS_CORE.clientDigProductId');
  if (body.remaining >= 4) serverSelectedProtocol = body.u32le('TS_UD_CS_CORE.serverSelectedProtocol');
  return {
    version,
    desktopWidth,
    desktopHeight,
    keyboardLayout,
    clientBuild,
    clientName,
    bitsPerPixel,
    earlyCapabilityFlags,
    serverSelectedProtocol,
  };
}

function decodeNetwork(body: ByteReader): StaticChannel[] {
  const count = body.u32le('TS_UD_CS_NET.channelCount');
  if (count > MAX_STATIC_CHANNELS) throw new ProtocolError('TOO_LARGE', 'TS_UD_CS_NET.channelCount', MAX_STATIC_CHANNELS, count);
  const channels: StaticChannel[] = [];
  for (let index = 0; index < count; index += 1) {
    // The eighth byte is the terminator, whatever stands there.
    const name = untilNul(String.fromCharCode(...body.view8(CHANNEL_NAME_BYTES, 'CHANNEL_DEF.name').subarray(0, CHANNEL_NAME_BYTES - 1)));
    channels.push({ name, options: body.u32le('CHANNEL_DEF.options') });
  }
  return channels;
}

/** The blocks, for a GCC Conference Create Request. */
export function encodeClientData(data: ClientData): Uint8Array {
  const writer = new ByteWriter(512);
  writeDataBlock(writer, CS.core, encodeCore(data.core));
  writeDataBlock(writer, CS.cluster, new ByteWriter(8).u32le(CLUSTER_FLAGS).u32le(0).finish());
  writeDataBlock(
    writer,
    CS.security,
    new ByteWriter(8).u32le(data.security.encryptionMethods).u32le(data.security.extEncryptionMethods).finish(),
  );
  if (data.network.length > 0) {
    const network = new ByteWriter(4 + data.network.length * 12).u32le(data.network.length);
    for (const channel of data.network) {
      const name = new Uint8Array(CHANNEL_NAME_BYTES);
      name.set(asciiEncode(channel.name, 'CHANNEL_DEF.name').subarray(0, CHANNEL_NAME_BYTES - 1));
      network.bytes(name).u32le(channel.options);
    }
    writeDataBlock(writer, CS.net, network.finish());
  }
  if (data.messageChannel) writeDataBlock(writer, CS.msgChannel, new ByteWriter(4).u32le(0).finish());
  return writer.finish();
}

/** Unknown blocks are skipped; a missing TS_UD_CS_CORE is `MALFORMED`. */
export function decodeClientData(bytes: Uint8Array): ClientData {
  let core: ClientCoreData | undefined;
  let security = { encryptionMethods: 0, extEncryptionMethods: 0 };
  let network: readonly StaticChannel[] = [];
  let messageChannel = false;
  for (const { type, body } of readDataBlocks(bytes)) {
    if (type === CS.core) core = decodeCore(body);
    else if (type === CS.security) {
      security = {
        encryptionMethods: body.u32le('TS_UD_CS_SEC.encryptionMethods'),
        extEncryptionMethods: body.remaining >= 4 ? body.u32le('TS_UD_CS_SEC.extEncryptionMethods') : 0,
      };
    } else if (type === CS.net) network = decodeNetwork(body);
    else if (type === CS.msgChannel) messageChannel = true;
  }
  if (core === undefined) throw new ProtocolError('MALFORMED', 'TS_UD_CS_CORE', 'present', 'missing');
  return { core, security, network, messageChannel };
}
