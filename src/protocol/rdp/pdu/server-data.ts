import { ProtocolError } from '../../bytes/errors.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { MAX_STATIC_CHANNELS } from './client-data.ts';
import { readDataBlocks, writeDataBlock } from './data-blocks.ts';

const SC = { core: 0x0c01, security: 0x0c02, net: 0x0c03, msgChannel: 0x0c04 } as const;

/** The server data blocks of Connect-Response ([MS-RDPBCGR] 2.2.1.4). */
export interface ServerData {
  readonly core: { readonly version: number; readonly clientRequestedProtocols: number; readonly earlyCapabilityFlags: number };
  /** Under TLS both are 0 (ENCRYPTION_METHOD_NONE, ENCRYPTION_LEVEL_NONE). */
  readonly security: { readonly encryptionMethod: number; readonly encryptionLevel: number };
  readonly network: { readonly ioChannelId: number; readonly channelIds: readonly number[] };
  readonly messageChannelId?: number;
}

/** The blocks, for a GCC Conference Create Response. */
export function encodeServerData(data: ServerData): Uint8Array {
  const writer = new ByteWriter(128);
  writeDataBlock(
    writer,
    SC.core,
    new ByteWriter(12).u32le(data.core.version).u32le(data.core.clientRequestedProtocols).u32le(data.core.earlyCapabilityFlags).finish(),
  );
  const network = new ByteWriter(8).u16le(data.network.ioChannelId).u16le(data.network.channelIds.length);
  for (const id of data.network.channelIds) network.u16le(id);
  // Padded to four bytes when the count is odd.
  if (data.network.channelIds.length % 2 === 1) network.u16le(0);
  writeDataBlock(writer, SC.net, network.finish());
  writeDataBlock(
    writer,
    SC.security,
    new ByteWriter(8).u32le(data.security.encryptionMethod).u32le(data.security.encryptionLevel).finish(),
  );
  if (data.messageChannelId !== undefined) writeDataBlock(writer, SC.msgChannel, new ByteWriter(2).u16le(data.messageChannelId).finish());
  return writer.finish();
}

/** Unknown blocks are skipped; a missing core, security or network block is `MALFORMED`. */
export function decodeServerData(bytes: Uint8Array): ServerData {
  let core: ServerData['core'] | undefined;
  let security: ServerData['security'] | undefined;
  let network: ServerData['network'] | undefined;
  let messageChannelId: number | undefined;
  for (const { type, body } of readDataBlocks(bytes)) {
    if (type === SC.core) {
      core = {
        version: body.u32le('TS_UD_SC_CORE.version'),
        clientRequestedProtocols: body.remaining >= 4 ? body.u32le('TS_UD_SC_CORE.clientRequestedProtocols') : 0,
        earlyCapabilityFlags: body.remaining >= 4 ? body.u32le('TS_UD_SC_CORE.earlyCapabilityFlags') : 0,
      };
    } else if (type === SC.security) {
      security = {
        encryptionMethod: body.u32le('TS_UD_SC_SEC1.encryptionMethod'),
        encryptionLevel: body.u32le('TS_UD_SC_SEC1.encryptionLevel'),
      };
    } else if (type === SC.net) {
      const ioChannelId = body.u16le('TS_UD_SC_NET.MCSChannelId');
      const count = body.u16le('TS_UD_SC_NET.channelCount');
      if (count > MAX_STATIC_CHANNELS) throw new ProtocolError('TOO_LARGE', 'TS_UD_SC_NET.channelCount', MAX_STATIC_CHANNELS, count);
      const channelIds: number[] = [];
      for (let index = 0; index < count; index += 1) channelIds.push(body.u16le('TS_UD_SC_NET.channelIdArray'));
      network = { ioChannelId, channelIds };
    } else if (type === SC.msgChannel) messageChannelId = body.u16le('TS_UD_SC_MCS_MSGCHANNEL.MCSChannelId');
  }
  if (core === undefined || security === undefined || network === undefined) {
    throw new ProtocolError('MALFORMED', 'server data', 'core, security and network', 'one is missing');
  }
  return { core, security, network, ...(messageChannelId === undefined ? {} : { messageChannelId }) };
}
