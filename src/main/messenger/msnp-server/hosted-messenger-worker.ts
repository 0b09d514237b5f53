import { parentPort } from 'node:worker_threads';
import { HostedMessenger } from './hosted-messenger.ts';
import { errorData, type FromMessenger, type MessengerAnswer, type ToMessenger } from './messenger-messages.ts';
import { keyOfIdentity, openPageIdentity } from './page-identity.ts';
import { SqliteAccountStore } from './sqlite-account-store.ts';

/* Entry of the hosted messenger's thread. Its database is written where nothing waits for the disk but the messenger. */

const port = parentPort;
if (port === null) throw new Error('the messenger’s worker must be started as a worker');
const post = (message: FromMessenger): void => port.postMessage(message);

const messenger = new HostedMessenger();
let key = '';
messenger.onChange(() => post({ tag: 'state', addresses: messenger.addresses, accounts: messenger.listAccounts(), key }));

async function answer(message: ToMessenger): Promise<MessengerAnswer> {
  switch (message.tag) {
    case 'start': {
      const { identity, damaged: lost } = await openPageIdentity(message.directory, Date.now());
      key = keyOfIdentity(identity);
      const damaged = await messenger.start({
        hosts: message.hosts,
        port: message.port,
        plain: message.plain,
        identity,
        store: new SqliteAccountStore(message.directory),
        onStoreError: (error) => post({ tag: 'storeError', error: errorData(error) }),
      });
      return {
        damaged: [...lost, ...damaged].map(({ path, setAsideAs }) => ({ path, ...(setAsideAs === undefined ? {} : { setAsideAs }) })),
      };
    }
    case 'stop':
      await messenger.stop();
      return undefined;
    case 'createAccount':
      return messenger.createAccount(message.address, message.friendlyName);
    case 'removeAccount':
      await messenger.removeAccount(message.address);
      return undefined;
  }
}

port.on('message', (message: ToMessenger) => {
  answer(message).then(
    (value) => post({ tag: 'done', id: message.id, answer: value }),
    (error: unknown) => post({ tag: 'refused', id: message.id, error: errorData(error) }),
  );
});
