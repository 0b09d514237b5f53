import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { ByteReader } from '../../../src/protocol/bytes/reader.ts';
import { ByteWriter } from '../../../src/protocol/bytes/writer.ts';

const thrown = (run: () => unknown): ProtocolError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing thrown');
};

describe('ByteReader', () => {
  it('reads what ByteWriter wrote, in order', () => {
    const field = fc.oneof(
      fc.record({ kind: fc.constant('u8' as const), value: fc.nat({ max: 0xff }) }),
      fc.record({ kind: fc.constantFrom('u16le' as const, 'u16be' as const), value: fc.nat({ max: 0xffff }) }),
      fc.record({ kind: fc.constant('i16le' as const), value: fc.integer({ min: -0x8000, max: 0x7fff }) }),
      fc.record({ kind: fc.constantFrom('u32le' as const, 'u32be' as const), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        const writer = new ByteWriter();
        for (const { kind, value } of fields) writer[kind](value);
        const reader = new ByteReader(writer.finish());
        expect(fields.map(({ kind }) => reader[kind]('field'))).toEqual(fields.map(({ value }) => value));
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it.each(['u8', 'u16le', 'u16be', 'i16le', 'u32le', 'u32be'] as const)('%s stops at the end, with the name of the field', (kind) => {
    const error = thrown(() => new ByteReader(new Uint8Array(0))[kind]('Structure.field'));
    expect(error).toMatchObject({ code: 'TRUNCATED', field: 'Structure.field', got: '0' });
  });

  it('never reads beyond its own part, whatever lies behind it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat({ max: 40 }), fc.nat({ max: 40 }), (bytes, size, wanted) => {
        const within = Math.min(size, bytes.length);
        const part = new ByteReader(bytes).sub(within, 'part');
        if (wanted <= within) expect([...part.view8(wanted, 'view')]).toEqual([...bytes.subarray(0, wanted)]);
        else expect(thrown(() => part.view8(wanted, 'view')).code).toBe('TRUNCATED');
      }),
    );
  });

  it('a part is skipped by the whole; rest, peek and position agree', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4, 5));
    const part = reader.sub(2, 'part');
    expect(reader.position).toBe(2);
    expect(reader.peek()).toBe(3);
    expect([...part.rest()]).toEqual([1, 2]);
    expect(part.peek()).toBeUndefined();
    reader.skip(1, 'skipped');
    expect([...reader.rest()]).toEqual([4, 5]);
    expect(thrown(() => reader.skip(1, 'skipped')).code).toBe('TRUNCATED');
  });

  it('reads a view with an offset of its own', () => {
    expect(new ByteReader(Uint8Array.of(9, 9, 1, 2).subarray(2)).u16be('value')).toBe(0x0102);
  });

  it('refuses a negative or senseless length', () => {
    for (const count of [-1, Number.NaN])
      expect(thrown(() => new ByteReader(new Uint8Array(4)).view8(count, 'length')).code).toBe('OUT_OF_RANGE');
  });
});

describe('ByteWriter', () => {
  it('refuses what does not fit its field', () => {
    for (const [kind, value] of [
      ['u8', 256],
      ['u16le', -1],
      ['u16be', 0x1_0000],
      ['u32le', 2 ** 32],
      ['u32be', 1.5],
    ] as const) {
      expect(thrown(() => new ByteWriter()[kind](value, 'Structure.field'))).toMatchObject({
        code: 'OUT_OF_RANGE',
        field: 'Structure.field',
      });
    }
  });

  it('patches a length once it is known', () => {
    const writer = new ByteWriter(2).u16be(0).u16le(0).u8(7);
    writer.patchU16be(0, 0x0102);
    writer.patchU16le(2, 0x0304);
    expect([...writer.finish()]).toEqual([1, 2, 4, 3, 7]);
    expect(thrown(() => writer.patchU16be(0, 0x1_0000)).code).toBe('OUT_OF_RANGE');
  });
});

it('a ProtocolError says what, where, what was expected and what came', () => {
  const error = new ProtocolError('UNEXPECTED', 'TPKT.version', 3, 22);
  expect(error).toMatchObject({ name: 'ProtocolError', code: 'UNEXPECTED', field: 'TPKT.version', expected: '3', got: '22' });
  expect(error.message).toBe('TPKT.version: UNEXPECTED, expected 3, got 22');
});
