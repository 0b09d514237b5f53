import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../src/protocol/bytes/reader.ts';
import { ByteWriter } from '../../../../src/protocol/bytes/writer.ts';
import * as ber from '../../../../src/protocol/rdp/pdu/ber.ts';
import { decodeClientData } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeClientInfo, encodeClientInfo } from '../../../../src/protocol/rdp/pdu/client-info.ts';
import { readDataBlocks, writeDataBlock } from '../../../../src/protocol/rdp/pdu/data-blocks.ts';
import * as gcc from '../../../../src/protocol/rdp/pdu/gcc.ts';
import * as connect from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { decodeDomainPdu, encodeDomainPdu } from '../../../../src/protocol/rdp/pdu/mcs-domain.ts';
import * as per from '../../../../src/protocol/rdp/pdu/per.ts';
import { decodeServerData } from '../../../../src/protocol/rdp/pdu/server-data.ts';
import { encodeTpkt } from '../../../../src/protocol/rdp/pdu/tpkt.ts';
import * as x224 from '../../../../src/protocol/rdp/pdu/x224.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** [MS-RDPBCGR] 4.1.3 */
const CONNECT_INITIAL = hex(`
  03 00 01 a0 02 f0 80 7f 65 82 01 94 04 01 01 04 01 01 01 01 ff 30 19 02 01 22 02 01 02 02 01 00
  02 01 01 02 01 00 02 01 01 02 02 ff ff 02 01 02 30 19 02 01 01 02 01 01 02 01 01 02 01 01 02 01
  00 02 01 01 02 02 04 20 02 01 02 30 1c 02 02 ff ff 02 02 fc 17 02 02 ff ff 02 01 01 02 01 00 02
  01 01 02 02 ff ff 02 01 02 04 82 01 33 00 05 00 14 7c 00 01 81 2a 00 08 00 10 00 01 c0 00 44 75
  63 61 81 1c 01 c0 d8 00 04 00 08 00 00 05 00 04 01 ca 03 aa 09 04 00 00 ce 0e 00 00 45 00 4c 00
  54 00 4f 00 4e 00 53 00 2d 00 44 00 45 00 56 00 32 00 00 00 00 00 00 00 00 00 00 00 04 00 00 00
  00 00 00 00 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 00 00 00 00 00 00 01 ca 01 00 00 00 00 00 18 00 07 00 01 00 36 00 39 00 37 00 31 00 32 00
  2d 00 37 00 38 00 33 00 2d 00 30 00 33 00 35 00 37 00 39 00 37 00 34 00 2d 00 34 00 32 00 37 00
  31 00 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 c0 0c 00 0d 00 00 00
  00 00 00 00 02 c0 0c 00 1b 00 00 00 00 00 00 00 03 c0 2c 00 03 00 00 00 72 64 70 64 72 00 00 00
  00 00 80 80 63 6c 69 70 72 64 72 00 00 00 a0 c0 72 64 70 73 6e 64 00 00 00 00 00 c0`);
/** [MS-RDPBCGR] 4.1.4; the server's random and certificate, which nothing here reads, as zeros. */
const CONNECT_RESPONSE = concat([
  hex(`
  03 00 01 51 02 f0 80 7f 66 82 01 45 0a 01 00 02 01 00 30 1a 02 01 22 02 01 03 02 01 00 02 01 01
  02 01 00 02 01 01 02 03 00 ff f8 02 01 02 04 82 01 1f 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00
  01 c0 00 4d 63 44 6e 81 08 01 0c 0c 00 04 00 08 00 00 00 00 00 03 0c 10 00 eb 03 03 00 ec 03 ed
  03 ee 03 00 00 02 0c ec 00 02 00 00 00 02 00 00 00 20 00 00 00 b8 00 00 00`),
  new Uint8Array(0x20 + 0xb8),
]);

