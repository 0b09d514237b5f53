import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeEncomsp, encodeEncomsp, type EncomspMessage } from '../../../../src/protocol/rdp/channels/encomsp.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const messages: fc.Arbitrary<Exclude<EncomspMessage, { tag: 'other' }>> = fc.oneof(
  fc.record({
    tag: fc.constant('participantCreated' as const),
    participantId: fc.integer({ min: 0, max: 0xffff_ffff }),
    mayView: fc.boolean(),
    mayInteract: fc.boolean(),
    you: fc.boolean(),
    name: fc.string({ maxLength: 40 }),
  }),
  fc.record({
    tag: fc.constant('controlChange' as const),
    participantId: fc.integer({ min: 0, max: 0xffff_ffff }),
    view: fc.boolean(),
    interact: fc.boolean(),
  }),
);

it("is a real expert's request for control, both ways", () => {
  const captured = hex('09000a00030007000000');
  const request = { tag: 'controlChange', participantId: 7, view: true, interact: true } as const;
  expect(decodeEncomsp(captured)).toEqual([request]);
  expect(encodeEncomsp(request)).toEqual(captured);
});

it('grants by flags 7 in Participant Created', () => {
  const grant = { tag: 'participantCreated', participantId: 7, mayView: true, mayInteract: true, you: true, name: 'Al' } as const;
  expect(encodeEncomsp(grant)).toEqual(hex('0800140007000000000000000700020041006c00'));
  expect(encodeEncomsp({ ...grant, mayInteract: false })[12]).toBe(5);
});

it('several messages in one PDU come back in order', () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 5 }), (list) => {
      expect(decodeEncomsp(concat(list.map(encodeEncomsp)))).toEqual(list);
    }),
  );
});

it('passes over messages it does not know, and refuses broken ones', () => {
  expect(decodeEncomsp(hex('0d0006000000'))).toEqual([{ tag: 'other', type: 0x0d }]);
  expect(errorCode(() => decodeEncomsp(hex('09000300')))).toBe('OUT_OF_RANGE');
  expect(errorCode(() => decodeEncomsp(hex('09000a000300')))).toBe('TRUNCATED');
  expect(errorCode(() => decodeEncomsp(hex('0900060003000000')))).toBe('TRUNCATED');
  expect(errorCode(() => decodeEncomsp(hex('08001000070000000000000007000104')))).toBe('TOO_LARGE');
});

it('cuts a name that is too long', () => {
  const [back] = decodeEncomsp(
    encodeEncomsp({ tag: 'participantCreated', participantId: 1, mayView: true, mayInteract: false, you: true, name: 'x'.repeat(5000) }),
  );
  expect(back).toMatchObject({ name: 'x'.repeat(1024) });
});

it('arbitrary and damaged bytes give nothing worse than a ProtocolError', () => {
  const sample = encodeEncomsp({
    tag: 'participantCreated',
    participantId: 1,
    mayView: true,
    mayInteract: true,
    you: true,
    name: 'novice',
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged(sample)), (bytes) => {
      onlyProtocolErrors(() => decodeEncomsp(bytes));
    }),
  );
});
