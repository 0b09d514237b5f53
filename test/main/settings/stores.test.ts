import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccount, type SecretBox } from '../../../src/main/settings/account-store.ts';
import { openContacts } from '../../../src/main/settings/contacts-cache.ts';
import { openPrograms } from '../../../src/main/settings/programs-store.ts';
import { accelerator, DEFAULT_SETTINGS, openSettings } from '../../../src/main/settings/settings-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ANNA = { server: '127.0.0.1:1863', address: 'anna@home.example', friendlyName: 'Anna', accessToken: 'a-secret-token' };
const none: SecretBox = {
  isAvailable: () => false,
  encrypt: () => {
    throw new Error('no key store');
  },
  decrypt: () => {
    throw new Error('no key store');
  },
};
const reversing: SecretBox = {
  isAvailable: () => true,
  encrypt: (text) => Buffer.from([...text].toReversed().join('')).toString('base64'),
  decrypt: (base64) => [...Buffer.from(base64, 'base64').toString()].toReversed().join(''),
};

describe('settings', () => {
  it('starts with defaults and keeps what is set', async () => {
    const path = join(folder, 'settings.json');
    const first = await openSettings(path);
    expect(first.value).toEqual(DEFAULT_SETTINGS);
    expect(first.value).toMatchObject({
      engine: 'ringback',
      hosting: { enabled: false, reach: 'loopback', port: 1_863 },
      messenger: 'msnp',
      playSound: true,
    });
    await first.set({ ...first.value, engine: 'classic', windowBounds: { x: -5, y: 0, width: 900, height: 700 } });
    const second = await openSettings(path);
    expect(second.value).toEqual(first.value);
    expect(second.damaged).toBeUndefined();
  });

  it('keeps a field of a newer version through a load and a save', async () => {
    const path = join(folder, 'settings.json');
    await writeFile(path, JSON.stringify({ version: 1, playSound: false, fromTheFuture: { a: 1 } }));
    const settings = await openSettings(path);
    expect(settings.value.playSound).toBe(false);
    await settings.set({ ...settings.value, playSound: true });
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ playSound: true, fromTheFuture: { a: 1 } });
  });

  it.each([
    ['not JSON', '{"version":1,'],
    ['another version', '{"version":2}'],
    ['a wrong value', '{"version":1,"engine":"turbo"}'],
    ['a privileged port', '{"version":1,"hosting":{"enabled":true,"reach":"lan","port":80}}'],
    ['a letter as Stop key', '{"version":1,"stopShortcut":"S"}'],
    ['an array', '[]'],
  ])('sets %s aside and starts afresh, leaving the other files alone', async (_what, text) => {
    const path = join(folder, 'settings.json');
    await writeFile(path, text);
    await (await openAccount(join(folder, 'account.json'), none)).save(ANNA);
    const settings = await openSettings(path);
    expect(settings.value).toEqual(DEFAULT_SETTINGS);
    const kept = settings.damaged?.file ?? '';
    expect(kept).toMatch(/^settings\.json\.damaged-/);
    expect(await readFile(join(folder, kept), 'utf8')).toBe(text);
    expect((await openAccount(join(folder, 'account.json'), none)).account).toEqual(ANNA);
    await settings.set(settings.value);
    expect(await readdir(folder)).toContain(kept);
  });

  it('sets what cannot even be read aside, so that the next change neither fails nor writes over it', async () => {
    const path = join(folder, 'settings.json');
    await mkdir(path);
    await writeFile(join(path, 'inside'), 'kept');
    const settings = await openSettings(path);
    const kept = settings.damaged?.file ?? '';
    expect(kept).toMatch(/^settings\.json\.damaged-/);
    await settings.set({ ...settings.value, playSound: false });
    expect((await openSettings(path)).value.playSound).toBe(false);
    expect(await readFile(join(folder, kept, 'inside'), 'utf8')).toBe('kept');
  });

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        async (bytes) => {
          const path = join(folder, 'any.json');
          await writeFile(path, bytes);
          expect((await openSettings(path)).value.stopShortcut).toBeTypeOf('string');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('rejects when it cannot be written, and keeps the value', async () => {
    const settings = await openSettings(join(folder, 'settings.json'));
    await writeFile(join(folder, 'file'), '');
    const broken = await openSettings(join(folder, 'file', 'settings.json'));
    await expect(broken.set({ ...settings.value, playSound: false })).rejects.toThrow();
    expect(broken.value.playSound).toBe(false);
    await broken.flush();
  });

  it('knows an accelerator', () => {
    for (const good of ['CommandOrControl+Alt+Shift+S', 'Control+F12', 'Alt+Super+Delete', 'Shift+Control+7'])
      expect(accelerator.safeParse(good).success, good).toBe(true);
    for (const bad of ['S', 'Shift+S', 'Control+', 'Control+Alt', 'Control+ß', 'Foo+S', 'Control+S+S', '', 'Control S'])
      expect(accelerator.safeParse(bad).success, bad).toBe(false);
  });
});

