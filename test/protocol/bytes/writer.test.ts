import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { ByteWriter } from '../../../src/protocol/bytes/writer.ts';

describe('ByteWriter', () => {
  it.each([
    ['u8', (writer: ByteWriter) => writer.u8(0xa1), [0xa1]],
    ['u16le', (writer: ByteWriter) => writer.u16le(0xa1b2), [0xb2, 0xa1]],
    ['u16be', (writer: ByteWriter) => writer.u16be(0xa1b2), [0xa1, 0xb2]],
    ['i16le', (writer: ByteWriter) => writer.i16le(-2), [0xfe, 0xff]],
    ['u32le', (writer: ByteWriter) => writer.u32le(0xa1b2_c3d4), [0xd4, 0xc3, 0xb2, 0xa1]],
    ['u32be', (writer: ByteWriter) => writer.u32be(0xa1b2_c3d4), [0xa1, 0xb2, 0xc3, 0xd4]],
    ['bytes', (writer: ByteWriter) => writer.bytes(Uint8Array.of(1, 2, 3)), [1, 2, 3]],
    ['zeros', (writer: ByteWriter) => writer.zeros(3), [0, 0, 0]],
  ])('%s keeps what it writes when it must grow', (_, write, expected) => {
    const writer = new ByteWriter(1).u8(0x11);
    expect([...write(writer).finish()]).toEqual([0x11, ...expected]);
    const often = new ByteWriter(1);
    for (let i = 0; i < 100; i++) write(often);
    expect([...often.finish()]).toEqual(Array.from({ length: 100 }, () => expected).flat());
  });

  it.each([
    ['u8', [-1, 0x100]],
    ['u16le', [-1, 0x1_0000]],
    ['u16be', [-1, 0x1_0000]],
    ['i16le', [-0x8001, 0x8000]],
    ['u32le', [-1, 0x1_0000_0000]],
    ['u32be', [-1, 0x1_0000_0000]],
  ] as const)('%s writes no number that it would change', (write, beyond) => {
    for (const value of [...beyond, 0.5, Number.NaN]) {
      const writer = new ByteWriter();
      expect(() => writer[write](value, 'Some.field')).toThrow(ProtocolError);
      expect(writer.size).toBe(0);
    }
  });
});
