import { app, globalShortcut } from 'electron';
import type { Activities } from '../activities/contract.ts';
import type { Assistance } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import type { PortMapping } from '../connection/port-mapping/port-mapping.ts';
import type { Messengers } from '../messenger/contract.ts';
import type { ErrorLog } from './error-log.ts';
import type { Hosting } from './hosting.ts';
import type { Outside } from './outside.ts';
import { leaveOnQuit, shutDown } from './shutdown.ts';
import type { Windows } from './windows.ts';

export interface QuittingDeps {
  readonly clock: Clock;
  readonly log: ErrorLog;
  readonly windows: Windows;
  readonly outside: Outside;
  readonly assistance: Assistance;
  readonly activities: Activities;
  readonly messengers: Messengers;
  readonly hosting: Hosting;
  readonly doors: Pick<PortMapping, 'close'>;
  /** Everything that may still be on its way to the disk. */
  readonly stored: readonly { flush(): Promise<void> }[];
}

/** From now on, quitting is in this order: people first, then what carries what is said to them, the disk last. */
export function quitInOrder({
  clock,
  log,
  windows,
  outside,
  assistance,
  activities,
  messengers,
  hosting,
  doors,
  stored,
}: QuittingDeps): void {
  leaveOnQuit(app, () => {
    windows.prepareToQuit();
    void shutDown(
      [
        { name: 'session', run: () => assistance.close() },
        { name: 'activities', run: () => activities.close() },
        { name: 'shortcuts', run: () => globalShortcut.unregisterAll() },
        { name: 'messenger', run: () => messengers.close() },
        { name: 'hosting', run: () => hosting.stop() },
        { name: 'router', run: () => doors.close() },
        { name: 'files', run: async () => void (await Promise.all([...stored, log].map((file) => file.flush()))) },
      ],
      clock,
      (where, error) => log.write(where, error),
    ).finally(() => {
      outside.close();
      app.exit(0);
    });
  });
}
