import type { Clock } from '../clock.ts';
import type { AppModel } from './app-model.ts';
import type { ErrorLog } from './error-log.ts';
import type { WindowKind } from './web-security.ts';

/** A crashed page is loaded again after this, at most so often in a minute. */
export const RELOAD_DELAY_MS = 200;
export const MAX_RELOADS = 3;
export const RELOAD_WINDOW_MS = 60_000;

/** The part of Electron's BrowserWindow that is used. */
interface ReloadedWindow {
  isDestroyed(): boolean;
  readonly webContents: { reload(): void };
}

export interface GonePagesDeps {
  readonly clock: Clock;
  readonly log: Pick<ErrorLog, 'write'>;
  readonly model: Pick<AppModel, 'notify'>;
  readonly windowOf: (kind: 'main' | 'session') => ReloadedWindow | undefined;
  readonly endSession: () => Promise<void>;
}

/** What is done when the process behind a page has gone: told, and loaded again. A page that keeps crashing is left alone: the tray still works. */
export function createGonePages({ clock, log, model, windowOf, endSession }: GonePagesDeps): (kind: WindowKind, reason: string) => void {
  let reloads: readonly number[] = [];
  return (kind, reason) => {
    log.write('page gone', `${kind}: ${reason}`);
    // Whoever captures, records or connects is told by its port; a question without its page is answered with no.
    if (kind !== 'main' && kind !== 'session') return;
    model.notify('error', 'notice.windowCrashed');
    // A broken viewer must not leave a key down on the other side, nor a novice without Stop: the session ends.
    if (kind === 'session') void endSession().catch(() => undefined);
    const window = windowOf(kind);
    reloads = reloads.filter((atMs) => clock.monotonicMs() - atMs < RELOAD_WINDOW_MS);
    if (window === undefined || reloads.length >= MAX_RELOADS) return;
    reloads = [...reloads, clock.monotonicMs()];
    clock.after(RELOAD_DELAY_MS, () => {
      if (!window.isDestroyed()) window.webContents.reload();
    });
  };
}
