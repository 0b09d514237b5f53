import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFastPathUpdate } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { type Framed, PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { encodeTpkt } from '../../../../src/protocol/rdp/pdu/tpkt.ts';
import { chunks, concat, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const payload = fc.uint8Array({ minLength: 1, maxLength: 400 });
/** A PDU with its bytes and what the framer must make of it. */
const pdu = fc.oneof(
  payload.map((bytes) => ({ wire: encodeTpkt(bytes), framed: { tag: 'tpkt', payload: bytes } as Framed })),
  payload.map((bytes) => {
    const wire = encodeFastPathUpdate(1, bytes);
    const framed: Framed = { tag: 'fastPath', bytes: wire };
    return { wire, framed };
  }),
  // fast-path input with its one-byte length
  fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => {
    const wire = concat([Uint8Array.of(0x04, bytes.length + 2), bytes]);
    const framed: Framed = { tag: 'fastPath', bytes: wire };
    return { wire, framed };
  }),
);

describe('PduFramer', () => {
  it('cuts the same PDUs out of any chunks', () => {
    fc.assert(
      fc.property(
        fc.array(pdu, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        (pdus, sizes) => {
          const framer = new PduFramer();
          const got = chunks(concat(pdus.map(({ wire }) => wire)), sizes).flatMap((chunk) => framer.push(chunk));
          expect(got.map(plain)).toEqual(pdus.map(({ framed }) => plain(framed)));
        },
      ),
    );
  });

  it('is right byte by byte and all at once, up to the largest PDU', () => {
    const wire = concat([encodeTpkt(new Uint8Array(0xffff - 4).fill(7)), encodeFastPathUpdate(1, Uint8Array.of(1, 2))]);
    const once = new PduFramer().push(wire);
    const slow = new PduFramer();
    const single = chunks(wire, [1]).flatMap((chunk) => slow.push(chunk));
    expect(once).toHaveLength(2);
    expect(single.map(plain)).toEqual(once.map(plain));
  });

  it('gives PDUs of their own memory, so that a reused chunk does not change them', () => {
    const framer = new PduFramer();
    const wire = encodeTpkt(Uint8Array.of(1, 2, 3));
    const chunk = wire.slice(0, 5);
    framer.push(chunk);
    chunk.fill(0xee);
    expect(framer.push(wire.subarray(5)).map(plain)).toEqual([{ tag: 'tpkt', bytes: [1, 2, 3] }]);
  });

  it.each([
    ['neither TPKT nor fast-path', [0x16, 0x03, 0x01], 'UNEXPECTED'],
    ['a TPKT of no bytes', [3, 0, 0, 4], 'OUT_OF_RANGE'],
    ['a TPKT shorter than its header', [3, 0, 0, 1], 'OUT_OF_RANGE'],
    ['a fast-path PDU shorter than its header', [0, 1], 'OUT_OF_RANGE'],
    ['a long fast-path length below its header', [0, 0x80, 2], 'OUT_OF_RANGE'],
  ])('refuses %s', (_, bytes, code) => {
    expect(errorCode(() => new PduFramer().push(Uint8Array.from(bytes)))).toBe(code);
  });

  it('takes arbitrary bytes with nothing worse than a ProtocolError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => onlyProtocolErrors(() => new PduFramer().push(bytes))));
  });
});

function plain(framed: Framed): { readonly tag: string; readonly bytes: readonly number[] } {
  return { tag: framed.tag, bytes: [...(framed.tag === 'tpkt' ? framed.payload : framed.bytes)] };
}
