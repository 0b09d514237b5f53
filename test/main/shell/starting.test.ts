import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';
import { DEFAULT_SETTINGS } from '../../../src/main/settings/settings-store.ts';
import { TRANSPORTS } from '../../../src/main/messenger/transports.ts';
import { createFailures, hearUncaught } from '../../../src/main/shell/failures.ts';
import { goOnline } from '../../../src/main/shell/going-online.ts';
import { createHistorySink } from '../../../src/main/shell/history-sink.ts';
import { ownName, systemName } from '../../../src/main/shell/own-name.ts';
import { damageNotices, openStorage } from '../../../src/main/shell/storage.ts';
import words from '../../../assets/locales/en.json' with { type: 'json' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const NO_KEY_STORE: SecretBox = { isAvailable: async () => false, encrypt: async (text) => text, decrypt: async (text) => text };

describe('what is kept on disk', () => {
  it('is there at the first start, and nothing is said', async () => {
    expect(damageNotices(await openStorage(folder, NO_KEY_STORE, TRANSPORTS, () => 5_000))).toEqual([]);
  });

  it('is told of file by file when it is damaged, with the name that it was put aside under', async () => {
    const names = ['settings', 'account', 'contacts', 'history', 'programs'] as const;
    await Promise.all(names.map((name) => writeFile(join(folder, `${name}.json`), 'not ours')));
    const storage = await openStorage(folder, NO_KEY_STORE, TRANSPORTS, () => 5_000);
    expect(damageNotices(storage)).toEqual(
      names.map((name) => ({
        kind: 'warning',
        key: `notice.${name}Damaged`,
        values: { file: storage[name === 'account' ? 'accounts' : name].damaged?.file },
      })),
    );
    for (const { key, values } of damageNotices(storage)) {
      expect(Object.keys(words)).toContain(key);
      expect(values['file']).toMatch(/\.json/);
    }
  });

  it('says so when a newer version saved it, and leaves it alone', async () => {
    const names = ['settings', 'account', 'contacts', 'programs', 'trust'] as const;
    for (const name of names) await writeFile(join(folder, `${name}.json`), '{"version":9}');
    const notices = damageNotices(await openStorage(folder, NO_KEY_STORE, TRANSPORTS, () => 5_000));
    expect(notices).toEqual(names.map((name) => ({ kind: 'warning', key: `notice.${name}Newer`, values: {} })));
    for (const { key } of notices) expect(Object.keys(words)).toContain(key);
    for (const name of names) expect(await readFile(join(folder, `${name}.json`), 'utf8')).toBe('{"version":9}');
  });

  it('says so when the access token cannot be read', async () => {
    const account = { server: 'a:1', address: 'a@b', friendlyName: 'A', token: { kind: 'encrypted', value: 'eHh4' } };
    await writeFile(join(folder, 'account.json'), JSON.stringify({ version: 1, account }));
    const otherUser = {
      ...NO_KEY_STORE,
      decrypt: () => Promise.reject(new Error('not encrypted here')),
    };
    expect(damageNotices(await openStorage(folder, otherUser, TRANSPORTS, () => 5_000))).toEqual([
      { kind: 'warning', key: 'notice.tokenUnreadable', values: {} },
    ]);
  });
});

describe('failures', () => {
  it('are logged with what was thrown, and told in words', () => {
    const logged: unknown[][] = [];
    const told: unknown[][] = [];
    const failures = createFailures(
      { write: (...entry) => void logged.push(entry) },
      { notify: (...notice) => void told.push(notice) },
      'logs/x.log',
    );
    const error = new Error('disk full');
    failures.storage(error);
    failures.hosting(error);
    failures.unexpected('uncaught exception', error);
    expect(logged.map(([where]) => where)).toEqual(['storage', 'hosting', 'uncaught exception']);
    expect(logged.filter(([, thrown]) => thrown === error)).toHaveLength(3);
    expect(told).toEqual([
      ['error', 'notice.storageFailed'],
      ['error', 'notice.hostingFailed'],
      ['error', 'notice.unexpected', { file: 'logs/x.log' }],
    ]);
    for (const [, key] of told) expect(Object.keys(words)).toContain(key);
  });
});

describe('an error that no code has caught', () => {
  it.each(['uncaughtException', 'unhandledRejection'] as const)(
    '%s is told, and ends the session that runs, even where that fails',
    (event) => {
      const did: unknown[] = [];
      const process = new EventEmitter();
      let fails = false;
      hearUncaught(process, { unexpected: (where, error) => void did.push([where, error]) }, (error) => {
        did.push(['end', error]);
        if (fails) throw new Error('cannot');
      });
      process.emit(event, 'first');
      expect(did).toEqual([
        [expect.stringMatching(/^un/), 'first'],
        ['end', 'first'],
      ]);
      fails = true;
      process.emit(event, 'second');
      expect(did.slice(2)).toEqual([
        [expect.stringMatching(/^un/), 'second'],
        ['end', 'second'],
        ['ending the session', new Error('cannot')],
      ]);
    },
  );
});

describe('going online', () => {
  async function going(enabled: boolean, apply: () => Promise<void>) {
    const did: string[] = [];
    await goOnline({
      settings: { value: { ...DEFAULT_SETTINGS, hosting: { enabled, reach: 'lan', port: 1_863 } } },
      hosting: {
        apply: async ({ port }) => {
          did.push(`host ${port}`);
          await apply();
          did.push('hosts');
        },
      },
      signIn: { start: () => void did.push('sign in') },
      failures: { hosting: (error) => void did.push(String(error)) },
    });
    return did;
  }

  it('starts our own messenger before signing in to what may be it', async () => {
    expect(await going(true, () => Promise.resolve())).toEqual(['host 1863', 'hosts', 'sign in']);
    expect(await going(false, () => Promise.resolve())).toEqual(['sign in']);
  });

  it('signs in although our own messenger cannot be started', async () => {
    expect(await going(true, () => Promise.reject(new Error('in use')))).toEqual(['host 1863', 'Error: in use', 'sign in']);
  });
});

describe('history', () => {
  it('is shown at once, and a disk that refuses it is told of', async () => {
    const { history } = await openStorage(folder, NO_KEY_STORE, TRANSPORTS, () => 5_000);
    const shown: unknown[] = [];
    const entry = {
      id: 'h',
      role: 'novice',
      peer: { address: 'a@b', friendlyName: 'A' },
      startedAtMs: 1,
      endedAtMs: 2,
      viewed: true,
      controlled: false,
      reason: 'stoppedByNovice',
    } as const;
    const told = Promise.withResolvers<unknown>();
    const sink = createHistorySink(
      { ...history, entries: [entry], add: () => Promise.reject(new Error('disk full')) },
      { update: ({ history: entries }) => void shown.push(entries) },
      told.resolve,
    );
    void sink.add(entry);
    expect(shown).toEqual([[entry]]);
    expect(await told.promise).toEqual(new Error('disk full'));
  });
});

describe('the name in a session', () => {
  it('is the account’s, else the system’s, and never empty', () => {
    const anna = { friendlyName: 'Anna' };
    const nobody = { accounts: [], ownName: '' };
    expect(ownName({ accounts: [anna, { friendlyName: 'Second' }], ownName: 'Third' }, { USER: 'anna' })).toBe('Anna');
    expect(ownName({ accounts: [], ownName: 'Third' }, { USER: 'anna' })).toBe('Third');
    expect(ownName(nobody, { USER: 'anna', USERNAME: 'x' })).toBe('anna');
    expect(ownName(nobody, { USERNAME: 'Anna Müller' })).toBe('Anna Müller');
    const system = (user: string | undefined) => ({ user: () => user, computer: () => 'annas-computer' });
    expect(ownName({ accounts: [{ friendlyName: ' ' }], ownName: '' }, { USER: '' }, system('Anna M.'))).toBe('Anna M.');
    expect(ownName(nobody, {}, system(undefined))).toBe('annas-computer');
    // Whoever reads one of these learns nothing of who sits there.
    for (const login of ['root', 'Admin', 'user', 'user2', 'owner', 'Administrator', 'ubuntu', '1000', 'defaultuser0']) {
      expect(systemName({ USER: login }, system(undefined))).toBe('');
      expect(ownName(nobody, { USER: login }, system(login))).toBe('annas-computer');
    }
    expect(systemName({ USER: 'root', USERNAME: 'nora' }, system('x'))).toBe('nora');
    expect(ownName(nobody, {})).not.toBe('');
  });
});
