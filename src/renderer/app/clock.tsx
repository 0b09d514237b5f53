import { useCallback, useSyncExternalStore } from 'react';
import { runningFor, runningWords } from './figures.ts';

const PERIOD_MS = { second: 1_000, minute: 60_000 } as const;

type Page = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

/**
 * Calls `listener` at once, at the beginning of every period, and when the page comes into sight; never while nobody can see it. Periods are counted
 * from `fromMs` (Unix ms).
 */
export function onEachPeriod(periodMs: number, page: Page, listener: () => void, fromMs = 0): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        listener();
        wait();
      },
      floored(Date.now(), periodMs, fromMs) + periodMs - Date.now(),
    );
  };
  const look = (): void => {
    clearTimeout(timer);
    if (page.visibilityState === 'hidden') return;
    listener();
    wait();
  };
  look();
  page.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    page.removeEventListener('visibilitychange', look);
  };
}

const floored = (atMs: number, periodMs: number, fromMs: number): number => fromMs + Math.floor((atMs - fromMs) / periodMs) * periodMs;

/**
 * The present in Unix ms, down to the unit as counted from `fromMs`; it moves only where it is shown and seen. Without a unit it stands still.
 */
export function useNow(unit: keyof typeof PERIOD_MS | undefined, fromMs = 0): number {
  const subscribe = useCallback(
    (listener: () => void) => (unit === undefined ? () => undefined : onEachPeriod(PERIOD_MS[unit], document, listener, fromMs)),
    [unit, fromMs],
  );
  const periodMs = PERIOD_MS[unit ?? 'minute'];
  const present = (): number => floored(Date.now(), periodMs, fromMs);
  return useSyncExternalStore(subscribe, present, present);
}

/** How long something has lasted by now. In minutes: what moves each second on a shared screen is captured and sent each second. */
export function Elapsed({ sinceMs }: { readonly sinceMs: number }) {
  return runningFor(useNow('minute', sinceMs) - sinceMs);
}

/** As {@link Elapsed}, as a sentence. */
export function RunningFor({ sinceMs }: { readonly sinceMs: number }) {
  return runningWords(useNow('minute', sinceMs) - sinceMs);
}
