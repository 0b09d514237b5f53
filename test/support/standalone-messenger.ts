/* The messenger alone, as `npm run messenger` starts it: its accounts, and a process that can be ended and started again. */
import { join } from 'node:path';
import { newAccount } from '../../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { type Program, startProgram, until } from './programs.ts';
import type { IssuedAccount } from './scenario.ts';

const MAIN = join(import.meta.dirname, '../../src/main/messenger/msnp-server/main.ts');

export interface StandaloneMessenger {
  /** `host:port`, the same after every start. */
  readonly server: string;
  readonly program: Program;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Once it has been ended. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes accounts in `folder`, each with the contacts it has from the start, and gives them in the same order.
 * @param people address, friendly name and contacts
 */
export async function makeAccounts(
  folder: string,
  people: readonly (readonly [address: string, name: string, contacts: readonly string[]])[],
): Promise<readonly Omit<IssuedAccount, 'server'>[]> {
  const store = new SqliteAccountStore(folder);
  await store.open();
  try {
    const made = [];
    for (const [address, name, contacts] of people) {
      const account = { ...newAccount(address, name), forward: contacts.map((contact) => ({ address: contact, groups: [] })) };
      await store.create(account);
      made.push({ address, accessToken: account.accessToken });
    }
    return made;
  } finally {
    store.close();
  }
}

export async function startStandaloneMessenger(folder: string): Promise<StandaloneMessenger> {
  const start = async (port: string): Promise<readonly [Program, string]> => {
    const program = startProgram(process.execPath, [MAIN, '--port', port, '--data', folder]);
    const server = await until(
      () => /^messenger at (\S+)$/m.exec(program.output())?.[1],
      () => `the messenger: ${program.output()}`,
    );
    return [program, server];
  };
  let [program, server] = await start('0');
  return {
    server,
    get program() {
      return program;
    },
    kill: async () => {
      program.process.kill('SIGKILL');
      await program.exited;
    },
    startAgain: async () => {
      [program, server] = await start(server.slice(server.lastIndexOf(':') + 1));
    },
    close: () => program.stop(),
  };
}
