/* The stand-alone messenger: `npm run messenger`. Plain Node, nothing of Electron. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatHostPort } from '../../../protocol/host-port.ts';
import { DEFAULT_PORT } from '../../../protocol/msnp/endpoint.ts';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { AccountError, newAccount, type AccountStore, type DamagedFile } from './account-store.ts';
import { keyOfIdentity, openPageIdentity } from './page-identity.ts';
import { MsnpServer } from './server.ts';
import { SqliteAccountStore } from './sqlite-account-store.ts';

const USAGE = `Ringback messenger

For a few people in one network, without a server: a messenger on a computer that is on when somebody needs help. People in different
homes want an XMPP server instead: any that they have accounts on, or one of your own (server/README.md), which also takes people without an account.

  messenger [--host 127.0.0.1]… [--port ${DEFAULT_PORT}] [--plain] [--data DIR]     run the server (Ctrl+C stops it)
  messenger add-account ADDRESS [--name "Friendly Name"] [--data DIR]   make an account and show its access token, once
  messenger remove-account ADDRESS [--data DIR]
  messenger list-accounts [--data DIR]

Accounts can be added and removed while the server runs. Other computers sign in over TLS; with --plain also programs that know
none, whose traffic everybody on the way can read.
`;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Task =
  | { readonly tag: 'help' }
  | { readonly tag: 'serve'; readonly hosts: readonly string[]; readonly port: number; readonly plain: boolean; readonly directory: string }
  | { readonly tag: 'add'; readonly address: string; readonly friendlyName: string; readonly directory: string }
  | { readonly tag: 'remove'; readonly address: string; readonly directory: string }
  | { readonly tag: 'list'; readonly directory: string };

const OPTIONS = {
  host: { type: 'string', multiple: true },
  port: { type: 'string' },
  plain: { type: 'boolean' },
  data: { type: 'string' },
  name: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The arguments after the program's name. Throws UsageError naming the offending one. */
function parseTask(args: readonly string[]): Task {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return { tag: 'help' };
  const directory = values.data ?? join(homedir(), '.ringback', 'messenger');
  if (directory === '') throw new UsageError('--data needs a folder');
  const [verb, address, ...more] = positionals;
  const refuse = (names: readonly (keyof typeof OPTIONS)[]): void => {
    for (const name of names) if (values[name] !== undefined) throw new UsageError(`--${name} does not belong to ${verb ?? 'the server'}`);
  };
  if (more[0] !== undefined) throw new UsageError(`unexpected argument: ${more[0]}`);
  switch (verb) {
    case undefined: {
      refuse(['name']);
      const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
      if (!/^\d*$/.test(values.port ?? '') || values.port === '' || port > 65_535)
        throw new UsageError(`--port is a number from 0 to 65535, not ${values.port}`);
      const hosts = values.host ?? ['127.0.0.1'];
      if (hosts.some((host) => host.trim() === '')) throw new UsageError('--host needs an address');
      return { tag: 'serve', hosts, port, plain: values.plain === true, directory };
    }
    case 'add-account':
    case 'remove-account': {
      refuse(['host', 'port', 'plain', ...(verb === 'remove-account' ? (['name'] as const) : [])]);
      const normal = normaliseAddress(address ?? '');
      if (normal === undefined) throw new UsageError(`${verb} needs an address such as ann@home, not ${address ?? 'nothing'}`);
      return verb === 'add-account'
        ? { tag: 'add', address: normal, friendlyName: values.name ?? '', directory }
        : { tag: 'remove', address: normal, directory };
    }
    case 'list-accounts':
      refuse(['host', 'port', 'plain', 'name']);
      if (address !== undefined) throw new UsageError(`unexpected argument: ${address}`);
      return { tag: 'list', directory };
    default:
      throw new UsageError(`no such command: ${verb}`);
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

async function withStore(directory: string, act: (store: AccountStore) => void | Promise<void>): Promise<void> {
  const store = new SqliteAccountStore(directory);
  const damaged: readonly DamagedFile[] = await store.open();
  for (const file of damaged) complain(`damaged accounts: ${file.path} ${file.problem}; kept as ${file.setAsideAs ?? file.path}`);
  try {
    await act(store);
  } finally {
    store.close();
  }
}

async function serve({ hosts, port, plain, directory }: Task & { tag: 'serve' }, store: AccountStore): Promise<void> {
  const stopping = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const { identity, damaged } = await openPageIdentity(directory, Date.now());
  for (const file of damaged) complain(`damaged key: ${file.path} ${file.problem}; kept as ${file.setAsideAs ?? file.path}`);
  const server = await MsnpServer.start({
    hosts,
    port,
    plain,
    identity,
    store,
    onStoreError: (error) => complain(`accounts cannot be kept: ${error instanceof Error ? error.message : String(error)}`),
  });
  for (const endpoint of server.addresses) say(`messenger at ${formatHostPort(endpoint)}`);
  say(`key ${keyOfIdentity(identity)}`);
  say(`${store.list().length} accounts in ${directory}`);
  await stopping;
  await server.stop();
  say('messenger stopped');
}

async function run(task: Task): Promise<void> {
  switch (task.tag) {
    case 'help':
      return say(USAGE);
    case 'serve':
      return withStore(task.directory, (store) => serve(task, store));
    case 'add':
      return withStore(task.directory, async (store) => {
        const account = newAccount(task.address, task.friendlyName);
        await store.create(account);
        say(`account:      ${account.address} (${account.friendlyName})`);
        say(`access token: ${account.accessToken}`);
        say('The token is shown this once. Give it to the person together with the server’s address.');
      });
    case 'remove':
      return withStore(task.directory, async (store) => {
        await store.remove(task.address);
        say(`removed ${task.address}`);
      });
    case 'list':
      return withStore(task.directory, (store) => {
        for (const account of store.list()) say(`${account.address}\t${account.friendlyName}`);
      });
  }
}

try {
  await run(parseTask(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) {
    complain(`${error.message}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
  } else {
    const code = (error as NodeJS.ErrnoException).code;
    complain(error instanceof AccountError || code !== undefined ? `${code}: ${(error as Error).message}` : String(error));
    process.exitCode = EXIT_FAILED;
  }
}
