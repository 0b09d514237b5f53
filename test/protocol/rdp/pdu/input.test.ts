import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputEvent } from '../../../../src/protocol/rdp/input/events.ts';
import { decodeFastPathInput, encodeFastPathInput, FAST_PATH_INPUT_MAX_EVENTS } from '../../../../src/protocol/rdp/pdu/fast-path-input.ts';
import { decodeSlowPathInput, encodeSlowPathInput } from '../../../../src/protocol/rdp/pdu/slow-path-input.ts';
import { damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
const u16 = fc.integer({ min: 0, max: 0xffff });

const inputEvents: fc.Arbitrary<InputEvent> = fc.oneof(
  fc.record({
    tag: fc.constant('key' as const),
    scancode: fc.integer({ min: 0, max: 0xff }),
    prefix: fc.constantFrom('none' as const, 'e0' as const, 'e1' as const),
    down: fc.boolean(),
  }),
  fc.record({ tag: fc.constant('unicode' as const), codeUnit: u16, down: fc.boolean() }),
  fc.record({ tag: fc.constant('pointerMove' as const), x: u16, y: u16 }),
  fc.record({
    tag: fc.constant('pointerButton' as const),
    button: fc.constantFrom('left' as const, 'right' as const, 'middle' as const, 'x1' as const, 'x2' as const),
    down: fc.boolean(),
    x: u16,
    y: u16,
  }),
  fc.record({
    tag: fc.constant('wheel' as const),
    axis: fc.constantFrom('vertical' as const, 'horizontal' as const),
    delta: fc.integer({ min: -256, max: 255 }),
    x: u16,
    y: u16,
  }),
  fc.record({
    tag: fc.constant('locks' as const),
    locks: fc.record({ scrollLock: fc.boolean(), numLock: fc.boolean(), capsLock: fc.boolean(), kanaLock: fc.boolean() }),
  }),
);

/** Event, fast path after the header, slow path after eventTime: by the tables of [MS-RDPBCGR] 2.2.8.1.1.3.1.1 and 2.2.8.1.2.2. */
const KNOWN: readonly [InputEvent, string, string][] = [
  [{ tag: 'key', scancode: 0x1e, prefix: 'none', down: true }, '00 1e', '04 00 00 00 1e 00 00 00'],
  [{ tag: 'key', scancode: 0x1d, prefix: 'e0', down: false }, '03 1d', '04 00 00 81 1d 00 00 00'],
  [{ tag: 'key', scancode: 0x1d, prefix: 'e1', down: true }, '04 1d', '04 00 00 02 1d 00 00 00'],
  [{ tag: 'unicode', codeUnit: 0x20ac, down: false }, '81 ac 20', '05 00 00 80 ac 20 00 00'],
  [{ tag: 'pointerMove', x: 0x102, y: 0x304 }, '20 00 08 02 01 04 03', '01 80 00 08 02 01 04 03'],
  [{ tag: 'pointerButton', button: 'left', down: true, x: 1, y: 2 }, '20 00 90 01 00 02 00', '01 80 00 90 01 00 02 00'],
  [{ tag: 'pointerButton', button: 'middle', down: false, x: 1, y: 2 }, '20 00 40 01 00 02 00', '01 80 00 40 01 00 02 00'],
  [{ tag: 'pointerButton', button: 'x2', down: true, x: 1, y: 2 }, '40 02 80 01 00 02 00', '02 80 02 80 01 00 02 00'],
  [{ tag: 'wheel', axis: 'vertical', delta: 120, x: 0, y: 0 }, '20 78 02 00 00 00 00', '01 80 78 02 00 00 00 00'],
  [{ tag: 'wheel', axis: 'vertical', delta: -120, x: 0, y: 0 }, '20 88 03 00 00 00 00', '01 80 88 03 00 00 00 00'],
  [{ tag: 'wheel', axis: 'horizontal', delta: -120, x: 0, y: 0 }, '20 88 05 00 00 00 00', '01 80 88 05 00 00 00 00'],
  [{ tag: 'locks', locks: { scrollLock: false, numLock: true, capsLock: true, kanaLock: false } }, '66', '00 00 00 00 06 00 00 00'],
];

describe.each(KNOWN)('%o', (event, fast, slow) => {
  it('is the bytes of the specification, both ways', () => {
    const body = hex(fast);
    const fastPdu = Uint8Array.of(1 << 2, 2 + body.length, ...body);
    const slowBody = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, ...hex(slow));
    expect(encodeFastPathInput([event])).toEqual(fastPdu);
    expect(decodeFastPathInput(fastPdu)).toEqual([event]);
    expect(encodeSlowPathInput([event])).toEqual(slowBody);
    expect(decodeSlowPathInput(slowBody)).toEqual([event]);
  });
});

