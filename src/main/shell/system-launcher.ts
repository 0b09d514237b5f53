import { app, shell as system } from 'electron';
import type { Launcher } from '../activities/contract.ts';
import { createLauncher } from '../activities/launcher.ts';
import { hasXdgHandler } from '../activities/xdg-handlers.ts';

/** Opens what people register for activities with this system. On Linux Electron's own question for a URL's program would block. */
export function createSystemLauncher(platform: string): Launcher {
  return createLauncher({
    open: (url) => system.openExternal(url),
    has: platform === 'linux' ? hasXdgHandler : (url) => app.getApplicationNameForProtocol(url) !== '',
  });
}
