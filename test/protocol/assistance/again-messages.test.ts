import { describe, expect, it } from 'vitest';
import { AgainExpert, AgainNovice } from '../../../src/protocol/assistance/again-channels.ts';
import { type AgainMessage, decodeAgain, encodeAgain } from '../../../src/protocol/assistance/again-messages.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { Random } from '../../fuzz/random.ts';

const DOOR = { sessionId: new Uint8Array(32).fill(7), pin: new Uint8Array(32).fill(9) };
const ADDRESSES = [
  { host: '192.0.2.7', port: 50_000 },
  { host: '2001:db8::1', port: 1_025 },
  { host: 'home.example', port: 65_535 },
];

describe('how the two find each other again, on the wire', () => {
  it.each<AgainMessage>([
    { tag: 'door', ...DOOR },
    { tag: 'addresses', addresses: ADDRESSES },
    { tag: 'addresses', addresses: [] },
    { tag: 'done', inputs: 0xffff_ffff },
  ])('$tag comes as it was said', (message) => expect(decodeAgain(encodeAgain(message))).toEqual([message]));

  it('kinds of later versions and additions are passed over; what nobody may be asked to dial is, too', () => {
    const later = Uint8Array.of(99, 0, 6, 0, 1, 2);
    const done = Uint8Array.of(3, 0, 10, 0, 5, 0, 0, 0, 77, 77);
    expect(decodeAgain(Uint8Array.from([...later, ...done]))).toEqual([{ tag: 'done', inputs: 5 }]);
    const text = new TextEncoder().encode('0.0.0.0:5000;192.0.2.7:50000;224.0.0.1:9;what:0;[fe80::1%eth0]:1');
    const bytes = Uint8Array.from([2, 0, 4 + text.length, 0, ...text]);
    expect(decodeAgain(bytes)).toEqual([{ tag: 'addresses', addresses: [ADDRESSES[0]] }]);
  });

  it('whatever comes, it is a message or a typed error', () => {
    const random = new Random(4_711);
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = Uint8Array.from(
        random.pick([encodeAgain({ tag: 'door', ...DOOR }), encodeAgain({ tag: 'addresses', addresses: ADDRESSES })]),
      );
      for (let change = random.below(6); change >= 0; change -= 1) bytes[random.below(bytes.length)] = random.below(256);
      try {
        decodeAgain(bytes.subarray(0, random.below(bytes.length + 1)));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
  });

  it('an expert that opens a door is wrong', () => {
    const novice = new AgainNovice();
    expect(() => novice.receive(encodeAgain({ tag: 'door', ...DOOR }))).toThrow(ProtocolError);
    const heard: unknown[] = [];
    const expert = new AgainExpert({
      door: (door) => heard.push(door),
      addresses: (all) => heard.push(all),
      done: () => heard.push(expert.done),
    });
    expert.receive(Uint8Array.from([...encodeAgain({ tag: 'door', ...DOOR }), ...encodeAgain({ tag: 'done', inputs: 3 })]));
    expect(heard).toEqual([expect.objectContaining(DOOR), 3]);
  });
});
