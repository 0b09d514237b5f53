import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { ByteReader } from '../../../src/protocol/bytes/reader.ts';
import { hexDecode, hexEncode } from '../../../src/protocol/bytes/text.ts';
import { decodeBody, decodeMessage, encodeBody, encodeMessage, MESSAGE_TYPE, messageLength } from '../../../src/protocol/dbus/message.ts';
import { parseSignature } from '../../../src/protocol/dbus/signature.ts';
import { readValues, type BusValue } from '../../../src/protocol/dbus/values.ts';

// What GLib 2.74 sends first on a connection.
const HELLO = hexDecode(
  '6c01000100000000010000006e00000001016f00150000002f6f72672f667265656465736b746f702f4442757300000002017300140000006f72672e667265656465' +
    '736b746f702e444275730000000006017300140000006f72672e667265656465736b746f702e4442757300000000030173000500000048656c6c6f000000',
  'a call',
);
/** The same with an argument. */
const CALL = encodeMessage({ ...decodeMessage(HELLO), signature: 's', body: encodeBody('s', ['org.example.Name']) });

describe('messages of the bus', () => {
  it('are written as other programs write them, and read again', () => {
    const message = {
      type: MESSAGE_TYPE.call,
      flags: 0,
      serial: 1,
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'Hello',
      destination: 'org.freedesktop.DBus',
      signature: '',
      body: new Uint8Array(0),
    };
    expect(decodeMessage(HELLO)).toEqual(message);
    expect(hexEncode(encodeMessage(message))).toBe(hexEncode(HELLO));
    expect(messageLength(HELLO)).toBe(HELLO.length);
    expect(messageLength(CALL)).toBe(CALL.length);
    expect(decodeBody(decodeMessage(CALL), 's')).toEqual(['org.example.Name']);
    expect(decodeBody(decodeMessage(CALL), 'u')).toBeUndefined();
  });

  it('carry values of every type that is spoken, each where it belongs', () => {
    const values: readonly BusValue[] = [
      7,
      true,
      -1,
      4_000_000_000,
      'Grüße',
      Uint8Array.of(1, 2, 3),
      ['a', 'bc'],
      [
        ['key', { signature: 'u', value: 5 }],
        ['other', { signature: '(yas)', value: [1, ['x']] }],
      ],
    ];
    const signature = 'ybiusayasa{sv}';
    expect(readValues(new ByteReader(encodeBody(signature, values)), signature)).toEqual(values);
  });

  it('cannot be told before the header is there, and are never longer than a megabyte', () => {
    expect(messageLength(CALL.subarray(0, 15))).toBeUndefined();
    const long = CALL.slice();
    new DataView(long.buffer).setUint32(4, 0xffff_fff0, true);
    expect(() => messageLength(long)).toThrow(ProtocolError);
  });

  it.each(['a', '(', '(s', 'z', '()', 'a'.repeat(40) + 's', 's'.repeat(256)])(
    'a signature that makes no sense is refused: %s',
    (signature) => {
      expect(() => parseSignature(signature)).toThrow(ProtocolError);
    },
  );

  it('damaged anywhere, they are refused or read, and nothing else happens', () => {
    for (let at = 0; at < CALL.length; at += 1)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = CALL.slice();
        bytes[at] = value;
        try {
          const length = messageLength(bytes);
          if (length === bytes.length) decodeBody(decodeMessage(bytes), 's');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }
  });
});