describe('published vectors, [MS-RDPBCGR] section 4.1', () => {
  const mcsOf = (pdu: Uint8Array) => x224.decodeX224Data(pdu.subarray(4));

  it('Connect-Initial down to the client data', () => {
    const data = decodeClientData(gcc.decodeConferenceCreateRequest(connect.decodeConnectInitial(mcsOf(CONNECT_INITIAL)).userData));
    expect(data).toEqual({
      core: {
        version: 0x0008_0004,
        desktopWidth: 1280,
        desktopHeight: 1024,
        keyboardLayout: 0x409,
        clientBuild: 3790,
        clientName: 'ELTONS-DEV2',
        bitsPerPixel: 24,
        earlyCapabilityFlags: 1,
        serverSelectedProtocol: 0,
      },
      security: { encryptionMethods: 0x1b, extEncryptionMethods: 0 },
      network: [
        { name: 'rdpdr', options: 0x8080_0000 },
        { name: 'cliprdr', options: 0xc0a0_0000 },
        { name: 'rdpsnd', options: 0xc000_0000 },
      ],
      messageChannel: false,
    });
  });

  it('the Conference Create Request in it, rebuilt', () => {
    const { userData } = connect.decodeConnectInitial(mcsOf(CONNECT_INITIAL));
    expect(gcc.encodeConferenceCreateRequest(gcc.decodeConferenceCreateRequest(userData))).toEqual(userData);
  });

  it('Connect-Response down to the server data', () => {
    const data = decodeServerData(gcc.decodeConferenceCreateResponse(connect.decodeConnectResponse(mcsOf(CONNECT_RESPONSE)).userData));
    expect(data).toEqual({
      core: { version: 0x0008_0004, clientRequestedProtocols: 0, earlyCapabilityFlags: 0 },
      security: { encryptionMethod: 2, encryptionLevel: 2 },
      network: { ioChannelId: 1003, channelIds: [1004, 1005, 1006] },
    });
  });

  it('Connect-Response around the same user data, rebuilt', () => {
    const { userData } = connect.decodeConnectResponse(mcsOf(CONNECT_RESPONSE));
    expect(x224.encodeX224Data(connect.encodeConnectResponse(userData))).toEqual(CONNECT_RESPONSE);
  });

  it('the Send Data Indication of 4.1.11', () => {
    const indication = hex('68 00 01 03 eb 70 1c 88 02 02 03 8d 43 9a ab d5 2a 31 39 62 4d c1 ec 0d 99 88 e6 da ab 2c 02 72 4d 49 90');
    const pdu = decodeDomainPdu(indication);
    expect(pdu).toMatchObject({ tag: 'sendDataIndication', initiator: 1002, channelId: 1003 });
    expect(encodeDomainPdu(pdu)).toEqual(indication);
  });
});

describe('BER and PER', () => {
  const writer = (write: (to: ByteWriter) => void) => {
    const to = new ByteWriter();
    write(to);
    return to.finish();
  };

  it('numbers and lengths come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7f_ffff }), u32, u16, fc.integer({ min: 0, max: 0x3fff }), (int24, int32, int16, length) => {
        expect(ber.readBerInteger(new ByteReader(writer((to) => ber.writeBerInteger(to, int24))), 'x')).toBe(int24);
        expect(ber.readBerLength(new ByteReader(writer((to) => ber.writeBerLength(to, int16))), 'x')).toBe(int16);
        expect(per.readPerInteger(new ByteReader(writer((to) => per.writePerInteger(to, int32))), 'x')).toBe(int32);
        expect(per.readPerLength(new ByteReader(writer((to) => per.writePerLength(to, length))), 'x')).toBe(length);
      }),
    );
  });

  it('have their boundaries where the rules put them', () => {
    expect(writer((to) => per.writePerLength(to, 0x7f))).toEqual(hex('7f'));
    expect(writer((to) => per.writePerLength(to, 0x80))).toEqual(hex('80 80'));
    expect(writer((to) => ber.writeBerInteger(to, 0x8000))).toEqual(hex('02 03 00 80 00'));
    expect(errorCode(() => per.writePerLength(new ByteWriter(), 0x4000))).toBe('TOO_LARGE');
    // What RDP programs write above X.691's 14 bits.
    expect(per.readPerLength(new ByteReader(hex('c1 05')), 'x')).toBe(0x4105);
    expect(errorCode(() => per.readPerLength(new ByteReader(hex('c1')), 'x'))).toBe('TRUNCATED');
    expect(errorCode(() => per.readPerInteger(new ByteReader(hex('05 01 02 03 04 05')), 'x'))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => ber.readBerLength(new ByteReader(hex('84 00 00 00 01')), 'x'))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => ber.readBerInteger(new ByteReader(hex('02 05 01 02 03 04 05')), 'x'))).toBe('OUT_OF_RANGE');
  });
});

describe('X.224', () => {
  it.each([
    ['another TPDU', '0e e0 00 00 00 00 00 02 00 08 00 01 00 00 00', 'UNEXPECTED'],
    ['another structure', '0e d0 00 00 00 00 00 01 00 08 00 01 00 00 00', 'UNEXPECTED'],
    ['a length indicator beyond the TPKT', '20 d0 00 00 00 00 00', 'OUT_OF_RANGE'],
    ['a wrong structure length', '0e d0 00 00 00 00 00 02 00 09 00 01 00 00 00', 'OUT_OF_RANGE'],
  ])('a confirm with %s is refused', (_, wire, code) => {
    expect(errorCode(() => x224.decodeConnectionConfirm(hex(wire)))).toBe(code);
  });

  it('a TPKT beyond 64 KiB is refused', () => {
    expect(errorCode(() => encodeTpkt(new Uint8Array(0xfffc)))).toBe('OUT_OF_RANGE');
    expect(encodeTpkt(new Uint8Array(0xfffb)).subarray(0, 4)).toEqual(hex('03 00 ff ff'));
  });
});

