import { basename } from 'node:path';
import type { Clock } from '../clock.ts';
import { MessengerThread } from '../messenger/msnp-server/messenger-thread.ts';
import type { AppModel } from './app-model.ts';
import type { Failures } from './failures.ts';
import { createHostedServer } from './hosted-server.ts';
import { createHosting, type Hosting } from './hosting.ts';

/** The messenger that this computer can be, not started, with its accounts in `directory`. */
export function createOwnMessenger(parts: {
  readonly directory: string;
  /** URL of the bundled `hosted-messenger-worker`. */
  readonly workerUrl: URL;
  readonly clock: Clock;
  readonly model: Pick<AppModel, 'notify' | 'update'>;
  readonly failures: Pick<Failures, 'storage' | 'hosting'>;
}): Hosting {
  const { directory, workerUrl, clock, model, failures } = parts;
  const server = createHostedServer({
    messenger: new MessengerThread({ workerUrl, clock }),
    directory,
    onDamaged: (file) => model.notify('warning', 'notice.hostedDamaged', { file: basename(file) }),
    onStorageError: failures.storage,
    onGone: failures.hosting,
  });
  return createHosting(server, (view) => model.update({ hosting: view }));
}
