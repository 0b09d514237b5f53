import { useCallback, useSyncExternalStore } from 'react';
import { duration } from './figures.ts';

const PERIOD_MS = { second: 1_000, minute: 60_000 } as const;

type Page = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

/** Calls `listener` at once, at the beginning of every period, and when the page comes into sight; never while nobody can see it. */
export function onEachPeriod(periodMs: number, page: Page, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        listener();
        wait();
      },
      periodMs - (Date.now() % periodMs),
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

/** The present in Unix ms, down to the unit; it moves only where it is shown and seen. Without a unit it stands still. */
export function useNow(unit: keyof typeof PERIOD_MS | undefined): number {
  const subscribe = useCallback(
    (listener: () => void) => (unit === undefined ? () => undefined : onEachPeriod(PERIOD_MS[unit], document, listener)),
    [unit],
  );
  const periodMs = PERIOD_MS[unit ?? 'minute'];
  const present = (): number => Math.floor(Date.now() / periodMs) * periodMs;
  return useSyncExternalStore(subscribe, present, present);
}

/** How long something has lasted by now. */
export function Elapsed({ sinceMs }: { readonly sinceMs: number }) {
  return duration(useNow('second') - sinceMs);
}
