import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import {
  readBerApplication,
  readBerEnumerated,
  readBerInteger,
  readBerOctets,
  readBerSequence,
  skipBerBoolean,
  writeBerApplication,
  writeBerBoolean,
  writeBerEnumerated,
  writeBerInteger,
  writeBerOctets,
  writeBerSequence,
} from './ber.ts';

/** T.125 application tags. */
const CONNECT_INITIAL = 101;
const CONNECT_RESPONSE = 102;

/** maxChannelIds, maxUserIds, maxTokenIds, numPriorities, minThroughput, maxHeight, maxMCSPDUsize, protocolVersion (T.125 DomainParameters). */
const TARGET = [34, 2, 0, 1, 0, 1, 0xffff, 2] as const;
const MINIMUM = [1, 1, 1, 1, 0, 1, 0x420, 2] as const;
const MAXIMUM = [0xffff, 0xfc17, 0xffff, 1, 0, 1, 0xffff, 2] as const;
/** The server's answer: as many channels and users as RDP can ask for. */
const AGREED = [34, 3, 0, 1, 0, 1, 0xfff8, 2] as const;

function domainParameters(values: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  for (const value of values) writeBerInteger(writer, value);
  return writer.finish();
}

function readDomainParameters(reader: ByteReader, field: string): void {
  const body = readBerSequence(reader, field);
  for (let index = 0; index < TARGET.length; index += 1) readBerInteger(body, field);
}

function application(tag: number, body: ByteWriter): Uint8Array {
  const bytes = body.finish();
  const writer = new ByteWriter(bytes.length + 8);
  writeBerApplication(writer, tag, bytes.length);
  return writer.bytes(bytes).finish();
}

/** T.125 Connect-Initial, MCS bytes ([MS-RDPBCGR] 2.2.1.3). `userData`: GCC Conference Create Request. */
export function encodeConnectInitial(userData: Uint8Array): Uint8Array {
  const body = new ByteWriter(userData.length + 128);
  writeBerOctets(body, Uint8Array.of(1));
  writeBerOctets(body, Uint8Array.of(1));
  writeBerBoolean(body, true);
  writeBerSequence(body, domainParameters(TARGET));
  writeBerSequence(body, domainParameters(MINIMUM));
  writeBerSequence(body, domainParameters(MAXIMUM));
  writeBerOctets(body, userData);
  return application(CONNECT_INITIAL, body);
}

export function decodeConnectInitial(bytes: Uint8Array): { readonly userData: Uint8Array } {
  const body = readBerApplication(new ByteReader(bytes), CONNECT_INITIAL, 'Connect-Initial');
  readBerOctets(body, 'Connect-Initial.callingDomainSelector');
  readBerOctets(body, 'Connect-Initial.calledDomainSelector');
  skipBerBoolean(body, 'Connect-Initial.upwardFlag');
  readDomainParameters(body, 'Connect-Initial.targetParameters');
  readDomainParameters(body, 'Connect-Initial.minimumParameters');
  readDomainParameters(body, 'Connect-Initial.maximumParameters');
  return { userData: readBerOctets(body, 'Connect-Initial.userData') };
}

/** T.125 Connect-Response rt-successful, MCS bytes ([MS-RDPBCGR] 2.2.1.4). `userData`: GCC Conference Create Response. */
export function encodeConnectResponse(userData: Uint8Array): Uint8Array {
  const body = new ByteWriter(userData.length + 64);
  writeBerEnumerated(body, 0);
  writeBerInteger(body, 0);
  writeBerSequence(body, domainParameters(AGREED));
  writeBerOctets(body, userData);
  return application(CONNECT_RESPONSE, body);
}

/** Throws `REFUSED` for a result other than rt-successful. */
export function decodeConnectResponse(bytes: Uint8Array): { readonly userData: Uint8Array } {
  const body = readBerApplication(new ByteReader(bytes), CONNECT_RESPONSE, 'Connect-Response');
  const result = readBerEnumerated(body, 'Connect-Response.result');
  if (result !== 0) throw new ProtocolError('REFUSED', 'Connect-Response.result', 'rt-successful', result);
  readBerInteger(body, 'Connect-Response.calledConnectId');
  readDomainParameters(body, 'Connect-Response.domainParameters');
  return { userData: readBerOctets(body, 'Connect-Response.userData') };
}
