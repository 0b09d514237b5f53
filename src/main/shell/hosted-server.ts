import type { Reach } from '../../facts/hosting.ts';
import { usableAddresses } from '../connection/addresses/interfaces.ts';
import { AccountError } from '../messenger/msnp-server/account-store.ts';
import type { MessengerThread } from '../messenger/msnp-server/messenger-thread.ts';
import { CommandError } from './refusal.ts';
import type { HostedServer } from './hosting.ts';

export interface HostedServerDeps {
  readonly messenger: Pick<
    MessengerThread,
    'start' | 'stop' | 'addresses' | 'key' | 'listAccounts' | 'createAccount' | 'removeAccount' | 'onChange'
  >;
  /** Folder of the accounts. */
  readonly directory: string;
  readonly onDamaged: (file: string) => void;
  readonly onStorageError: (error: unknown) => void;
  /** It has ended by itself. */
  readonly onGone: (error: unknown) => void;
}

/** The embedded MSNP server behind the switch. `lan` listens on every IPv4 interface, so that it survives a change of address. */
export function createHostedServer({ messenger, directory, onDamaged, onStorageError, onGone }: HostedServerDeps): HostedServer {
  let reach: Reach = 'loopback';
  return {
    async start(options) {
      reach = options.reach;
      const damaged = await messenger.start({
        hosts: [reach === 'lan' ? '0.0.0.0' : '127.0.0.1'],
        port: options.port,
        plain: options.plain,
        directory,
        onStoreError: onStorageError,
        onGone,
      });
      for (const file of damaged) onDamaged(file.setAsideAs ?? file.path);
    },
    stop: () => messenger.stop(),
    get addresses() {
      const [endpoint] = messenger.addresses;
      const port = endpoint?.slice(endpoint.lastIndexOf(':') + 1);
      if (port === undefined) return [];
      const hosts = reach === 'lan' ? usableAddresses().filter((address) => !address.includes(':')) : ['127.0.0.1'];
      return hosts.map((host) => `${host}:${port}`);
    },
    get key() {
      return messenger.key;
    },
    get accounts() {
      return messenger.listAccounts();
    },
    async createAccount({ address, friendlyName }) {
      return (await messenger.createAccount(address, friendlyName).catch(asCommandError)).accessToken;
    },
    removeAccount: (address) => messenger.removeAccount(address).catch(asCommandError),
    onChange: (listener) => messenger.onChange(listener),
  };
}

function asCommandError(error: unknown): never {
  if (!(error instanceof AccountError)) throw error;
  switch (error.code) {
    case 'INVALID_ADDRESS':
      throw new CommandError('INVALID_ARGUMENT', error.message, 'address');
    case 'INVALID_NAME':
      throw new CommandError('INVALID_ARGUMENT', error.message, 'friendlyName');
    case 'ALREADY_EXISTS':
      throw new CommandError('ALREADY_EXISTS', error.message, 'address');
    case 'NO_SUCH_ACCOUNT':
      throw new CommandError('NO_SUCH_USER', error.message, 'address');
  }
}