describe('account', () => {
  it('encrypts the token where the system can', async () => {
    const path = join(folder, 'account.json');
    const store = await openAccount(path, reversing);
    expect(store.account).toBeUndefined();
    expect(await store.save(ANNA)).toBe('encrypted');
    expect(await readFile(path, 'utf8')).not.toContain(ANNA.accessToken);
    expect((await openAccount(path, reversing)).account).toEqual(ANNA);
  });

  it.runIf(process.platform !== 'win32')('keeps it readable by its owner only where the system cannot', async () => {
    const path = join(folder, 'account.json');
    expect(await (await openAccount(path, none)).save(ANNA)).toBe('plain');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await openAccount(path, none)).account).toEqual(ANNA);
  });

  it('falls back to plain when the key store fails, and says so', async () => {
    const locked: SecretBox = { ...none, isAvailable: () => true };
    expect(await (await openAccount(join(folder, 'account.json'), locked)).save(ANNA)).toBe('plain');
  });

  it('says when the token cannot be decrypted any more', async () => {
    const path = join(folder, 'account.json');
    await (await openAccount(path, reversing)).save(ANNA);
    const store = await openAccount(path, none);
    expect(store.tokenUnreadable).toBe(true);
    expect(store.account).toBeUndefined();
    expect(store.damaged).toBeUndefined();
  });

  it('forgets', async () => {
    const path = join(folder, 'account.json');
    const store = await openAccount(path, none);
    await store.save(ANNA);
    await store.forget();
    expect(store.account).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain(ANNA.accessToken);
  });

  it('sets a file with an unknown field aside', async () => {
    const path = join(folder, 'account.json');
    await writeFile(path, JSON.stringify({ version: 1, account: null, extra: 1 }));
    expect((await openAccount(path, none)).damaged?.file).toMatch(/^account\.json\.damaged-/);
  });
});

describe('contacts', () => {
  it('belong to their owner', async () => {
    const path = join(folder, 'contacts.json');
    const cache = await openContacts(path);
    await cache.keep('anna@home.example', [{ address: 'peter@home.example', friendlyName: 'Peter' }]);
    const again = await openContacts(path);
    expect(again.of('anna@home.example')).toEqual([{ address: 'peter@home.example', friendlyName: 'Peter' }]);
    expect(again.of('eve@home.example')).toEqual([]);
  });

  it('are written only when they change', async () => {
    const path = join(folder, 'contacts.json');
    const cache = await openContacts(path);
    const list = [{ address: 'peter@home.example', friendlyName: 'Peter' }];
    await cache.keep('a@b', list);
    await rm(path);
    await cache.keep('a@b', list);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('programs', () => {
  const path = () => join(folder, 'programs.json');

  it('are kept', async () => {
    const store = await openPrograms(path());
    expect([store.value, store.damaged]).toEqual([{ version: 1, programs: {} }, undefined]);
    const programs = { voice: { use: 'own', line: 'phone {address}' }, video: { use: 'none' } } as const;
    await store.set({ version: 1, programs });
    expect((await openPrograms(path())).value.programs).toEqual(programs);
  });

  it.each([
    '{',
    '[]',
    '{"version":2,"programs":{}}',
    '{"version":1,"programs":{"shell":{"use":"own","line":"x"}}}',
    '{"version":1,"programs":{"voice":{"use":"own","line":""}}}',
    '{"version":1,"programs":{"voice":{"use":"own","line":"x","shell":true}}}',
    '{"version":1,"programs":{"voice":"x"}}',
    JSON.stringify({ version: 1, programs: { voice: { use: 'own', line: 'x'.repeat(1_001) } } }),
  ])('a damaged file is set aside and starts nothing: %s', async (text) => {
    await writeFile(path(), text);
    const store = await openPrograms(path());
    expect(store.value.programs).toEqual({});
    expect(store.damaged?.file).toMatch(/^programs\.json\.damaged-/);
    expect(await readFile(join(folder, store.damaged?.file ?? ''), 'utf8')).toBe(text);
  });
});
