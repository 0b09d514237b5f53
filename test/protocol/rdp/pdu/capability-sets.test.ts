import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../src/protocol/bytes/reader.ts';
import {
  type CapabilitySet,
  decodeCapabilitySets,
  encodeCapabilitySets,
  findSet,
} from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { decodeConfirmActive, encodeConfirmActive } from '../../../../src/protocol/rdp/pdu/confirm-active.ts';
import { decodeDemandActive, encodeDemandActive } from '../../../../src/protocol/rdp/pdu/demand-active.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const tagged = <T extends string>(tag: T) => fc.constant<T>(tag);

const set: fc.Arbitrary<CapabilitySet> = fc.oneof(
  fc.record({
    tag: tagged('general'),
    osMajorType: u16,
    osMinorType: u16,
    extraFlags: u16,
    refreshRectSupport: fc.boolean(),
    suppressOutputSupport: fc.boolean(),
  }),
  fc.record({
    tag: tagged('bitmap'),
    preferredBitsPerPixel: u16,
    desktopWidth: u16,
    desktopHeight: u16,
    desktopResize: fc.boolean(),
    drawingFlags: fc.integer({ min: 0, max: 0xff }),
  }),
  fc.record({ tag: tagged('order'), orderFlags: u16, orderSupport: fc.uint8Array({ minLength: 32, maxLength: 32 }) }),
  fc.record({ tag: tagged('pointer'), colorPointerFlag: fc.boolean(), colorPointerCacheSize: u16, pointerCacheSize: u16 }),
  fc.record({
    tag: tagged('input'),
    inputFlags: u16,
    keyboardLayout: u32,
    keyboardType: u32,
    keyboardSubType: u32,
    keyboardFunctionKey: u32,
  }),
  fc.record({ tag: tagged('virtualChannel'), flags: u32, chunkSize: fc.option(u32, { nil: undefined }) }),
  fc.record({ tag: tagged('share'), nodeId: u16 }),
  fc.record({ tag: tagged('font'), fontSupportFlags: u16 }),
  fc.record({ tag: tagged('sound'), soundFlags: u16 }),
  fc.record({ tag: tagged('brush'), brushSupportLevel: u32 }),
  fc.record({ tag: tagged('glyphCache'), glyphSupportLevel: u16 }),
  fc.record({
    tag: tagged('bitmapCache'),
    caches: fc.array(fc.record({ entries: u16, maximumCellSize: u16 }), { minLength: 3, maxLength: 3 }),
  }),
  fc.record({ tag: tagged('control') }),
  fc.record({ tag: tagged('windowActivation') }),
  fc.record({ tag: tagged('multifragmentUpdate'), maxRequestSize: u32 }),
  fc.record({ tag: tagged('largePointer'), flags: u16 }),
  fc.record({ tag: tagged('surfaceCommands'), cmdFlags: u32 }),
  fc.record({ tag: tagged('frameAcknowledge'), maxUnacknowledgedFrames: u32 }),
  fc.record({ tag: tagged('unknown'), type: fc.integer({ min: 40, max: 0xffff }), data: fc.uint8Array({ maxLength: 40 }) }),
);
const sets = fc.array(set, { maxLength: 20 });
const decode = (bytes: Uint8Array) => decodeCapabilitySets(new ByteReader(bytes));
const hex = (text: string) => Uint8Array.from(text.split(/\s+/), (byte) => Number.parseInt(byte, 16));

