/* The desktop's message bus: what other programs of this computer answer and signal. */
import { ByteReader } from '../../../src/protocol/bytes/reader.ts';
import { asciiEncode, utf8Decode } from '../../../src/protocol/bytes/text.ts';
import { ByteWriter } from '../../../src/protocol/bytes/writer.ts';
import {
  type BusMessage,
  decodeBody,
  decodeMessage,
  encodeBody,
  encodeMessage,
  messageLength,
} from '../../../src/protocol/dbus/message.ts';
import { type BusValue, readValues, writeValues } from '../../../src/protocol/dbus/values.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';

const HINTS: BusValue = [
  ['urgency', { signature: 'y', value: 2 }],
  ['desktop-entry', { signature: 's', value: 'ringback' }],
  ['image', { signature: '(iiay)', value: [1, -1, new Uint8Array([1, 2, 3])] }],
];
const BODIES: readonly (readonly [string, readonly BusValue[]])[] = [
  ['', []],
  ['us', [7, 'default']],
  ['susssasa{sv}i', ['Ringback', 0, '', 'Anna asks', 'for help', ['yes', 'Yes'], HINTS, -1]],
  ['ssss', ['dunst', 'project', '1.9', '1.2']],
  ['a(yv)aas', [[[1, { signature: 'o', value: '/org/freedesktop' }]], [['a'], [], ['b', 'c']]]],
];

const message = ([signature, values]: (typeof BODIES)[number], index: number): BusMessage => ({
  type: 1 + (index % 4),
  flags: index & 1,
  serial: index + 1,
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
  member: 'Notify',
  sender: ':1.7',
  ...(index % 2 === 0 ? { replySerial: 9 } : { errorName: 'org.freedesktop.DBus.Error.NoReply' }),
  signature,
  body: encodeBody(signature, values),
});

/** A signature, its length before it, and the values behind it at a multiple of eight. */
function signed(signature: string, values: readonly BusValue[]): Uint8Array {
  const writer = new ByteWriter(256);
  writeValues(writer, signature, values);
  const head = new ByteWriter(256).u8(signature.length).bytes(asciiEncode(signature, 'signature'));
  return head.bytes(writer.finish()).finish();
}

export const BUS_TARGETS: readonly Target[] = [
  {
    name: 'bus-message',
    seeds: () => BODIES.map((body, index) => encodeMessage(message(body, index))),
    check: (input) => {
      const length = messageLength(input);
      if (length === undefined || length > input.length) return;
      decoding(decodeMessage, encodeMessage)(input.subarray(0, length));
      const decoded = decodeMessage(input.subarray(0, length));
      if (decodeBody(decoded, decoded.signature) === undefined) throw new BrokenRule('a body has another signature than its own');
    },
  },
  {
    name: 'bus-values',
    seeds: () => BODIES.map((body) => signed(...body)),
    check: decoding(
      (input) => {
        const reader = new ByteReader(input);
        const signature = utf8Decode(reader.view8(reader.u8('signature length'), 'signature'));
        return { signature, values: readValues(new ByteReader(reader.rest()), signature) };
      },
      ({ signature, values }) => (/^[\x20-\x7e]*$/.test(signature) ? signed(signature, values) : undefined),
    ),
  },
];