it('any events come back on both paths, few and many', () => {
  fc.assert(
    fc.property(fc.array(inputEvents, { minLength: 1, maxLength: FAST_PATH_INPUT_MAX_EVENTS, size: 'max' }), (events) => {
      expect(decodeFastPathInput(encodeFastPathInput(events))).toEqual(events);
      expect(decodeSlowPathInput(encodeSlowPathInput(events))).toEqual(events);
    }),
    { numRuns: 60 },
  );
});

it('a wheel beyond nine bits turns as far as they go, in its own direction', () => {
  for (const [delta, sent] of [
    [1000, 255],
    [-1000, -256],
  ] as const) {
    expect(decodeFastPathInput(encodeFastPathInput([{ tag: 'wheel', axis: 'vertical', delta, x: 0, y: 0 }]))).toMatchObject([
      { delta: sent },
    ]);
  }
});

it('two buttons in one event are two', () => {
  expect(decodeFastPathInput(hex('04 09 20 00 b0 01 00 02 00'))).toMatchObject([
    { button: 'left', down: true },
    { button: 'right', down: true },
  ]);
});

it('skips what means nothing here, refuses what is wrong', () => {
  // QoE timestamp, then a key
  expect(decodeFastPathInput(hex('08 09 c0 01 02 03 04 00 1e'))).toEqual([{ tag: 'key', scancode: 0x1e, prefix: 'none', down: true }]);
  expect(decodeSlowPathInput(hex('01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00'))).toEqual([]);
  expect(decodeSlowPathInput(hex('01 00 00 00 00 00 00 00 04 00 00 00 00 01 00 00'))).toEqual([]);
  expect(errorCode(() => decodeFastPathInput(hex('84 04 00 1e')))).toBe('REFUSED');
  expect(errorCode(() => decodeFastPathInput(hex('07 04 00 1e')))).toBe('UNEXPECTED');
  expect(errorCode(() => decodeFastPathInput(hex('04 05 00 1e')))).toBe('OUT_OF_RANGE');
  expect(errorCode(() => decodeFastPathInput(hex('04 04 e0 1e')))).toBe('UNEXPECTED');
  expect(errorCode(() => decodeFastPathInput(hex('08 04 00 1e')))).toBe('TRUNCATED');
  expect(errorCode(() => decodeSlowPathInput(hex('01 04 00 00')))).toBe('TOO_LARGE');
  const many = Array.from({ length: 2000 }, (): InputEvent => ({ tag: 'pointerMove', x: 0, y: 0 }));
  expect(errorCode(() => encodeFastPathInput(many.slice(0, 256)))).toBe('TOO_LARGE');
  expect(errorCode(() => encodeSlowPathInput(many))).toBe('TOO_LARGE');
});

it('arbitrary and damaged bytes give nothing worse than a ProtocolError', () => {
  const events = KNOWN.map(([event]) => event);
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged(encodeFastPathInput(events)), damaged(encodeSlowPathInput(events))),
      (bytes) => {
        onlyProtocolErrors(() => decodeFastPathInput(bytes));
        onlyProtocolErrors(() => decodeSlowPathInput(bytes));
      },
    ),
    { numRuns: 500 },
  );
});
