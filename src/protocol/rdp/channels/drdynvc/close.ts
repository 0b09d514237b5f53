import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { decodeVariable, DYNVC_CMD, type DynvcHeader, encodeDynvcHeader, encodeVariable, widthOf } from './header.ts';

/** [MS-RDPEDYC] 2.2.4 DYNVC_CLOSE, either side: request and response are the same. */
export interface DynvcClose {
  readonly channelId: number;
}

export function decodeDynvcClose(header: DynvcHeader, reader: ByteReader): DynvcClose {
  return { channelId: decodeVariable(reader, header.idWidth, 'DYNVC_CLOSE.ChannelId') };
}

export function encodeDynvcClose({ channelId }: DynvcClose): Uint8Array {
  const width = widthOf(channelId);
  const writer = encodeDynvcHeader(new ByteWriter(5), DYNVC_CMD.close, 0, width);
  return encodeVariable(writer, width, channelId, 'DYNVC_CLOSE.ChannelId').finish();
}
