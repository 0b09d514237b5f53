import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';

/** `version` of RDPGFX_CAPSET ([MS-RDPEGFX] 2.2.3). */
export const GFX_VERSION = {
  v8: 0x0008_0004,
  v8_1: 0x0008_0105,
  v10: 0x000a_0002,
  /** Has no flags, but 16 reserved bytes. */
  v10_1: 0x000a_0100,
  v10_2: 0x000a_0200,
  v10_3: 0x000a_0301,
  v10_4: 0x000a_0400,
  v10_5: 0x000a_0502,
  v10_6: 0x000a_0600,
  /** 10.6 as it was first written down, which clients announce beside the other. */
  v10_6Erratum: 0x000a_0601,
  v10_7: 0x000a_0701,
} as const;

/** Flags of the sets: 0x10 says yes in version 8.1, 0x20 says no from version 10 on. */
export const GFX_CAPS_FLAG = { thinClient: 0x01, smallCache: 0x02, avc420Enabled: 0x10, avcDisabled: 0x20 } as const;

/** RDPGFX_CAPSET with the flags that are its data; 0 for the one set that has none. */
export interface GfxCapabilitySet {
  readonly version: number;
  readonly flags: number;
}

const FLAGS_BYTES = 4;
const RESERVED_BYTES = 16;
/** There are eleven; who announces many times as many means no good. */
const MAX_SETS = 64;

/** 2.2.2.18 RDPGFX_CAPS_ADVERTISE_PDU, whole. Clients do not wrap it in segments. */
export function encodeCapsAdvertise(sets: readonly GfxCapabilitySet[]): Uint8Array {
  const body = new ByteWriter(2 + 12 * sets.length).u16le(sets.length, 'capsSetCount');
  for (const set of sets) encodeSet(body, set);
  return encodeGfxPdu(GFX_CMD.capsAdvertise, body.finish());
}

/** Body of RDPGFX_CAPS_ADVERTISE_PDU. Sets of versions that are not known are kept with what stands where flags do. */
export function decodeCapsAdvertise(body: ByteReader): GfxCapabilitySet[] {
  const count = body.u16le('RDPGFX_CAPS_ADVERTISE_PDU.capsSetCount');
  if (count > MAX_SETS) throw new ProtocolError('TOO_LARGE', 'RDPGFX_CAPS_ADVERTISE_PDU.capsSetCount', `<= ${MAX_SETS}`, count);
  return Array.from({ length: count }, () => decodeSet(body));
}

/** 2.2.2.19 RDPGFX_CAPS_CONFIRM_PDU, whole: the one set that counts, with the flags it was announced with. */
export function encodeCapsConfirm(set: GfxCapabilitySet): Uint8Array {
  const body = new ByteWriter(24);
  encodeSet(body, set);
  return encodeGfxPdu(GFX_CMD.capsConfirm, body.finish());
}

/** Body of RDPGFX_CAPS_CONFIRM_PDU. */
export function decodeCapsConfirm(body: ByteReader): GfxCapabilitySet {
  return decodeSet(body);
}

function encodeSet(writer: ByteWriter, { version, flags }: GfxCapabilitySet): void {
  writer.u32le(version);
  if (version === GFX_VERSION.v10_1) writer.u32le(RESERVED_BYTES).zeros(RESERVED_BYTES);
  else writer.u32le(FLAGS_BYTES).u32le(flags);
}

function decodeSet(reader: ByteReader): GfxCapabilitySet {
  const version = reader.u32le('RDPGFX_CAPSET.version');
  const data = reader.sub(reader.u32le('RDPGFX_CAPSET.capsDataLength'), 'RDPGFX_CAPSET.capsDataLength');
  if (version === GFX_VERSION.v10_1 || data.remaining < FLAGS_BYTES) return { version, flags: 0 };
  return { version, flags: data.u32le('RDPGFX_CAPSET.flags') };
}

/** From the set with the most to that with the least, 8.1 apart. 10.1 says nothing of AVC and is left out. */
const VERSIONS_10: readonly number[] = [
  GFX_VERSION.v10_7,
  GFX_VERSION.v10_6,
  GFX_VERSION.v10_6Erratum,
  GFX_VERSION.v10_5,
  GFX_VERSION.v10_4,
  GFX_VERSION.v10_3,
  GFX_VERSION.v10_2,
  GFX_VERSION.v10,
];

/** Whether AVC420 may be sent to a client whose set this is. */
export function allowsAvc420({ version, flags }: GfxCapabilitySet): boolean {
  if (version === GFX_VERSION.v8_1) return (flags & GFX_CAPS_FLAG.avc420Enabled) !== 0;
  return VERSIONS_10.includes(version) && (flags & GFX_CAPS_FLAG.avcDisabled) === 0;
}

/** The set a server confirms: one that allows AVC420 (8.1 first, then the newest), else 8, else any that is known; undefined where none is. */
export function chooseCapabilitySet(sets: readonly GfxCapabilitySet[]): GfxCapabilitySet | undefined {
  const ofVersion = (version: number): GfxCapabilitySet | undefined => sets.find((set) => set.version === version);
  const known = [GFX_VERSION.v8_1, ...VERSIONS_10].flatMap((version) => ofVersion(version) ?? []);
  return known.find(allowsAvc420) ?? ofVersion(GFX_VERSION.v8) ?? known[0];
}
