import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../src/protocol/bytes/reader.ts';
import { type ClientData, decodeClientData, encodeClientData } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { type ClientInfo, decodeClientInfo, encodeClientInfo, INFO } from '../../../../src/protocol/rdp/pdu/client-info.ts';
import {
  decodeConferenceCreateRequest,
  decodeConferenceCreateResponse,
  encodeConferenceCreateRequest,
  encodeConferenceCreateResponse,
} from '../../../../src/protocol/rdp/pdu/gcc.ts';
import { decodeLicence, encodeLicenceError } from '../../../../src/protocol/rdp/pdu/licence.ts';
import {
  decodeConnectInitial,
  decodeConnectResponse,
  encodeConnectInitial,
  encodeConnectResponse,
} from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { decodeDomainPdu, type DomainPdu, encodeDomainPdu } from '../../../../src/protocol/rdp/pdu/mcs-domain.ts';
import { decodeSecurityHeader, encodeSecurityHeader } from '../../../../src/protocol/rdp/pdu/security-header.ts';
import { decodeServerData, encodeServerData, type ServerData } from '../../../../src/protocol/rdp/pdu/server-data.ts';
import {
  decodeConnectionConfirm,
  decodeConnectionRequest,
  decodeX224Data,
  encodeConnectionConfirm,
  encodeConnectionRequest,
  encodeX224Data,
} from '../../../../src/protocol/rdp/pdu/x224.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const data = fc.uint8Array({ maxLength: 600 });
const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'));

describe('X.224', () => {
  it('the request of the specification (4.1.1) is read, and ours comes back', () => {
    const wire = hex(`03 00 00 2c 27 e0 00 00 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 68 61 73 68 3d 65 6c 74 6f
      6e 73 0d 0a 01 00 08 00 00 00 00 00`);
    expect(decodeConnectionRequest(wire.subarray(4))).toEqual({ protocols: 0, flags: 0 });
    expect(encodeConnectionRequest({ cookie: 'eltons', protocols: 0 })).toEqual(wire);
    fc.assert(
      fc.property(u32, u8, fc.boolean(), (protocols, flags, cookie) => {
        const request = encodeConnectionRequest({ protocols, flags, ...(cookie ? { cookie: 'me' } : {}) });
        expect(decodeConnectionRequest(request.subarray(4))).toEqual({ protocols, flags });
      }),
    );
  });

  it('the confirm of the specification (4.1.2) is read, and ours comes back', () => {
    const wire = hex('03 00 00 13 0e d0 00 00 12 34 00 02 00 08 00 00 00 00 00');
    expect(decodeConnectionConfirm(wire.subarray(4))).toEqual({ tag: 'response', selectedProtocol: 0, flags: 0 });
    expect(decodeConnectionConfirm(hex('06 d0 00 00 12 34 00'))).toEqual({ tag: 'none' });
    fc.assert(
      fc.property(u32, u8, (value, flags) => {
        const response = { tag: 'response', selectedProtocol: value, flags } as const;
        expect(decodeConnectionConfirm(encodeConnectionConfirm(response).subarray(4))).toEqual(response);
        const failure = { tag: 'failure', failureCode: value } as const;
        expect(decodeConnectionConfirm(encodeConnectionConfirm(failure).subarray(4))).toEqual(failure);
      }),
    );
  });

  it('data comes back', () => {
    fc.assert(
      fc.property(data, (mcs) => {
        expect(decodeX224Data(encodeX224Data(mcs).subarray(4))).toEqual(mcs);
      }),
    );
  });

  it.each([
    ['a length beyond the PDU', '20 e0 00 00 00 00 00', 'OUT_OF_RANGE'],
    ['another TPDU', '06 d0 00 00 00 00 00', 'UNEXPECTED'],
    ['a cookie that does not end', '0a e0 00 00 00 00 00 43 6f 6f 6b', 'MALFORMED'],
    ['a negotiation request of the wrong length', '0e e0 00 00 00 00 00 01 00 09 00 01 00 00 00', 'OUT_OF_RANGE'],
  ])('refuses %s', (_, wire, code) => {
    expect(errorCode(() => decodeConnectionRequest(hex(wire)))).toBe(code);
  });
});

