import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { CHANNEL_CHUNK_BYTES } from '../../pdu/virtual-channel.ts';
import { decodeVariable, DYNVC_CMD, type DynvcHeader, encodeDynvcHeader, encodeVariable, widthOf } from './header.ts';

/** [MS-RDPEDYC] 2.2.3.1 DYNVC_DATA_FIRST (`length`: of the whole message) and 2.2.3.2 DYNVC_DATA. `data` is a view. */
export interface DynvcData {
  readonly channelId: number;
  readonly length?: number;
  readonly data: Uint8Array;
}

export function decodeDynvcData(header: DynvcHeader, reader: ByteReader): DynvcData {
  const channelId = decodeVariable(reader, header.idWidth, 'DYNVC_DATA.ChannelId');
  if (header.cmd !== DYNVC_CMD.dataFirst) return { channelId, data: reader.rest() };
  const length = decodeVariable(reader, header.sp, 'DYNVC_DATA_FIRST.Length');
  return { channelId, length, data: reader.rest() };
}

export function encodeDynvcData({ channelId, length, data }: DynvcData): Uint8Array {
  const width = widthOf(channelId);
  const writer = new ByteWriter(9 + data.length);
  if (length === undefined) {
    encodeDynvcHeader(writer, DYNVC_CMD.data, 0, width);
    return encodeVariable(writer, width, channelId, 'DYNVC_DATA.ChannelId').bytes(data).finish();
  }
  const lengthWidth = widthOf(length);
  encodeDynvcHeader(writer, DYNVC_CMD.dataFirst, lengthWidth, width);
  encodeVariable(writer, width, channelId, 'DYNVC_DATA_FIRST.ChannelId');
  return encodeVariable(writer, lengthWidth, length, 'DYNVC_DATA_FIRST.Length').bytes(data).finish();
}

/** A message as PDUs of at most {@link CHANNEL_CHUNK_BYTES} each (3.1.5.1.4): one DYNVC_DATA where it fits, DYNVC_DATA_FIRST before where not. */
export function encodeDynvcMessage(channelId: number, message: Uint8Array): Uint8Array[] {
  const idBytes = 1 << widthOf(channelId);
  const roomFirst = CHANNEL_CHUNK_BYTES - 1 - idBytes - (1 << widthOf(message.length));
  const room = CHANNEL_CHUNK_BYTES - 1 - idBytes;
  if (message.length <= room) return [encodeDynvcData({ channelId, data: message })];
  const pdus = [encodeDynvcData({ channelId, length: message.length, data: message.subarray(0, roomFirst) })];
  for (let at = roomFirst; at < message.length; at += room)
    pdus.push(encodeDynvcData({ channelId, data: message.subarray(at, at + room) }));
  return pdus;
}
