import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { readPerInteger, readPerInteger16, readPerLength, writePerInteger, writePerInteger16, writePerLength } from './per.ts';

/** T.125 DomainMCSPDU choices, as the six upper bits of the first byte. */
const CHOICE = {
  erectDomainRequest: 1,
  disconnectProviderUltimatum: 8,
  attachUserRequest: 10,
  attachUserConfirm: 11,
  channelJoinRequest: 14,
  channelJoinConfirm: 15,
  sendDataRequest: 25,
  sendDataIndication: 26,
} as const;

/** User ids start here; on the wire they are counted from it. */
const MCS_USERCHANNEL_BASE = 1001;
/** dataPriority high, segmentation begin and end. */
const PRIORITY_AND_SEGMENTATION = 0x70;

/** T.125 Reason, in the DisconnectProviderUltimatum ([MS-RDPBCGR] 2.2.2.3). */
export const DISCONNECT_REASON = {
  domainDisconnected: 0,
  providerInitiated: 1,
  tokenPurged: 2,
  userRequested: 3,
  channelPurged: 4,
} as const;

export interface SendData {
  readonly initiator: number;
  readonly channelId: number;
  readonly data: Uint8Array;
}

/** The MCS PDUs that RDP uses after Connect-Response ([MS-RDPBCGR] 2.2.1.5–2.2.1.9, 2.2.2.3). */
export type DomainPdu =
  | { readonly tag: 'erectDomainRequest'; readonly subHeight: number; readonly subInterval: number }
  | { readonly tag: 'attachUserRequest' }
  | { readonly tag: 'attachUserConfirm'; readonly result: number; readonly initiator: number }
  | { readonly tag: 'channelJoinRequest'; readonly initiator: number; readonly channelId: number }
  | {
      readonly tag: 'channelJoinConfirm';
      readonly result: number;
      readonly initiator: number;
      readonly requested: number;
      readonly channelId: number;
    }
  | ({ readonly tag: 'sendDataRequest' } & SendData)
  | ({ readonly tag: 'sendDataIndication' } & SendData)
  | { readonly tag: 'disconnectProviderUltimatum'; readonly reason: number };

/** MCS bytes, to be put into an X.224 Data TPDU. */
export function encodeDomainPdu(pdu: DomainPdu): Uint8Array {
  switch (pdu.tag) {
    case 'erectDomainRequest': {
      const writer = new ByteWriter(8).u8(CHOICE.erectDomainRequest << 2);
      writePerInteger(writer, pdu.subHeight);
      writePerInteger(writer, pdu.subInterval);
      return writer.finish();
    }
    case 'attachUserRequest':
      return Uint8Array.of(CHOICE.attachUserRequest << 2);
    case 'attachUserConfirm': {
      // The optional initiator is present: lowest choice bit set to 1.
      const writer = new ByteWriter(4).u8((CHOICE.attachUserConfirm << 2) | 2).u8(pdu.result);
      writePerInteger16(writer, pdu.initiator, MCS_USERCHANNEL_BASE);
      return writer.finish();
    }
    case 'channelJoinRequest': {
      const writer = new ByteWriter(5).u8(CHOICE.channelJoinRequest << 2);
      writePerInteger16(writer, pdu.initiator, MCS_USERCHANNEL_BASE);
      return writer.u16be(pdu.channelId).finish();
    }
    case 'channelJoinConfirm': {
      const writer = new ByteWriter(8).u8((CHOICE.channelJoinConfirm << 2) | 2).u8(pdu.result);
      writePerInteger16(writer, pdu.initiator, MCS_USERCHANNEL_BASE);
      return writer.u16be(pdu.requested).u16be(pdu.channelId).finish();
    }
    case 'sendDataRequest':
    case 'sendDataIndication': {
      const writer = new ByteWriter(8 + pdu.data.length).u8(CHOICE[pdu.tag] << 2);
      writePerInteger16(writer, pdu.initiator, MCS_USERCHANNEL_BASE);
      writer.u16be(pdu.channelId).u8(PRIORITY_AND_SEGMENTATION);
      writePerLength(writer, pdu.data.length);
      return writer.bytes(pdu.data).finish();
    }
    case 'disconnectProviderUltimatum':
      // Reason: three bits across the byte boundary.
      return Uint8Array.of((CHOICE.disconnectProviderUltimatum << 2) | (pdu.reason >> 1), (pdu.reason & 1) << 7);
  }
}

/** One MCS PDU from an X.224 Data TPDU. PDUs that RDP does not use are `UNEXPECTED`. */
export function decodeDomainPdu(bytes: Uint8Array): DomainPdu {
  const reader = new ByteReader(bytes);
  const first = reader.u8('DomainMCSPDU');
  const choice = first >> 2;
  switch (choice) {
    case CHOICE.erectDomainRequest:
      // rdesktop leaves out the lengths and sends two 16-bit numbers.
      if (reader.peek() === 0) {
        return {
          tag: 'erectDomainRequest',
          subHeight: reader.u16be('ErectDomainRequest.subHeight'),
          subInterval: reader.u16be('ErectDomainRequest.subInterval'),
        };
      }
      return {
        tag: 'erectDomainRequest',
        subHeight: readPerInteger(reader, 'ErectDomainRequest.subHeight'),
        subInterval: readPerInteger(reader, 'ErectDomainRequest.subInterval'),
      };
    case CHOICE.attachUserRequest:
      return { tag: 'attachUserRequest' };
    case CHOICE.attachUserConfirm: {
      const result = reader.u8('AttachUserConfirm.result');
      if (result !== 0) throw new ProtocolError('REFUSED', 'AttachUserConfirm.result', 'rt-successful', result);
      return { tag: 'attachUserConfirm', result, initiator: readPerInteger16(reader, MCS_USERCHANNEL_BASE, 'AttachUserConfirm.initiator') };
    }
    case CHOICE.channelJoinRequest:
      return {
        tag: 'channelJoinRequest',
        initiator: readPerInteger16(reader, MCS_USERCHANNEL_BASE, 'ChannelJoinRequest.initiator'),
        channelId: reader.u16be('ChannelJoinRequest.channelId'),
      };
    case CHOICE.channelJoinConfirm: {
      const result = reader.u8('ChannelJoinConfirm.result');
      const initiator = readPerInteger16(reader, MCS_USERCHANNEL_BASE, 'ChannelJoinConfirm.initiator');
      const requested = reader.u16be('ChannelJoinConfirm.requested');
      const channelId = reader.remaining >= 2 ? reader.u16be('ChannelJoinConfirm.channelId') : requested;
      return { tag: 'channelJoinConfirm', result, initiator, requested, channelId };
    }
    case CHOICE.sendDataRequest:
    case CHOICE.sendDataIndication: {
      const initiator = readPerInteger16(reader, MCS_USERCHANNEL_BASE, 'SendData.initiator');
      const channelId = reader.u16be('SendData.channelId');
      reader.skip(1, 'SendData.dataPriority');
      const length = readPerLength(reader, 'SendData.userData');
      const data = reader.view8(length, 'SendData.userData');
      return { tag: choice === CHOICE.sendDataRequest ? 'sendDataRequest' : 'sendDataIndication', initiator, channelId, data };
    }
    case CHOICE.disconnectProviderUltimatum: {
      const second = reader.remaining > 0 ? reader.u8('DisconnectProviderUltimatum.reason') : 0;
      return { tag: 'disconnectProviderUltimatum', reason: ((first & 3) << 1) | (second >> 7) };
    }
    default:
      throw new ProtocolError('UNEXPECTED', 'DomainMCSPDU', 'a PDU that RDP uses', choice);
  }
}
