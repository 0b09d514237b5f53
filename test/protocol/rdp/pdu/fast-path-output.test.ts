import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeFastPathFragments,
  encodeFastPathUpdate,
  FAST_PATH_MAX_PDU_BYTES,
  FAST_PATH_UPDATE,
  FastPathOutputDecoder,
} from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';
import { retainedBytes } from './retained-memory.ts';

const FRAGMENT = { last: 1, first: 2, next: 3 } as const;
const fragment = (kind: number, size: number, updateCode = 1) => {
  const pdu = encodeFastPathUpdate(updateCode, new Uint8Array(size));
  pdu[3] = updateCode | (kind << 4);
  return pdu;
};

it('updates come back, whole and in fragments of any size, one after the other', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(FAST_PATH_UPDATE)),
      fc.uint8Array({ maxLength: 600 }),
      fc.integer({ min: 7, max: 700 }),
      (updateCode, data, most) => {
        const decoder = new FastPathOutputDecoder();
        for (let round = 0; round < 2; round += 1) {
          expect(encodeFastPathFragments(updateCode, data, most).flatMap((pdu) => decoder.decode(pdu))).toEqual([{ updateCode, data }]);
        }
      },
    ),
  );
});

describe('refuses', () => {
  it.each<[string, () => unknown, string]>([
    ['a fragment out of place', () => new FastPathOutputDecoder().decode(fragment(FRAGMENT.next, 1)), 'MALFORMED'],
    ['data beyond one PDU', () => encodeFastPathUpdate(1, new Uint8Array(FAST_PATH_MAX_PDU_BYTES - 5)), 'TOO_LARGE'],
    ['encryption', () => new FastPathOutputDecoder().decode(Uint8Array.of(0x80, 2)), 'REFUSED'],
    ['compression', () => new FastPathOutputDecoder().decode(Uint8Array.of(0, 6, 0x81, 0x20, 0, 0)), 'REFUSED'],
  ])('%s', (_, run, code) => {
    expect(errorCode(run) ?? 'none').toBe(code);
  });

  it('another update among the fragments, and more than the bound', () => {
    const decoder = new FastPathOutputDecoder(100);
    decoder.decode(fragment(FRAGMENT.first, 1));
    expect(errorCode(() => decoder.decode(fragment(FRAGMENT.next, 1, 4)))).toBe('MALFORMED');
    decoder.decode(fragment(FRAGMENT.next, 99));
    expect(errorCode(() => decoder.decode(fragment(FRAGMENT.last, 1)))).toBe('TOO_LARGE');
  });
});

it('an update in the tiniest fragments takes no more memory than the update', () => {
  const decoder = new FastPathOutputDecoder();
  const count = 300_000;
  const middle = fragment(FRAGMENT.next, 1);
  decoder.decode(fragment(FRAGMENT.first, 1));
  const retained = retainedBytes(() => {
    for (let done = 1; done < count; done += 1) decoder.decode(middle);
  });
  expect(retained).toBeLessThan(10 * count);
  expect(decoder.decode(fragment(FRAGMENT.last, 0))[0]?.data).toHaveLength(count);
});

it('arbitrary and damaged bytes give nothing worse than a ProtocolError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged(encodeFastPathUpdate(1, new Uint8Array(20)))), (bytes) => {
      onlyProtocolErrors(() => new FastPathOutputDecoder().decode(bytes));
    }),
  );
});
