/* The hosted messenger as the app runs it: on its own thread, with the real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { ANSWER_DEADLINE_MS, MessengerThread } from '../../../src/main/messenger/msnp-server/messenger-thread.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { until } from '../../support/programs.ts';
import { RawClient } from './raw-client.ts';

const workerUrl = new URL('../../../src/main/messenger/msnp-server/hosted-messenger-worker.ts', import.meta.url);
const AT_ONCE_MS = 500;

let folder: string;
let messenger: MessengerThread;
let told: unknown[];

const start = (port = 0) =>
  messenger.start({
    hosts: ['127.0.0.1'],
    port,
    plain: false,
    directory: folder,
    onStoreError: (error) => told.push(error),
    onGone: (error) => told.push(error),
  });
const portOf = () => Number(messenger.addresses[0]?.split(':')[1]);

/** Another program that is writing to the accounts, for as long as it likes. */
function lockAccounts(): { readonly release: () => void } {
  const database = new DatabaseSync(join(folder, 'accounts.db'));
  database.exec('BEGIN IMMEDIATE');
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-thread-'));
  messenger = new MessengerThread({ workerUrl, clock: systemClock });
  told = [];
});
afterEach(async () => {
  await messenger.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the hosted messenger on its own thread', () => {
  it('makes, lists and removes accounts, says when anything changes, and stops', async () => {
    let changes = 0;
    messenger.onChange(() => (changes += 1));
    expect(await start()).toEqual([]);
    const port = portOf();
    const { accessToken } = await messenger.createAccount('Dee@home', 'Dee');
    await expect(messenger.createAccount('dee@home', '')).rejects.toMatchObject({ name: 'AccountError', code: 'ALREADY_EXISTS' });
    expect(messenger.listAccounts()).toEqual([{ address: 'dee@home', friendlyName: 'Dee', online: false }]);
    const dee = await RawClient.open(port);
    expect(await dee.signIn(7, 'dee@home', accessToken)).toBe('USR 4 OK dee@home Dee 1');
    await until(() => messenger.listAccounts()[0]?.online, 'her to be shown online');
    await messenger.removeAccount('dee@home');
    expect(await dee.line()).toBe('OUT SSD');
    expect(messenger.listAccounts()).toEqual([]);
    expect(changes).toBeGreaterThanOrEqual(4);
    await messenger.stop();
    await expect(RawClient.open(port)).rejects.toThrow();
    expect(messenger.addresses).toEqual([]);
    await expect(messenger.createAccount('eve@home', '')).rejects.toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    expect(told).toEqual([]);
  });

  it('cannot be had where another program listens, says so as the system does, and leaves nothing running', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
    expect(messenger.addresses).toEqual([]);
    other.close();
    expect(told).toEqual([]);
  });

  it('waits for its disk without keeping this thread waiting', async () => {
    await start();
    const lock = lockAccounts();
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    let made = false;
    const making = messenger.createAccount('dee@home', 'Dee').then(() => (made = true));
    const began = performance.now();
    // Longer than anybody would notice, shorter than the database waits for the other program.
    await until(() => performance.now() - began > 2 * AT_ONCE_MS, 'a while to pass');
    delays.disable();
    expect(made).toBe(false);
    expect(delays.max / 1e6).toBeLessThan(AT_ONCE_MS);
    lock.release();
    await making;
    expect(messenger.listAccounts().map(({ address }) => address)).toEqual(['dee@home']);
  });

  it('whose disk never answers is given up', async () => {
    const clock = new VirtualClock();
    messenger = new MessengerThread({ workerUrl, clock });
    await start();
    const lock = lockAccounts();
    const making = messenger.createAccount('dee@home', 'Dee').catch((error: unknown) => error);
    await clock.advance(ANSWER_DEADLINE_MS);
    expect(await making).toMatchObject({ code: 'ETIMEDOUT' });
    lock.release();
    await messenger.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
