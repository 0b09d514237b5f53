import { ProtocolError } from '../../bytes/errors.ts';
import type { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { MAX_MONITORS, type Monitor } from '../desktop-layout.ts';

const MONITOR_BYTES = 20;
const TS_MONITOR_PRIMARY = 1;
/** Twice what all monitors together may have in a direction ([MS-RDPBCGR] 2.2.1.3.6). */
const MAX_SIDE = 0xffff;

/**
 * monitorCount and monitorDefArray of [MS-RDPBCGR] 2.2.1.3.6.1 TS_MONITOR_DEF, as the Monitor Layout PDU and RDPGFX_RESET_GRAPHICS_PDU have them.
 *
 * ```
 * | monitorCount u32le | left i32le | top i32le | right i32le | bottom i32le | flags u32le | … |
 * ```
 *
 * Positions on the wire count from the primary monitor's corner, as 2.2.1.3.6.1 has it, so that those of others may be negative: clients of Microsoft
 * place windows wrongly where they count from the desktop's (xrdp's pull request 3111). Right and bottom are inclusive.
 *
 * @throws ProtocolError OUT_OF_RANGE for more than {@link MAX_MONITORS}
 */
export function encodeMonitorDefinitions(monitors: readonly Monitor[]): Uint8Array {
  if (monitors.length > MAX_MONITORS) throw new ProtocolError('OUT_OF_RANGE', 'monitorCount', `<= ${MAX_MONITORS}`, monitors.length);
  const { x, y } = (monitors.find(({ primary }) => primary) ?? monitors[0])?.area ?? { x: 0, y: 0 };
  const writer = new ByteWriter(4 + monitors.length * MONITOR_BYTES).u32le(monitors.length, 'monitorCount');
  for (const { area, primary } of monitors)
    writer
      .u32le((area.x - x) >>> 0)
      .u32le((area.y - y) >>> 0)
      .u32le((area.x - x + area.width - 1) >>> 0)
      .u32le((area.y - y + area.height - 1) >>> 0)
      .u32le(primary ? TS_MONITOR_PRIMARY : 0);
  return writer.finish();
}

/**
 * The monitors in the picture of the desktop: that begins where the leftmost and the uppermost of them do. Servers say none, too.
 * @throws ProtocolError TOO_LARGE for more than {@link MAX_MONITORS}, OUT_OF_RANGE for one without pixels, and for more than {@link MAX_SIDE} pixels in a direction
 */
export function decodeMonitorDefinitions(body: ByteReader): readonly Monitor[] {
  const count = body.u32le('monitorCount');
  if (count > MAX_MONITORS) throw new ProtocolError('TOO_LARGE', 'monitorCount', `<= ${MAX_MONITORS}`, count);
  const found: Monitor[] = [];
  for (let index = 0; index < count; index += 1) {
    const [left, top, right, bottom] = [
      coordinate(body, 'left'),
      coordinate(body, 'top'),
      coordinate(body, 'right'),
      coordinate(body, 'bottom'),
    ];
    if (right < left || bottom < top)
      throw new ProtocolError('OUT_OF_RANGE', 'TS_MONITOR_DEF.right', 'a monitor with pixels', `${left},${top} to ${right},${bottom}`);
    const primary = (body.u32le('TS_MONITOR_DEF.flags') & TS_MONITOR_PRIMARY) !== 0;
    found.push({ area: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }, primary });
  }
  const x = Math.min(...found.map(({ area }) => area.x));
  const y = Math.min(...found.map(({ area }) => area.y));
  const side = Math.max(...found.map(({ area }) => Math.max(area.x + area.width - x, area.y + area.height - y)));
  if (side > MAX_SIDE) throw new ProtocolError('OUT_OF_RANGE', 'monitorDefArray', `<= ${MAX_SIDE} pixels`, side);
  return found.map(({ area, primary }) => ({ area: { ...area, x: area.x - x, y: area.y - y }, primary }));
}

function coordinate(body: ByteReader, name: string): number {
  const value = body.u32le(`TS_MONITOR_DEF.${name}`) | 0;
  if (Math.abs(value) > MAX_SIDE) throw new ProtocolError('OUT_OF_RANGE', `TS_MONITOR_DEF.${name}`, `-${MAX_SIDE}..${MAX_SIDE}`, value);
  return value;
}
