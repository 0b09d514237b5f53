import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccounts } from '../../../src/main/settings/account-store.ts';
import { openContacts } from '../../../src/main/settings/contacts-cache.ts';
import { openMappedPorts } from '../../../src/main/settings/mapped-ports-store.ts';
import { openPictureChoices } from '../../../src/main/settings/picture-choices-store.ts';
import { openPrograms } from '../../../src/main/settings/programs-store.ts';
import { accelerator, DEFAULT_SETTINGS, openSettings } from '../../../src/main/settings/settings-store.ts';
import { ANNA, KINDS, none, reversing } from './kept.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('settings', () => {
  it('starts with defaults and keeps what is set', async () => {
    const path = join(folder, 'settings.json');
    const first = await openSettings(path, none);
    expect(first.value).toEqual(DEFAULT_SETTINGS);
    expect(first.value).toMatchObject({
      engine: 'ringback',
      hosting: { enabled: false, reach: 'loopback', port: 1_863 },
      playSound: true,
    });
    await first.set({ ...first.value, engine: 'classic', windowBounds: { x: -5, y: 0, width: 900, height: 700 } });
    const second = await openSettings(path, none);
    expect(second.value).toEqual(first.value);
    expect(second.damaged).toBeUndefined();
  });

  it('keeps a field of a newer version through a load and a save', async () => {
    const path = join(folder, 'settings.json');
    await writeFile(path, JSON.stringify({ version: 1, playSound: false, fromTheFuture: { a: 1 } }));
    const settings = await openSettings(path, none);
    expect(settings.value.playSound).toBe(false);
    await settings.set({ ...settings.value, playSound: true });
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ playSound: true, fromTheFuture: { a: 1 } });
  });

  it.each([
    ['not JSON', '{"version":1,'],
    ['an older version than the first', '{"version":0}'],
    ['a wrong value', '{"version":1,"engine":"turbo"}'],
    ['a privileged port', '{"version":1,"hosting":{"enabled":true,"reach":"lan","port":80}}'],
    ['a letter as Stop key', '{"version":1,"stopShortcut":"S"}'],
    ['an array', '[]'],
  ])('sets %s aside and starts afresh, leaving the other files alone', async (_what, text) => {
    const path = join(folder, 'settings.json');
    await writeFile(path, text);
    await (await openAccounts(join(folder, 'account.json'), none, KINDS)).save(ANNA);
    const settings = await openSettings(path, none);
    expect(settings.value).toEqual(DEFAULT_SETTINGS);
    const kept = settings.damaged?.file ?? '';
    expect(kept).toMatch(/^settings\.json\.damaged-/);
    expect(await readFile(join(folder, kept), 'utf8')).toBe(text);
    expect((await openAccounts(join(folder, 'account.json'), none, KINDS)).accounts).toEqual([ANNA]);
    await settings.set(settings.value);
    expect(await readdir(folder)).toContain(kept);
  });

  it('sets what cannot even be read aside, so that the next change neither fails nor writes over it', async () => {
    const path = join(folder, 'settings.json');
    await mkdir(path);
    await writeFile(join(path, 'inside'), 'kept');
    const settings = await openSettings(path, none);
    const kept = settings.damaged?.file ?? '';
    expect(kept).toMatch(/^settings\.json\.damaged-/);
    await settings.set({ ...settings.value, playSound: false });
    expect((await openSettings(path, none)).value.playSound).toBe(false);
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
          expect((await openSettings(path, none)).value.stopShortcut).toBeTypeOf('string');
        },
      ),
      { numRuns: 60 },
    );
  });

  describe('the password of a relay server', () => {
    const SERVER = { url: 'turns:relay.example:443', username: 'anna', password: 'sesame' };
    const path = (): string => join(folder, 'settings.json');
    const onDisk = () => readFile(path(), 'utf8');

    it('is on the disk as the key store has made it, and there again at the next start', async () => {
      const settings = await openSettings(path(), reversing);
      await settings.set({ ...settings.value, relayServer: SERVER });
      expect(await onDisk()).not.toContain('sesame');
      await settings.set({ ...settings.value, playSound: false });
      const again = await openSettings(path(), reversing);
      expect([again.value.relayServer, again.secretUnreadable]).toEqual([SERVER, false]);
      expect(again.value).not.toHaveProperty('relayPassword');
      await again.set({ ...again.value, relayServer: { url: '', username: '', password: '' } });
      expect(await onDisk()).not.toContain('relayPassword');
    });

    it('that was left in the clear is locked up at the start', async () => {
      await writeFile(path(), JSON.stringify({ version: 1, relayServer: SERVER }));
      const settings = await openSettings(path(), reversing);
      expect(settings.value.relayServer).toEqual(SERVER);
      await settings.flush();
      expect(await onDisk()).not.toContain('sesame');
      expect((await openSettings(path(), reversing)).value.relayServer).toEqual(SERVER);
    });

    it('that cannot be decrypted today is said so, and stays until another server is named', async () => {
      const settings = await openSettings(path(), reversing);
      await settings.set({ ...settings.value, relayServer: SERVER });
      const locked = await openSettings(path(), none);
      expect([locked.value.relayServer.password, locked.secretUnreadable]).toEqual(['', true]);
      await locked.set({ ...locked.value, playSound: false });
      expect((await openSettings(path(), reversing)).value.relayServer).toEqual(SERVER);
      const later = await openSettings(path(), none);
      await later.set({ ...later.value, relayServer: { ...SERVER, url: 'turn:other.example', password: 'new' } });
      expect((await openSettings(path(), reversing)).value.relayServer.password).toBe('new');
    });
  });

  it('rejects when it cannot be written, and keeps the value', async () => {
    const settings = await openSettings(join(folder, 'settings.json'), none);
    await writeFile(join(folder, 'file'), '');
    const broken = await openSettings(join(folder, 'file', 'settings.json'), none);
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

describe('contacts', () => {
  it('belong to their owner', async () => {
    const path = join(folder, 'contacts.json');
    const cache = await openContacts(path);
    await cache.keep(ANNA, [{ address: 'peter@home.example', friendlyName: 'Peter' }]);
    const again = await openContacts(path);
    expect(again.of(ANNA)).toEqual([{ transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter' }]);
    expect(again.of({ ...ANNA, address: 'eve@home.example' })).toEqual([]);
  });

  it('of one transport leave those of the others alone, and a list of before there were several is the first’s', async () => {
    const path = join(folder, 'contacts.json');
    const peter = { address: 'peter@home.example', friendlyName: 'Peter' };
    await writeFile(path, JSON.stringify({ version: 1, owner: ANNA.address, contacts: [peter] }));
    const cache = await openContacts(path);
    const bird = { ...ANNA, transport: 'pigeons' };
    expect([cache.of(ANNA), cache.of(bird), cache.damaged]).toEqual([[{ transport: 'msnp', ...peter }], [], undefined]);
    await cache.keep(bird, [{ ...peter, friendlyName: 'Coo' }]);
    const again = await openContacts(path);
    expect(again.of(bird)).toEqual([{ transport: 'pigeons', address: peter.address, friendlyName: 'Coo' }]);
    await again.forget('pigeons');
    expect([again.of(bird), again.of(ANNA)]).toEqual([[], [{ transport: 'msnp', ...peter }]]);
  });

  it('are written only when they change', async () => {
    const path = join(folder, 'contacts.json');
    const cache = await openContacts(path);
    const list = [{ address: 'peter@home.example', friendlyName: 'Peter' }];
    await cache.keep(ANNA, list);
    await rm(path);
    await cache.keep(ANNA, list);
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
    '{"version":0,"programs":{}}',
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

describe('doors at the router', () => {
  const path = () => join(folder, 'mapped-ports.json');
  const mapping = {
    by: {
      tag: 'upnp',
      service: { type: 'urn:schemas-upnp-org:service:WANIPConnection:1', control: { host: '192.168.1.1', port: 80, path: '/c' } },
    },
    gateway: { address: '192.168.1.1', local: '192.168.1.9' },
    internalPort: 40_000,
    externalPort: 40_000,
    externalAddress: '9.9.9.9',
    lifetime: 600,
    expiresAtMs: 1_700_000_000_000,
  } as const;

  it('are kept, for the owner alone', async () => {
    const store = await openMappedPorts(path());
    expect(store.value.mappings).toEqual([]);
    await store.set({ version: 1, mappings: [mapping, { ...mapping, by: { tag: 'pcp', nonce: 'AAECAwQFBgcICQoL' } }] });
    expect((await openMappedPorts(path())).value.mappings).toHaveLength(2);
    if (process.platform !== 'win32') expect((await stat(path())).mode & 0o077).toBe(0);
  });

  it.each([
    [{ ...mapping, gateway: { address: 'router.example', local: '192.168.1.9' } }],
    [{ ...mapping, by: { tag: 'upnp', service: { ...mapping.by.service, control: { host: '192.168.1.1', port: 80, path: 'c d' } } } }],
    [{ ...mapping, by: { tag: 'pcp', nonce: 'short' } }],
    [{ ...mapping, externalPort: 70_000 }],
  ])('of a damaged file are asked of nobody', async (bad) => {
    await writeFile(path(), JSON.stringify({ version: 1, mappings: [bad] }));
    const store = await openMappedPorts(path());
    expect(store.value.mappings).toEqual([]);
    expect(store.damaged?.file).toMatch(/^mapped-ports\.json\.damaged-/);
  });
});

describe('what was chosen for pictures', () => {
  const path = () => join(folder, 'picture-choices.json');
  const whom = (address: string) => ({ transport: 'xmpp', address });

  it('is known of each contact after the next start, until it is what it would be anyway', async () => {
    const store = await openPictureChoices(path());
    await store.keep(whom('anna@home.example'), 'thin');
    await store.keep(whom('peter@home.example'), 'sharp');
    await store.keep(whom('anna@home.example'), 'balanced');
    const next = await openPictureChoices(path());
    expect(next.of(whom('anna@home.example'))).toBeUndefined();
    expect(next.of(whom('peter@home.example'))).toBe('sharp');
    expect(next.of({ transport: 'msnp', address: 'peter@home.example' })).toBeUndefined();
  });

  it('is kept of so many contacts, the newest, and makes way when it is damaged', async () => {
    const store = await openPictureChoices(path());
    for (let count = 0; count < 257; count += 1) await store.keep(whom(`${count}@home.example`), 'thin');
    expect([store.of(whom('0@home.example')), store.of(whom('256@home.example'))]).toEqual([undefined, 'thin']);
    await writeFile(path(), JSON.stringify({ version: 1, choices: [{ ...whom('a'), quality: 'magic' }] }));
    const next = await openPictureChoices(path());
    expect(next.of(whom('a'))).toBeUndefined();
    expect(next.damaged?.file).toMatch(/^picture-choices\.json\.damaged-/);
  });
});

describe('a file of a newer version', () => {
  it.each([
    ['settings.json', '{"version":2,"engine":{"name":"quantum"}}', (path: string) => openSettings(path, none)],
    ['account.json', '{"version":3,"accounts":{"msnp":[]}}', (path: string) => openAccounts(path, none, KINDS)],
    ['contacts.json', '{"version":3,"lists":"elsewhere"}', (path: string) => openContacts(path)],
    ['programs.json', '{"version":2,"programs":[]}', (path: string) => openPrograms(path)],
    ['picture-choices.json', '{"version":2,"choices":"per line"}', (path: string) => openPictureChoices(path)],
  ] as const)('%s is left alone, and said to be newer', async (name, text, open) => {
    const path = join(folder, name);
    await writeFile(path, text);
    const store = await open(path);
    expect([store.newer, store.damaged]).toEqual([true, undefined]);
    if ('value' in store) await (store as { set(value: unknown): Promise<void> }).set(store.value);
    else if ('save' in store) {
      await store.save(ANNA);
      expect(store.accounts).toEqual([ANNA]);
    } else if ('flush' in store && !('forget' in store)) await store.keep(ANNA, 'thin');
    else await store.keep(ANNA, [{ address: 'peter@home.example', friendlyName: 'Peter' }]);
    await store.flush();
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual([name]);
  });
});
