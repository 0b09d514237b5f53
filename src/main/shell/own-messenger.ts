import { basename } from 'node:path';
import type { Clock } from '../clock.ts';
import { HostedMessenger } from '../messenger/msnp-server/hosted-messenger.ts';
import type { AppModel } from './app-model.ts';
import type { Failures } from './failures.ts';
import { createHostedServer } from './hosted-server.ts';
import { createHosting, type Hosting } from './hosting.ts';

/** The messenger that this computer can be, not started, with its accounts in `directory`. */
export function createOwnMessenger(parts: {
  readonly directory: string;
  readonly clock: Clock;
  readonly model: Pick<AppModel, 'notify' | 'update'>;
  readonly failures: Pick<Failures, 'storage'>;
}): Hosting {
  const { directory, clock, model, failures } = parts;
  const server = createHostedServer({
    messenger: new HostedMessenger(),
    directory,
    clock,
    onDamaged: (file) => model.notify('warning', 'notice.hostedDamaged', { file: basename(file) }),
    onStorageError: failures.storage,
  });
  return createHosting(server, (view) => model.update({ hosting: view }));
}