describe('MCS', () => {
  const channel = u16;
  const user = fc.integer({ min: 1001, max: 0xffff });
  const pdu: fc.Arbitrary<DomainPdu> = fc.oneof(
    fc.record({ tag: fc.constant('erectDomainRequest' as const), subHeight: u32, subInterval: u32 }),
    fc.record({ tag: fc.constant('attachUserRequest' as const) }),
    fc.record({ tag: fc.constant('attachUserConfirm' as const), result: fc.constant(0), initiator: user }),
    fc.record({ tag: fc.constant('channelJoinRequest' as const), initiator: user, channelId: channel }),
    fc.record({
      tag: fc.constant('channelJoinConfirm' as const),
      result: fc.nat({ max: 15 }),
      initiator: user,
      requested: channel,
      channelId: channel,
    }),
    fc.record({
      tag: fc.constantFrom('sendDataRequest' as const, 'sendDataIndication' as const),
      initiator: user,
      channelId: channel,
      data,
    }),
    fc.record({ tag: fc.constant('disconnectProviderUltimatum' as const), reason: fc.nat({ max: 4 }) }),
  );

  it('every PDU comes back', () => {
    fc.assert(
      fc.property(pdu, (one) => {
        expect(decodeDomainPdu(encodeDomainPdu(one))).toEqual(one);
      }),
    );
  });

  it.each([
    ['Erect Domain (4.1.5)', '04 01 00 01 00', { tag: 'erectDomainRequest', subHeight: 0, subInterval: 0 }],
    ['Attach User Request (4.1.6)', '28', { tag: 'attachUserRequest' }],
    ['Attach User Confirm (4.1.7)', '2e 00 00 06', { tag: 'attachUserConfirm', result: 0, initiator: 1007 }],
    ['Channel Join Request (4.1.8.1.1)', '38 00 06 03 ef', { tag: 'channelJoinRequest', initiator: 1007, channelId: 1007 }],
    [
      'Channel Join Confirm (4.1.8.1.2)',
      '3e 00 00 06 03 ef 03 ef',
      { tag: 'channelJoinConfirm', result: 0, initiator: 1007, requested: 1007, channelId: 1007 },
    ],
    ['Disconnect Provider Ultimatum, user requested (4.2.3)', '21 80', { tag: 'disconnectProviderUltimatum', reason: 3 }],
  ] as const)('%s has the bytes of the specification', (_, wire, expected) => {
    expect(decodeDomainPdu(hex(wire))).toEqual(expected);
    expect(encodeDomainPdu(expected)).toEqual(hex(wire));
  });

  it('Connect-Initial and Connect-Response carry user data of any usual size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (userData) => {
        expect(decodeConnectInitial(encodeConnectInitial(userData)).userData).toEqual(userData);
        expect(decodeConnectResponse(encodeConnectResponse(userData)).userData).toEqual(userData);
        expect(decodeConferenceCreateRequest(encodeConferenceCreateRequest(userData))).toEqual(userData);
        expect(decodeConferenceCreateResponse(encodeConferenceCreateResponse(userData))).toEqual(userData);
      }),
    );
  });
});

const clientData: fc.Arbitrary<ClientData> = fc.record({
  core: fc.record({
    version: u32,
    desktopWidth: u16,
    desktopHeight: u16,
    keyboardLayout: u32,
    clientBuild: u32,
    clientName: fc.string({ maxLength: 15 }).filter((value) => !value.includes('\0')),
    bitsPerPixel: fc.constantFrom(15, 16, 24),
    earlyCapabilityFlags: u16.map((flags) => flags & ~2),
    serverSelectedProtocol: u32,
  }),
  security: fc.record({ encryptionMethods: u32, extEncryptionMethods: u32 }),
  network: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,7}$/), options: u32 }), { maxLength: 31 }),
  messageChannel: fc.boolean(),
});

describe('data blocks', () => {
  it("the client's come back", () => {
    fc.assert(
      fc.property(clientData, (one) => {
        expect(decodeClientData(encodeClientData(one))).toEqual(one);
      }),
    );
  });

  it('32 bits a pixel are said by WANT_32BPP_SESSION', () => {
    const [one] = fc.sample(clientData, 1);
    const wanting = decodeClientData(encodeClientData({ ...one!, core: { ...one!.core, bitsPerPixel: 32, earlyCapabilityFlags: 1 } }));
    expect(wanting.core).toMatchObject({ bitsPerPixel: 32, earlyCapabilityFlags: 3 });
  });

  it("the server's come back, padded for an odd number of channels", () => {
    const server: fc.Arbitrary<ServerData> = fc.record(
      {
        core: fc.record({ version: u32, clientRequestedProtocols: u32, earlyCapabilityFlags: u32 }),
        security: fc.record({ encryptionMethod: u32, encryptionLevel: u32 }),
        network: fc.record({ ioChannelId: u16, channelIds: fc.array(u16, { maxLength: 31 }) }),
        messageChannelId: u16,
      },
      { requiredKeys: ['core', 'security', 'network'] },
    );
    fc.assert(
      fc.property(server, (one) => {
        const wire = encodeServerData(one);
        expect(wire.length % 4).toBe(one.messageChannelId === undefined ? 0 : 2);
        expect(decodeServerData(wire)).toEqual(one);
      }),
    );
  });

  it('a missing block and too many channels are refused', () => {
    expect(errorCode(() => decodeClientData(new Uint8Array(0)))).toBe('MALFORMED');
    expect(errorCode(() => decodeServerData(new Uint8Array(0)))).toBe('MALFORMED');
    expect(errorCode(() => decodeClientData(hex('03 c0 0c 00 20 00 00 00 00 00 00 00')))).toBe('TOO_LARGE');
  });
});

