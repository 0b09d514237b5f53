import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desktopLayout, isSameLayout, MAX_MONITORS, type Monitor, monitorsOf } from '../../../../src/protocol/rdp/desktop-layout.ts';
import { decodeMonitorLayout, encodeMonitorLayout } from '../../../../src/protocol/rdp/pdu/monitor-layout.ts';
import { decodeGfxServerPdus } from '../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { encodeResetGraphics } from '../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const LEFT: Monitor = { area: { x: 0, y: 120, width: 1280, height: 720 }, primary: false };
const RIGHT: Monitor = { area: { x: 1280, y: 0, width: 1920, height: 1080 }, primary: true };
const BOTH = [LEFT, RIGHT];
const SIZE = { width: 3200, height: 1080 };
const many = (count: number): Monitor[] =>
  Array.from({ length: count }, (_, at) => ({ area: { x: at * 10, y: 0, width: 10, height: 10 }, primary: at === 0 }));
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

describe('the Monitor Layout PDU', () => {
  it('counts from the primary monitor’s corner, with inclusive right and bottom', () => {
    expect(encodeMonitorLayout(BOTH)).toEqual(words(2, -1280, 120, -1, 839, 0, 0, 0, 1919, 1079, 1));
  });

  it('is read as places in the picture, and servers may say none', () => {
    expect(decodeMonitorLayout(encodeMonitorLayout(BOTH))).toEqual(BOTH);
    expect(decodeMonitorLayout(words(0))).toEqual([]);
  });

  it('has as many monitors as RDP has, and no impossible ones', () => {
    expect(decodeMonitorLayout(encodeMonitorLayout(many(MAX_MONITORS)))).toHaveLength(MAX_MONITORS);
    expect(errorCode(() => encodeMonitorLayout(many(MAX_MONITORS + 1)))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeMonitorLayout(words(MAX_MONITORS + 1)))).toBe('TOO_LARGE');
    expect(errorCode(() => decodeMonitorLayout(words(1, 0, 0, -1, 5, 1)))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeMonitorLayout(words(1, 0, 0, 0x7fff_ffff, 5, 1)))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeMonitorLayout(words(2, -0xffff, 0, 5, 5, 1, 5, 5, 0xffff, 9, 0)))).toBe('OUT_OF_RANGE');
    expect(errorCode(() => decodeMonitorLayout(words(2, 0, 0, 5, 5, 1)))).toBe('TRUNCATED');
  });

  it('is read or refused with a typed error, however it was damaged', () => {
    fc.assert(fc.property(damaged(encodeMonitorLayout(BOTH)), (bytes) => onlyProtocolErrors(() => decodeMonitorLayout(bytes))));
  });
});

describe('RDPGFX_RESET_GRAPHICS_PDU', () => {
  it('names the same monitors, in the same length', () => {
    const bytes = encodeResetGraphics({ ...SIZE, monitors: BOTH });
    expect(bytes).toHaveLength(340);
    expect([...decodeGfxServerPdus(bytes)]).toEqual([{ tag: 'resetGraphics', ...SIZE, monitors: BOTH }]);
    expect(encodeResetGraphics({ ...SIZE, monitors: many(MAX_MONITORS) })).toHaveLength(340);
    fc.assert(fc.property(damaged(bytes), (broken) => onlyProtocolErrors(() => [...decodeGfxServerPdus(broken)])));
  });
});

describe('the layout of a desktop', () => {
  it('has what is in the picture, each place once, and one primary monitor', () => {
    const outside = { area: { x: 4000, y: 0, width: 10, height: 10 }, primary: true };
    const mirror = { ...RIGHT, primary: false };
    const over = { area: { x: -10, y: 1000, width: 30, height: 900 }, primary: true };
    expect(desktopLayout(SIZE, [LEFT, RIGHT, mirror, outside, over])).toEqual({
      ...SIZE,
      monitors: [LEFT, RIGHT, { area: { x: 0, y: 1000, width: 20, height: 80 }, primary: false }],
    });
    expect(desktopLayout(SIZE, many(40)).monitors).toHaveLength(MAX_MONITORS);
    expect(desktopLayout(SIZE, [LEFT, { ...RIGHT, primary: false }]).monitors?.map(({ primary }) => primary)).toEqual([true, false]);
  });

  it('is that of one monitor where there are not several', () => {
    expect(desktopLayout(SIZE, [RIGHT])).toEqual(SIZE);
    expect(monitorsOf(SIZE)).toEqual([{ area: { x: 0, y: 0, ...SIZE }, primary: true }]);
  });

  it('is another with another size, another place, another primary monitor', () => {
    const layout = desktopLayout(SIZE, BOTH);
    expect(isSameLayout(layout, desktopLayout(SIZE, BOTH))).toBe(true);
    for (const other of [
      SIZE,
      desktopLayout({ ...SIZE, height: 1081 }, BOTH),
      desktopLayout(SIZE, [RIGHT, LEFT]),
      desktopLayout(SIZE, [
        { ...LEFT, primary: true },
        { ...RIGHT, primary: false },
      ]),
      desktopLayout(SIZE, [{ ...LEFT, area: { ...LEFT.area, y: 0 } }, RIGHT]),
    ])
      expect(isSameLayout(layout, other)).toBe(false);
  });
});
