import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeCacheToSurface,
  encodeEmptyCacheImportReply,
  encodeEvictCacheEntry,
  encodeSurfaceToCache,
} from '../../../../src/protocol/rdp/pdu/rdpgfx/cache.ts';
import {
  allowsAvc420,
  chooseCapabilitySet,
  encodeCapsAdvertise,
  encodeCapsConfirm,
  GFX_VERSION,
} from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeEndFrame, encodeGfxFrameAcknowledge, encodeStartFrame } from '../../../../src/protocol/rdp/pdu/rdpgfx/frames.ts';
import { decodeGfxClientPdus, decodeGfxServerPdus } from '../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { encodeResetGraphics } from '../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSolidFill } from '../../../../src/protocol/rdp/pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeDeleteSurface, encodeMapSurfaceToOutput } from '../../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const RECT = { x: 1, y: 2, width: 64, height: 32 };

describe('PDUs of the graphics channel', () => {
  it('are the bytes that clients were seen to take', () => {
    expect(hex(encodeCreateSurface({ surfaceId: 1, width: 1280, height: 720 }))).toBe('090000000f00000001000005d00220');
    expect(hex(encodeStartFrame(7))).toBe('0b000000100000000000000007000000');
    expect(hex(encodeSolidFill({ surfaceId: 1, colour: 0x12_3456, rects: [RECT] }))).toBe(
      '04000000180000000100563412ff01000100020041002200',
    );
    expect(hex(encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.planar, rect: RECT, data: Uint8Array.of(9) }))).toBe(
      '010000001a00000001000a002001000200410022000100000009',
    );
    expect(encodeResetGraphics({ width: 800, height: 600 }).length).toBe(340);
    expect(hex(encodeEmptyCacheImportReply())).toBe('110000000a0000000000');
  });

  it('of a server come back as they were', () => {
    const bytes = concat([
      encodeCapsConfirm({ version: GFX_VERSION.v8_1, flags: 0x10 }),
      encodeResetGraphics({ width: 800, height: 600 }),
      encodeCreateSurface({ surfaceId: 1, width: 800, height: 600 }),
      encodeMapSurfaceToOutput({ surfaceId: 1, x: 3, y: 4 }),
      encodeStartFrame(9),
      encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.planar, rect: RECT, data: Uint8Array.of(1, 2) }),
      encodeSolidFill({ surfaceId: 1, colour: 0xff_0000, rects: [RECT, RECT] }),
      encodeSurfaceToSurface({ sourceId: 1, destinationId: 2, rect: RECT, points: [{ x: 5, y: 6 }] }),
      encodeSurfaceToCache({ surfaceId: 1, cacheSlot: 3, rect: RECT }),
      encodeCacheToSurface({ cacheSlot: 3, surfaceId: 1, points: [{ x: 7, y: 8 }] }),
      encodeEvictCacheEntry(3),
      encodeEndFrame(9),
      encodeDeleteSurface(1),
    ]);
    expect([...decodeGfxServerPdus(bytes)]).toEqual([
      { tag: 'capsConfirm', set: { version: GFX_VERSION.v8_1, flags: 0x10 } },
      { tag: 'resetGraphics', width: 800, height: 600 },
      { tag: 'createSurface', surfaceId: 1, width: 800, height: 600 },
      { tag: 'mapSurfaceToOutput', surfaceId: 1, x: 3, y: 4 },
      { tag: 'startFrame', frameId: 9 },
      { tag: 'wireToSurface1', surfaceId: 1, codecId: GFX_CODEC.planar, rect: RECT, data: Uint8Array.of(1, 2) },
      { tag: 'solidFill', surfaceId: 1, colour: 0xffff_0000, rects: [RECT, RECT] },
      { tag: 'surfaceToSurface', sourceId: 1, destinationId: 2, rect: RECT, points: [{ x: 5, y: 6 }] },
      { tag: 'surfaceToCache', surfaceId: 1, cacheSlot: 3, rect: RECT },
      { tag: 'cacheToSurface', cacheSlot: 3, surfaceId: 1, points: [{ x: 7, y: 8 }] },
      { tag: 'evictCacheEntry', cacheSlot: 3 },
      { tag: 'endFrame', frameId: 9 },
      { tag: 'deleteSurface', surfaceId: 1 },
    ]);
    fc.assert(fc.property(damaged(bytes), (broken) => onlyProtocolErrors(() => [...decodeGfxServerPdus(broken)])));
  });

  it('of a client come back as they were', () => {
    const sets = [
      { version: GFX_VERSION.v8, flags: 1 },
      { version: GFX_VERSION.v10_1, flags: 0 },
      { version: GFX_VERSION.v10_7, flags: 0xa0 },
    ];
    const acknowledge = { frameId: 4, queued: 2, suspended: false, totalFramesDecoded: 5 };
    const bytes = concat([
      encodeCapsAdvertise(sets),
      encodeGfxFrameAcknowledge(acknowledge),
      encodeGfxFrameAcknowledge({ ...acknowledge, queued: 0, suspended: true }),
    ]);
    expect(decodeGfxClientPdus(bytes)).toEqual([
      { tag: 'capsAdvertise', sets },
      { tag: 'frameAcknowledge', ...acknowledge },
      { tag: 'frameAcknowledge', ...acknowledge, queued: 0, suspended: true },
    ]);
    fc.assert(fc.property(damaged(bytes), (broken) => onlyProtocolErrors(() => decodeGfxClientPdus(broken))));
  });

  it('with rectangles that are empty or turned round are refused', () => {
    const fill = encodeSolidFill({ surfaceId: 1, colour: 0, rects: [{ ...RECT, width: 0 }] });
    expect(errorCode(() => [...decodeGfxServerPdus(fill)])).toBe('OUT_OF_RANGE');
  });
});

describe('the capability set that is confirmed', () => {
  const set = (version: number, flags: number) => ({ version, flags });
  const all10 = [GFX_VERSION.v10, GFX_VERSION.v10_2, GFX_VERSION.v10_3, GFX_VERSION.v10_6, GFX_VERSION.v10_7];

  it('allows AVC420 where one does: 8.1 first, then the newest', () => {
    const both = [set(GFX_VERSION.v8, 1), set(GFX_VERSION.v8_1, 0x13), ...all10.map((version) => set(version, 2))];
    expect(chooseCapabilitySet(both)).toEqual(set(GFX_VERSION.v8_1, 0x13));
    expect(chooseCapabilitySet(both.filter(({ version }) => version !== GFX_VERSION.v8_1))).toEqual(set(GFX_VERSION.v10_7, 2));
    expect(allowsAvc420(set(GFX_VERSION.v10_7, 2))).toBe(true);
  });

  it('is 8 where none does, and any known one where there is no 8', () => {
    const without = [set(GFX_VERSION.v8_1, 1), ...all10.map((version) => set(version, 0x20)), set(GFX_VERSION.v10_1, 0)];
    expect(chooseCapabilitySet([set(GFX_VERSION.v8, 1), ...without])).toEqual(set(GFX_VERSION.v8, 1));
    expect(chooseCapabilitySet(without)).toEqual(set(GFX_VERSION.v8_1, 1));
    expect(without.some(allowsAvc420)).toBe(false);
    expect(chooseCapabilitySet([set(0x000b_0000, 0)])).toBeUndefined();
  });
});