describe('Client Info and licence', () => {
  it('Client Info comes back', () => {
    fc.assert(
      fc.property(u32, text, text, text, text, text, (codePage, domain, userName, password, alternateShell, workingDir) => {
        const info: ClientInfo = { codePage, flags: INFO.unicode | INFO.mouse, domain, userName, password, alternateShell, workingDir };
        expect(decodeClientInfo(encodeClientInfo(info))).toEqual(info);
      }),
    );
  });

  it('a terminator that a length counts is not part of the text', () => {
    const info: ClientInfo = {
      codePage: 0,
      flags: INFO.unicode,
      domain: '',
      userName: '',
      password: '',
      alternateShell: '',
      workingDir: 'AbCd=',
    };
    expect(decodeClientInfo(encodeClientInfo({ ...info, workingDir: 'AbCd=\0' })).workingDir).toBe('AbCd=');
    const ansi = concat([hex('00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00'), hex('00 00 00 00 44 45 00')]);
    expect(decodeClientInfo(ansi).workingDir).toBe('DE');
  });

  it('ANSI strings of old clients are read, and overlong ones refused before they are looked at', () => {
    const ansi = concat([hex('00 00 00 00 00 00 00 00 01 00 02 00 00 00 00 00 03 00'), hex('41 00 42 43 00 00 00 44 45 46')]);
    expect(decodeClientInfo(ansi)).toMatchObject({ domain: 'A', userName: 'BC', password: '', alternateShell: '', workingDir: 'DEF' });
    expect(errorCode(() => decodeClientInfo(hex('00 00 00 00 10 00 00 00 00 10 00 00 00 00 00 00 00 00')))).toBe('TOO_LARGE');
  });

  it('the licence answer has the bytes of the specification (4.1.11)', () => {
    const wire = hex('ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00');
    expect(encodeLicenceError('validClient')).toEqual(wire);
    expect(decodeLicence(wire)).toEqual({ tag: 'validClient' });
    expect(decodeLicence(hex('ff 03 10 00 08 00 00 00 01 00 00 00 04 00 00 00'))).toEqual({
      tag: 'error',
      errorCode: 8,
      stateTransition: 1,
    });
    expect(decodeLicence(encodeLicenceError('noLicence'))).toEqual({ tag: 'error', errorCode: 2, stateTransition: 1 });
    expect(decodeLicence(hex('01 03 10 00'))).toEqual({ tag: 'request' });
    expect(decodeLicence(hex('02 03 10 00'))).toEqual({ tag: 'other', messageType: 2 });
  });

  it('a security header comes back', () => {
    fc.assert(
      fc.property(u16, (flags) => {
        expect(decodeSecurityHeader(new ByteReader(encodeSecurityHeader(flags)))).toBe(flags);
      }),
    );
  });
});

it('damaged and arbitrary bytes give nothing worse than a ProtocolError', () => {
  const [client] = fc.sample(clientData, { numRuns: 1, seed: 3 });
  const clientBlocks = encodeClientData(client!);
  const serverBlocks = encodeServerData({
    core: { version: 1, clientRequestedProtocols: 1, earlyCapabilityFlags: 0 },
    security: { encryptionMethod: 0, encryptionLevel: 0 },
    network: { ioChannelId: 1003, channelIds: [1004] },
  });
  const info = encodeClientInfo({ codePage: 0, flags: 0, domain: 'd', userName: 'u', password: 'p', alternateShell: 's', workingDir: 'w' });
  const cases: readonly (readonly [Uint8Array, (bytes: Uint8Array) => unknown])[] = [
    [encodeConnectionRequest({ cookie: 'c', protocols: 1 }).subarray(4), decodeConnectionRequest],
    [encodeConnectionConfirm({ tag: 'failure', failureCode: 1 }).subarray(4), decodeConnectionConfirm],
    [encodeX224Data(Uint8Array.of(1)).subarray(4), decodeX224Data],
    [encodeConnectInitial(new Uint8Array(200)), decodeConnectInitial],
    [encodeConnectResponse(new Uint8Array(200)), decodeConnectResponse],
    [encodeConferenceCreateRequest(new Uint8Array(200)), decodeConferenceCreateRequest],
    [encodeConferenceCreateResponse(new Uint8Array(200)), decodeConferenceCreateResponse],
    [clientBlocks, decodeClientData],
    [serverBlocks, decodeServerData],
    [info, decodeClientInfo],
    [encodeLicenceError('validClient'), decodeLicence],
    [encodeDomainPdu({ tag: 'sendDataRequest', initiator: 1007, channelId: 1003, data: new Uint8Array(200) }), decodeDomainPdu],
  ];
  for (const [valid, decode] of cases) {
    fc.assert(
      fc.property(fc.oneof(damaged(valid), fc.uint8Array({ maxLength: 60 })), (bytes) => onlyProtocolErrors(() => decode(bytes))),
      { numRuns: 200 },
    );
  }
});