describe('MCS', () => {
  it('refusals are REFUSED, and PDUs that RDP does not use are UNEXPECTED', () => {
    expect(errorCode(() => decodeDomainPdu(hex('2e 0e 00 06')))).toBe('REFUSED');
    expect(errorCode(() => decodeDomainPdu(hex('30 00')))).toBe('UNEXPECTED');
    const response = connect.encodeConnectResponse(new Uint8Array(4));
    expect(response.slice(3, 6)).toEqual(hex('0a 01 00'));
    response[5] = 14;
    expect(errorCode(() => connect.decodeConnectResponse(response))).toBe('REFUSED');
  });
});

describe('data blocks', () => {
  it('are bounded', () => {
    const block = (type: number, body: Uint8Array) => {
      const to = new ByteWriter();
      writeDataBlock(to, type, body);
      return to.finish();
    };
    expect(errorCode(() => readDataBlocks(concat(Array.from({ length: 33 }, () => block(1, new Uint8Array(0))))))).toBe('TOO_LARGE');
    expect(errorCode(() => readDataBlocks(hex('01 c0 03 00')))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => readDataBlocks(hex('01 c0 06 00 00')))).toBe('TRUNCATED');
    expect(errorCode(() => decodeClientData(block(0xc003, hex('20 00 00 00'))))).toBe('TOO_LARGE');
    expect(errorCode(() => decodeServerData(block(0x0c03, hex('eb 03 20 00'))))).toBe('TOO_LARGE');
    expect(errorCode(() => decodeClientData(new Uint8Array(0)))).toBe('MALFORMED');
    expect(errorCode(() => decodeServerData(new Uint8Array(0)))).toBe('MALFORMED');
  });
});

describe('Client Info', () => {
  it('is read as in 4.1.10 (decrypted), as far as the working directory', () => {
    const start = hex(`
      00 00 00 00 b3 43 00 00 0a 00 0c 00 00 00 00 00 00 00 4e 00 54 00 44 00 45 00 56 00 00 00 65 00
      6c 00 74 00 6f 00 6e 00 73 00 00 00 00 00 00 00 00 00`);
    expect(decodeClientInfo(start)).toEqual({
      codePage: 0,
      flags: 0x43b3,
      domain: 'NTDEV',
      userName: 'eltons',
      password: '',
      alternateShell: '',
      workingDir: '',
    });
    const ours = encodeClientInfo({
      codePage: 0,
      flags: 0x43b3,
      domain: 'NTDEV',
      userName: 'eltons',
      password: '',
      alternateShell: '',
      workingDir: '',
    });
    expect(ours.subarray(0, start.length)).toEqual(start);
    const plain = encodeClientInfo({ codePage: 0, flags: 0, domain: '', userName: '', password: '', alternateShell: '', workingDir: '' });
    // INFO_UNICODE is set whoever asks
    expect(plain.subarray(4, 8)).toEqual(hex('10 00 00 00'));
  });

  it('is bounded', () => {
    const long = { codePage: 0, flags: 0, domain: '', userName: 'x'.repeat(513), password: '', alternateShell: '', workingDir: '' };
    expect(errorCode(() => encodeClientInfo(long))).toBe('TOO_LARGE');
  });
});

it('arbitrary and damaged bytes give nothing worse than a ProtocolError', () => {
  const decoders: readonly ((bytes: Uint8Array) => unknown)[] = [
    connect.decodeConnectInitial,
    connect.decodeConnectResponse,
    gcc.decodeConferenceCreateRequest,
    gcc.decodeConferenceCreateResponse,
    decodeClientData,
    decodeServerData,
  ];
  const clientUserData = connect.decodeConnectInitial(x224.decodeX224Data(CONNECT_INITIAL.subarray(4))).userData;
  const serverUserData = connect.decodeConnectResponse(x224.decodeX224Data(CONNECT_RESPONSE.subarray(4))).userData;
  const samples = [
    CONNECT_INITIAL.subarray(7),
    CONNECT_RESPONSE.subarray(7),
    clientUserData,
    serverUserData,
    gcc.decodeConferenceCreateRequest(clientUserData),
    gcc.decodeConferenceCreateResponse(serverUserData),
  ];
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), ...samples.map(damaged)), (bytes) => {
      for (const decode of decoders) onlyProtocolErrors(() => decode(bytes));
    }),
    { numRuns: 500 },
  );
});
