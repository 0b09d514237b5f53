import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, StorageError, type StoredAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { RawClient, until } from './raw-client.ts';

const MAIN = fileURLToPath(new URL('../../../src/main/messenger/msnp-server/main.ts', import.meta.url));
let directory: string;
let store: SqliteAccountStore;

const reopened = async (): Promise<SqliteAccountStore> => {
  store.close();
  store = new SqliteAccountStore(directory);
  await store.open();
  return store;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-'));
  store = new SqliteAccountStore(directory);
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true, force: true });
});

/** Everything an account can hold. */
const full = (): StoredAccount => ({
  ...newAccount('ann@home', 'Änn “A” 100%'),
  serial: 41,
  privacy: 'BL',
  prompt: 'N',
  groups: [
    { id: 0, name: 'Contacts' },
    { id: 3, name: 'Kin, and others' },
  ],
  forward: [
    { address: 'bob@home', groups: [0, 3] },
    { address: 'cy@home', groups: [3] },
  ],
  allow: ['bob@home', 'zed@home'],
  block: ['eve@home'],
});

describe('accounts on disk', () => {
  it('gives back what was stored, and every kind of change to it', async () => {
    await store.open();
    const account = full();
    await store.create(account);
    expect((await reopened()).find('ann@home')).toEqual(account);
    const changed: StoredAccount = {
      ...account,
      serial: 42,
      friendlyName: 'Ann',
      groups: [{ id: 0, name: 'People' }],
      forward: [
        { address: 'cy@home', groups: [0] },
        { address: 'dee@home', groups: [0] },
      ],
      allow: ['zed@home'],
      block: ['eve@home', 'bob@home'],
    };
    store.put(changed);
    expect(store.find('ann@home')).toEqual(changed);
    expect((await reopened()).find('ann@home')).toEqual(changed);
    await store.remove('ann@home');
    expect((await reopened()).list()).toEqual([]);
    await store.create(account);
    expect((await reopened()).find('ann@home')).toEqual(account);
  });

  it('refuses a second account of one name, and to remove what is not there', async () => {
    await store.open();
    await store.create(full());
    await expect(store.create(newAccount('ANN@home', 'Other'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(store.remove('bob@home')).rejects.toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    expect((await reopened()).find('ann@home')).toEqual(
      full().address === 'ann@home' ? expect.objectContaining({ friendlyName: full().friendlyName }) : undefined,
    );
  });

  it('keeps all of a change or nothing of it', async () => {
    await store.open();
    const [ann, bob] = [full(), newAccount('bob@home', 'Bob')];
    await store.create(ann);
    await store.create(bob);
    const twice = { ...bob, serial: 2, allow: ['ann@home', 'ann@home'] };
    expect(() => store.put({ ...ann, serial: 99 }, twice)).toThrow(StorageError);
    expect(store.find('ann@home')?.serial).toBe(41);
    expect((await reopened()).find('ann@home')).toEqual(ann);
    expect(store.find('bob@home')).toEqual(bob);
  });

  it('is private to its owner', async () => {
    await store.open();
    await store.create(full());
    for (const name of await readdir(directory)) expect([name, (await stat(join(directory, name))).mode & 0o077]).toEqual([name, 0]);
  });

  it('sees what another process does, and does not bring a removed account back', async () => {
    await store.open();
    await store.create(full());
    const other = new SqliteAccountStore(directory);
    await other.open();
    const bob = newAccount('bob@home', 'Bob');
    await other.create(bob);
    expect(store.find('bob@home')).toEqual(bob);
    await other.create(newAccount('cy@home', 'Cy'));
    expect(store.refresh()).toEqual({ added: ['cy@home'], removed: [] });
    expect(store.refresh()).toEqual({ added: [], removed: [] });
    await other.remove('ann@home');
    store.put({ ...full(), serial: 77 });
    expect(store.refresh()).toEqual({ added: [], removed: ['ann@home'] });
    other.close();
    expect((await reopened()).list().map(({ address }) => address)).toEqual(['bob@home', 'cy@home']);
  });

  it('sees that another process has made an account anew, and never brings its old token back', async () => {
    await store.open();
    await store.create(full());
    const other = new SqliteAccountStore(directory);
    await other.open();
    await other.remove('ann@home');
    const renewed = newAccount('ann@home', 'Ann');
    await other.create(renewed);
    other.close();
    store.put({ ...full(), serial: 42, allow: ['bob@home'] });
    expect(store.refresh()).toEqual({ added: ['ann@home'], removed: ['ann@home'] });
    expect(store.find('ann@home')).toEqual(renewed);
    expect((await reopened()).find('ann@home')).toEqual(renewed);
  });

  it('knows nobody new, and tells why, while the disk cannot be read', async () => {
    await store.open();
    await store.create(full());
    const other = new DatabaseSync(join(directory, 'accounts.db'));
    other.exec('DROP TABLE list_entry; DROP TABLE contact_group; DROP TABLE account');
    other.close();
    expect(store.find('bob@home')).toBeUndefined();
    expect(store.find('ann@home')?.serial).toBe(41);
    expect(() => store.refresh()).toThrow();
  });

  it('takes a name only as long as a line of the protocol has room for it', () => {
    expect(newAccount('ann@home', '诺'.repeat(43)).friendlyName).toHaveLength(43);
    expect(() => newAccount('ann@home', '诺'.repeat(44))).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  it('takes over the files of an older version, sets the damaged one aside, and does it once', async () => {
    const folder = join(directory, 'accounts');
    await mkdir(folder);
    const bob = newAccount('bob@home', 'Bob');
    await writeFile(join(folder, 'ann%40home.json'), JSON.stringify(full()));
    await writeFile(join(folder, 'bob%40home.json'), JSON.stringify(bob));
    await writeFile(join(folder, 'cy%40home.json'), '{"version":1,');
    expect(await store.open()).toMatchObject([{ tag: 'damaged', problem: 'is not JSON' }]);
    expect(store.find('ann@home')).toMatchObject({ ...full(), accessToken: expect.any(String) });
    expect(store.find('bob@home')).toEqual(bob);
    expect(await readdir(folder)).toEqual([expect.stringContaining('cy%40home.json.damaged-')]);
    // Killed after the transaction and before the files were gone: they are older than what is in the database.
    store.put({ ...bob, serial: 5, friendlyName: 'Robert' });
    await writeFile(join(folder, 'bob%40home.json'), JSON.stringify(bob));
    expect((await reopened()).find('bob@home')?.friendlyName).toBe('Robert');
  });

  it.each([
    ['not a database', 'Nothing of the kind. '.repeat(400)],
    ['a database with a hole', undefined],
  ])('sets a damaged file aside, tells it, and goes on: %s', async (_, text) => {
    const path = join(directory, 'accounts.db');
    await store.open();
    for (let index = 0; index < 60; index += 1) await store.create(newAccount(`someone${index}@home`, 'x'.repeat(100)));
    store.close();
    const bytes = await readFile(path);
    if (text === undefined) bytes.fill(0xee, 4096 * 2, 4096 * 4);
    await writeFile(path, text ?? bytes);
    const damaged = await store.open();
    expect(damaged).toMatchObject([{ tag: 'damaged', path, setAsideAs: expect.stringContaining('accounts.db.damaged-') }]);
    expect(await readFile(damaged[0]?.setAsideAs ?? '')).toEqual(text === undefined ? bytes : Buffer.from(text));
    await store.create(full());
    expect((await reopened()).list()).toHaveLength(1);
  });

  it('leaves one unusable account out without losing the others, and never opens what a newer version wrote', async () => {
    await store.open();
    await store.create(full());
    await store.create(newAccount('bob@home', 'Bob'));
    store.close();
    const database = new DatabaseSync(join(directory, 'accounts.db'));
    database.exec(`UPDATE account SET privacy = 'maybe' WHERE address = 'bob@home'`);
    expect(await store.open()).toMatchObject([{ problem: expect.stringContaining('bob@home: privacy') }]);
    expect(store.list().map(({ address }) => address)).toEqual(['ann@home']);
    store.close();
    database.exec('PRAGMA user_version = 2');
    database.close();
    await expect(store.open()).rejects.toThrow('newer version');
  });
});

describe('kill -9', () => {
  /** One life of the real server: a client changes its list and name as fast as it can until the server is killed, soon after `killAfter` answers. */
  const life = async (token: string, rounds: number, killAfter: number): Promise<{ readonly confirmed: number; readonly sent: number }> => {
    const child = spawn(process.execPath, [MAIN, '--port', '0', '--data', directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const exited = once(child, 'exit');
    try {
      let out = '';
      child.stdout.on('data', (text) => void (out += String(text)));
      await until(
        () => /accounts in/.test(out) || child.exitCode !== null,
        () => `the server: ${out}`,
      );
      const ann = await RawClient.open(Number(/127\.0\.0\.1:(\d+)/.exec(out)?.[1]));
      expect(await ann.signIn(7, 'ann@home', token)).toMatch(/^USR 4 OK/);
      let sent = rounds;
      // Ahead of the answers, so that the end comes in the middle of something.
      for (; sent < rounds + 600; sent += 1)
        ann.send(
          `REA ${sent} ann@home name${sent}`,
          `${sent % 2 === 0 ? 'ADD' : 'REM'} ${sent} FL bob@home${sent % 2 === 0 ? ' x 0' : ''}`,
        );
      const answers = () => ann.text.match(/^REA /gm)?.length ?? 0;
      await until(
        () => answers() >= killAfter,
        () => `${killAfter} answers, not ${answers()}`,
      );
      child.kill('SIGKILL');
      await exited;
      await ann.closed();
      const confirmed = [...ann.text.matchAll(/^REA (\d+) \d+ ann@home name\d+\r$/gm)].map((match) => Number(match[1]));
      return { confirmed: confirmed.at(-1) ?? rounds - 1, sent };
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  };

  it('loses nothing that was confirmed, whenever it comes', async () => {
    await store.open();
    const account = newAccount('ann@home', 'name-1');
    await store.create(account);
    await store.create(newAccount('bob@home', 'Bob'));
    store.close();
    let [rounds, inTheMiddle] = [0, 0];
    for (let round = 0; round < 12; round += 1) {
      const { confirmed, sent } = await life(account.accessToken, rounds, 1 + round * 2);
      if (confirmed < sent - 1) inTheMiddle += 1;
      expect(await store.open()).toEqual([]);
      const after = store.find('ann@home');
      const stored = Number(after?.friendlyName.slice('name'.length));
      // What was not confirmed may have been stored or not; what was, is.
      expect(stored).toBeGreaterThanOrEqual(confirmed);
      expect(stored).toBeLessThan(sent);
      // A change is whole: name, list and serial are those of one moment. Of an odd round the list is the even one's or empty.
      const listed = after?.forward.length ?? -1;
      const changes = (after?.serial ?? 0) - 1;
      expect(changes).toBe(2 * (stored + 1) - (listed === (stored % 2 === 0 ? 1 : 0) ? 0 : 1));
      // The next life begins where a whole round is behind us.
      rounds = stored + 1;
      if (rounds % 2 === 1 || changes !== 2 * rounds) {
        const even = rounds + (rounds % 2);
        store.put({ ...(after as StoredAccount), friendlyName: `name${even - 1}`, serial: 2 * even + 1, forward: [] });
        rounds = even;
      }
      store.close();
    }
    expect(inTheMiddle).toBeGreaterThan(2);
  }, 60_000);
});
