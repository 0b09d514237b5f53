import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { asciiEncode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { readPerInteger, readPerLength, writePerInteger, writePerLength } from './per.ts';

/** Key: the object identifier {itu-t(0) recommendation(0) t(20) t124(124) version(0) 1}, with its choice and length. */
const T124_KEY = Uint8Array.of(0x00, 0x05, 0x00, 0x14, 0x7c, 0x00, 0x01);
/** H.221 keys: client to server, server to client. */
const CLIENT_KEY = 'Duca';
const SERVER_KEY = 'McDn';
/** ConferenceCreateRequest: choice, userData present, conference name "1" (numeric string), padding, one set, h221NonStandard. */
const REQUEST_HEAD = Uint8Array.of(0x00, 0x08, 0x00, 0x10, 0x00, 0x01, 0xc0, 0x00);
/** ConferenceCreateResponse: choice, nodeID 0x79f3 counted from 1001. */
const RESPONSE_HEAD = Uint8Array.of(0x14, 0x76, 0x0a);
/** result success, one set, h221NonStandard, key length. */
const RESPONSE_TAIL = Uint8Array.of(0x00, 0x01, 0xc0, 0x00);

function connectData(pdu: Uint8Array): Uint8Array {
  const writer = new ByteWriter(pdu.length + 16).bytes(T124_KEY);
  writePerLength(writer, pdu.length);
  return writer.bytes(pdu).finish();
}

/** A reader positioned after the ConnectData head. The head's length is ignored, because Windows servers send a fixed wrong one. */
function openConnectData(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  for (const expected of T124_KEY) {
    const got = reader.u8('ConnectData.t124Identifier');
    if (got !== expected) throw new ProtocolError('UNEXPECTED', 'ConnectData.t124Identifier', expected, got);
  }
  readPerLength(reader, 'ConnectData.connectPDU');
  return reader;
}

function readKey(reader: ByteReader, key: string): Uint8Array {
  for (let index = 0; index < key.length; index += 1) {
    const got = reader.u8('UserData.h221NonStandard');
    if (got !== key.charCodeAt(index)) throw new ProtocolError('UNEXPECTED', 'UserData.h221NonStandard', key, got);
  }
  return reader.view8(readPerLength(reader, 'UserData.value'), 'UserData.value');
}

/** T.124 Conference Create Request around the client data blocks ([MS-RDPBCGR] 2.2.1.3). */
export function encodeConferenceCreateRequest(clientData: Uint8Array): Uint8Array {
  const writer = new ByteWriter(clientData.length + 16).bytes(REQUEST_HEAD).bytes(asciiEncode(CLIENT_KEY, 'key'));
  writePerLength(writer, clientData.length);
  return connectData(writer.bytes(clientData).finish());
}

/** The client data blocks. */
export function decodeConferenceCreateRequest(bytes: Uint8Array): Uint8Array {
  const reader = openConnectData(bytes);
  reader.skip(2, 'ConferenceCreateRequest.choice');
  const digits = readPerLength(reader, 'ConferenceCreateRequest.conferenceName') + 1;
  reader.skip(Math.ceil(digits / 2), 'ConferenceCreateRequest.conferenceName');
  reader.skip(3, 'ConferenceCreateRequest.userData');
  readPerLength(reader, 'UserData.key');
  return readKey(reader, CLIENT_KEY);
}

/** T.124 Conference Create Response around the server data blocks ([MS-RDPBCGR] 2.2.1.4). */
export function encodeConferenceCreateResponse(serverData: Uint8Array): Uint8Array {
  const writer = new ByteWriter(serverData.length + 32).bytes(RESPONSE_HEAD);
  writePerInteger(writer, 1);
  writer.bytes(RESPONSE_TAIL).bytes(asciiEncode(SERVER_KEY, 'key'));
  writePerLength(writer, serverData.length);
  return connectData(writer.bytes(serverData).finish());
}

/** The server data blocks. */
export function decodeConferenceCreateResponse(bytes: Uint8Array): Uint8Array {
  const reader = openConnectData(bytes);
  reader.skip(RESPONSE_HEAD.length, 'ConferenceCreateResponse.nodeID');
  readPerInteger(reader, 'ConferenceCreateResponse.tag');
  const result = reader.u8('ConferenceCreateResponse.result');
  if (result !== 0) throw new ProtocolError('REFUSED', 'ConferenceCreateResponse.result', 'success', result);
  reader.skip(2, 'ConferenceCreateResponse.userData');
  readPerLength(reader, 'UserData.key');
  return readKey(reader, SERVER_KEY);
}