describe('capability sets', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(sets, (all) => {
        expect(decode(encodeCapabilitySets(all))).toEqual(all);
      }),
    );
  });

  it('come back from Demand Active and Confirm Active', () => {
    fc.assert(
      fc.property(sets, u32, u16, (all, shareId, source) => {
        const [demand] = decodeShareControls(encodeDemandActive({ shareId, sets: all }, source));
        expect(demand).toMatchObject({ pduType: SHARE_CONTROL_TYPE.demandActive, source });
        expect(decodeDemandActive(demand!.body)).toEqual({ shareId, sets: all });
        const [confirm] = decodeShareControls(encodeConfirmActive({ shareId, sets: all }, source));
        expect(confirm).toMatchObject({ pduType: SHARE_CONTROL_TYPE.confirmActive, source });
        expect(decodeConfirmActive(confirm!.body)).toEqual({ shareId, sets: all });
      }),
    );
  });

  it('reads and writes the bytes of a Windows server', () => {
    const general = hex('01 00 18 00 00 00 00 00 00 02 00 00 00 00 1d 04 00 00 00 00 00 00 01 01');
    const bitmap = hex('02 00 1c 00 18 00 01 00 01 00 01 00 00 05 00 04 00 00 01 00 01 00 00 08 01 00 00 00');
    const wire = concat([hex('02 00 00 00'), general, bitmap]);
    const decoded: CapabilitySet[] = [
      { tag: 'general', osMajorType: 0, osMinorType: 0, extraFlags: 0x041d, refreshRectSupport: true, suppressOutputSupport: true },
      { tag: 'bitmap', preferredBitsPerPixel: 24, desktopWidth: 1280, desktopHeight: 1024, desktopResize: true, drawingFlags: 8 },
    ];
    expect(decode(wire)).toEqual(decoded);
    expect(encodeCapabilitySets(decoded)).toEqual(wire);
  });

  it('has the lengths of [MS-RDPBCGR] 2.2.7', () => {
    const lengths = new Map(
      fc
        .sample(set, 500)
        .map((one) => [one.tag, one.tag === 'unknown' ? 0 : encodeCapabilitySets([one]).length - 4] as const)
        .filter(([tag]) => tag !== 'virtualChannel'),
    );
    expect(Object.fromEntries(lengths)).toMatchObject({
      general: 24,
      bitmap: 28,
      order: 88,
      pointer: 10,
      input: 88,
      share: 8,
      font: 8,
      sound: 8,
      brush: 8,
      glyphCache: 52,
      bitmapCache: 40,
      control: 12,
      windowActivation: 12,
      multifragmentUpdate: 8,
      largePointer: 6,
      surfaceCommands: 12,
      frameAcknowledge: 8,
    });
  });

  it('takes short old forms and ignores what newer ones add', () => {
    expect(decode(hex('01 00 00 00 08 00 08 00 01 00 14 00'))).toEqual([
      { tag: 'pointer', colorPointerFlag: true, colorPointerCacheSize: 20, pointerCacheSize: 0 },
    ]);
    expect(decode(hex('01 00 00 00 0e 00 04 00'))).toEqual([{ tag: 'font', fontSupportFlags: 0 }]);
    expect(decode(hex('01 00 00 00 1a 00 0a 00 00 00 10 00 aa bb'))).toEqual([{ tag: 'multifragmentUpdate', maxRequestSize: 0x10_0000 }]);
  });

  it('finds a set by its tag', () => {
    const all: CapabilitySet[] = [{ tag: 'control' }, { tag: 'share', nodeId: 3 }];
    expect(findSet(all, 'share')).toEqual({ tag: 'share', nodeId: 3 });
    expect(findSet(all, 'pointer')).toBeUndefined();
  });

  it.each([
    ['more sets than there can be', '41 00 00 00', 'TOO_LARGE'],
    ['a set shorter than its header', '01 00 00 00 01 00 03 00', 'OUT_OF_RANGE'],
    ['a set longer than the bytes', '01 00 00 00 09 00 09 00 00 00 00 00', 'TRUNCATED'],
    ['a set too short for its fields', '01 00 00 00 02 00 08 00 00 00 00 00', 'TRUNCATED'],
  ])('refuses %s', (_, wire, code) => {
    expect(errorCode(() => decode(hex(wire)))).toBe(code);
  });

  it('takes damaged and arbitrary bytes with nothing worse than a ProtocolError', () => {
    const valid = decodeShareControls(encodeDemandActive({ shareId: 1, sets: fc.sample(set, { numRuns: 19, seed: 7 }) }, 1002))[0]!.body;
    fc.assert(
      fc.property(fc.oneof(damaged(valid), fc.uint8Array({ maxLength: 200 })), (bytes) => {
        onlyProtocolErrors(() => decodeDemandActive(bytes));
        onlyProtocolErrors(() => decodeConfirmActive(bytes));
        onlyProtocolErrors(() => decode(bytes));
      }),
    );
  });
});
