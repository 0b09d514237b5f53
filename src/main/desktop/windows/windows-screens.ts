import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { DesktopScreen } from '../contract.ts';
import type { ListedDisplay } from '../page/listed-screens.ts';

/** sizeof(MONITORINFOEXW), and where in it rcMonitor and szDevice begin (winuser.h). */
export const MONITOR_INFO_BYTES = 104;
const MONITOR = 4;
const DEVICE = 40;

/** A monitor as GetMonitorInfo tells of it. */
export interface WindowsMonitor {
  /** `\\.\DISPLAY1`. */
  readonly device: string;
  /** In physical pixels of the virtual desktop, whose 0,0 is the primary monitor's. */
  readonly area: Rect;
}

/** From a MONITORINFOEXW. */
export function readMonitorInfo(info: Uint8Array): WindowsMonitor {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const edge = (index: number): number => view.getInt32(MONITOR + 4 * index, true);
  const [left, top, right, bottom] = [edge(0), edge(1), edge(2), edge(3)];
  const device = Buffer.from(info.subarray(DEVICE)).toString('utf16le').split('\0')[0] ?? '';
  return { device, area: { x: left, y: top, width: right - left, height: bottom - top } };
}

export const centreOf = ({ x, y, width, height }: Rect): Place => ({ x: Math.floor(x + width / 2), y: Math.floor(y + height / 2) });

/** The displays with their exact places: what is told in units and a scale is a pixel off where the scale is no whole number. */
export function windowsScreens(
  displays: readonly ListedDisplay[],
  monitorAt: (point: Place) => WindowsMonitor | undefined,
): readonly DesktopScreen[] {
  return displays.map(({ id, name, primary, pixels }) => ({ id, name, primary, area: monitorAt(centreOf(pixels))?.area ?? pixels }));
}
