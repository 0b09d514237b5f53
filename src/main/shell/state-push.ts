import type { AppState } from '../../preload/contract.ts';
import type { Clock } from '../clock.ts';
import type { AppFacts } from './app-facts.ts';
import type { AppModel } from './app-model.ts';
import { stateFor, withoutTraffic, type StateWindow } from './window-state.ts';

/** Whether nothing differs but counts. */
function looksTheSame(before: AppFacts | undefined, now: AppFacts): boolean {
  if (before === undefined) return false;
  const plain = ({ session, invitations, fileInvitation }: AppFacts): string =>
    JSON.stringify([session && withoutTraffic(session), invitations, fileInvitation]);
  const apart = new Set<string>(['session', 'invitations', 'fileInvitation']);
  const names = Object.keys(now) as (keyof AppFacts)[];
  return names.every((name) => apart.has(name) || before[name] === now[name]) && plain(before) === plain(now);
}

/** At most this often: a screen shows no more, and the session's counters change all the time. */
export const STATE_INTERVAL_MS = 50;

/** Sends each window what it shows soon after a change, coalescing what changes meanwhile. The returned function stops it. */
export function pushState(model: AppModel, clock: Clock, send: (window: StateWindow, state: AppState) => void): () => void {
  let cancel: (() => void) | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let shownInMain: AppFacts | undefined;
  const stop = model.onChange(() => {
    if (cancel !== undefined) return;
    const waitMs = Math.max(0, Math.min(STATE_INTERVAL_MS, lastMs + STATE_INTERVAL_MS - clock.monotonicMs()));
    cancel = clock.after(waitMs, () => {
      cancel = undefined;
      lastMs = clock.monotonicMs();
      const { facts, state } = model;
      send('session', stateFor('session', state));
      if (looksTheSame(shownInMain, facts)) return;
      shownInMain = facts;
      send('main', stateFor('main', state));
    });
  });
  return () => {
    stop();
    cancel?.();
  };
}
