import { useCallback, useState } from 'react';
import type { MonitorArea } from '../../viewer/viewer.ts';
import type { MonitorLook } from './monitor-choice.tsx';

/** Which monitors the picture has, and which of them is looked at; the whole picture once that is not there any more. */
export function useMonitorLook(): MonitorLook & { readonly onMonitors: (monitors: readonly MonitorArea[]) => void } {
  const [{ monitors, looking }, setLook] = useState<Pick<MonitorLook, 'monitors' | 'looking'>>({ monitors: [], looking: undefined });
  const onMonitors = useCallback((next: readonly MonitorArea[]) => {
    setLook((before) => ({ monitors: next, looking: next.find((area) => isSame(area, before.looking)) }));
  }, []);
  const onLook = useCallback((area: MonitorArea | undefined) => setLook((before) => ({ ...before, looking: area })), []);
  return { monitors, looking, onLook, onMonitors };
}

function isSame(one: MonitorArea, other: MonitorArea | undefined): boolean {
  return other !== undefined && one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}
