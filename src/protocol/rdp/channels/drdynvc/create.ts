import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { decodeVariable, DYNVC_CMD, type DynvcHeader, encodeDynvcHeader, encodeVariable, widthOf } from './header.ts';

/** Listener names are made by programs; the longest of Windows have about fifty characters. */
const MAX_NAME_CHARACTERS = 255;

/** CreationStatus: HRESULT or NTSTATUS, negative for a failure. `notFound` (STATUS_NOT_FOUND): no listener of that name. */
export const CREATION_STATUS = { success: 0, notFound: 0xc000_0225 | 0 } as const;

/** [MS-RDPEDYC] 2.2.2.1 DYNVC_CREATE_REQ, server to client. `priority` is a class (0 to 3) of version 2, most urgent first. */
export interface CreateRequest {
  readonly channelId: number;
  readonly priority: number;
  readonly name: string;
}

/** [MS-RDPEDYC] 2.2.2.2 DYNVC_CREATE_RSP, client to server. */
export interface CreateResponse {
  readonly channelId: number;
  /** A signed HRESULT: negative says no. */
  readonly creationStatus: number;
}

export function decodeCreateRequest(header: DynvcHeader, reader: ByteReader): CreateRequest {
  const channelId = decodeVariable(reader, header.idWidth, 'DYNVC_CREATE_REQ.ChannelId');
  const characters: number[] = [];
  for (let next = reader.u8('DYNVC_CREATE_REQ.ChannelName'); next !== 0; next = reader.u8('DYNVC_CREATE_REQ.ChannelName')) {
    if (next > 0x7f) throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_CREATE_REQ.ChannelName', 'ASCII', next);
    characters.push(next);
    if (characters.length > MAX_NAME_CHARACTERS)
      throw new ProtocolError('TOO_LARGE', 'DYNVC_CREATE_REQ.ChannelName', MAX_NAME_CHARACTERS, characters.length);
  }
  return { channelId, priority: header.sp, name: String.fromCharCode(...characters) };
}

export function encodeCreateRequest({ channelId, priority, name }: CreateRequest): Uint8Array {
  if (name.length === 0 || name.length > MAX_NAME_CHARACTERS)
    throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_CREATE_REQ.ChannelName', `1..${MAX_NAME_CHARACTERS} characters`, name.length);
  const width = widthOf(channelId);
  const writer = encodeDynvcHeader(new ByteWriter(8 + name.length), DYNVC_CMD.create, priority, width);
  encodeVariable(writer, width, channelId, 'DYNVC_CREATE_REQ.ChannelId');
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === 0 || code > 0x7f) throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_CREATE_REQ.ChannelName', 'ASCII', code);
    writer.u8(code);
  }
  return writer.u8(0).finish();
}

export function decodeCreateResponse(header: DynvcHeader, reader: ByteReader): CreateResponse {
  const channelId = decodeVariable(reader, header.idWidth, 'DYNVC_CREATE_RSP.ChannelId');
  return { channelId, creationStatus: reader.u32le('DYNVC_CREATE_RSP.CreationStatus') | 0 };
}

export function encodeCreateResponse({ channelId, creationStatus }: CreateResponse): Uint8Array {
  const width = widthOf(channelId);
  const writer = encodeDynvcHeader(new ByteWriter(9), DYNVC_CMD.create, 0, width);
  return encodeVariable(writer, width, channelId, 'DYNVC_CREATE_RSP.ChannelId')
    .u32le(creationStatus >>> 0, 'CreationStatus')
    .finish();
}
