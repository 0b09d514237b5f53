import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccounts } from '../../../src/main/settings/account-store.ts';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';
import { ANNA, KINDS, MSNP, PIGEONS, none, reversing } from './kept.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('account', () => {
  it('encrypts the token where the system can', async () => {
    const path = join(folder, 'account.json');
    const store = await openAccounts(path, reversing, KINDS);
    expect(store.accounts).toEqual([]);
    expect(await store.save(ANNA)).toBe('encrypted');
    expect(await readFile(path, 'utf8')).not.toContain(ANNA.accessToken);
    expect((await openAccounts(path, reversing, KINDS)).accounts).toEqual([ANNA]);
  });

  it.runIf(process.platform !== 'win32')('keeps it readable by its owner only where the system cannot', async () => {
    const path = join(folder, 'account.json');
    expect(await (await openAccounts(path, none, KINDS)).save(ANNA)).toBe('plain');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await openAccounts(path, none, KINDS)).accounts).toEqual([ANNA]);
  });

  it('falls back to plain when the key store fails, and says so', async () => {
    const locked: SecretBox = { ...none, isAvailable: async () => true };
    expect(await (await openAccounts(join(folder, 'account.json'), locked, KINDS)).save(ANNA)).toBe('plain');
  });

  it('writes in the order in which it was asked for, however long the key store takes', async () => {
    const path = join(folder, 'account.json');
    let answer = () => {};
    const slow: SecretBox = {
      ...reversing,
      encrypt: async (text) => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return reversing.encrypt(text);
      },
    };
    const store = await openAccounts(path, slow, KINDS);
    const saved = store.save(ANNA);
    const forgotten = store.forget(ANNA.transport);
    await expect.poll(() => answer.name).toBe('');
    answer();
    expect(await saved).toBe('encrypted');
    await forgotten;
    expect((await openAccounts(path, reversing, KINDS)).accounts).toEqual([]);
  });

  it('says when the token cannot be decrypted any more', async () => {
    const path = join(folder, 'account.json');
    await (await openAccounts(path, reversing, KINDS)).save(ANNA);
    const store = await openAccounts(path, none, KINDS);
    expect(store.secretUnreadable).toBe(true);
    expect(store.accounts).toEqual([]);
    expect(store.damaged).toBeUndefined();
  });

  it('forgets', async () => {
    const path = join(folder, 'account.json');
    const store = await openAccounts(path, none, KINDS);
    await store.save(ANNA);
    await store.forget('msnp');
    expect(store.accounts).toEqual([]);
    expect(await readFile(path, 'utf8')).not.toContain(ANNA.accessToken);
  });

  it('are kept for each transport, which has its own fields and secrets', async () => {
    const path = join(folder, 'account.json');
    const store = await openAccounts(path, reversing, [MSNP, PIGEONS]);
    const bird = { transport: 'pigeons', loft: 'roof', address: 'anna@home.example', friendlyName: 'Anna', whistle: 'fiu', ring: 'no-7' };
    await store.save(bird);
    await store.save(ANNA);
    const file = await readFile(path, 'utf8');
    for (const secret of [ANNA.accessToken, bird.whistle, bird.ring]) expect(file).not.toContain(secret);
    const again = await openAccounts(path, reversing, [MSNP, PIGEONS]);
    expect([again.accounts, again.of('pigeons'), again.of('owls')]).toEqual([[ANNA, bird], bird, undefined]);
    expect(again.secrets).toEqual([ANNA.accessToken, bird.whistle, bird.ring]);
    await again.forget('msnp');
    expect((await openAccounts(path, reversing, [MSNP, PIGEONS])).accounts).toEqual([bird]);
    await expect(again.save({ ...ANNA, transport: 'owls' })).rejects.toThrow('owls');
  });

  it('of a transport that this version does not know, or with fields it does not know, are kept unharmed', async () => {
    const path = join(folder, 'account.json');
    const later = [
      { transport: 'owls', tree: { high: true }, secrets: ['?'] },
      { transport: 'msnp', fields: { server: 's:1' }, secrets: {}, devices: 3 },
    ];
    await writeFile(path, JSON.stringify({ version: 2, accounts: later }));
    const store = await openAccounts(path, none, [MSNP, PIGEONS]);
    expect([store.accounts, store.damaged]).toEqual([[], undefined]);
    await store.save({ transport: 'pigeons', loft: 'a', address: 'b', friendlyName: 'c', whistle: 'd', ring: 'e' });
    const kept = JSON.parse(await readFile(path, 'utf8')) as { accounts: unknown[] };
    expect(kept.accounts.slice(0, 2)).toEqual(later);
    // Who signs in anew with a transport of today means to replace what was there.
    await store.save(ANNA);
    expect((await openAccounts(path, none, [MSNP, PIGEONS])).of('msnp')).toEqual(ANNA);
  });

  it('is read from a file of the time when there was one', async () => {
    const path = join(folder, 'account.json');
    const { transport: _, accessToken, ...account } = ANNA;
    const token = { kind: 'encrypted', value: await reversing.encrypt(accessToken) };
    await writeFile(path, JSON.stringify({ version: 1, account: { ...account, token } }));
    const store = await openAccounts(path, reversing, KINDS);
    expect([store.accounts, store.damaged]).toEqual([[ANNA], undefined]);
    await writeFile(path, JSON.stringify({ version: 1, account: null }));
    expect(await openAccounts(path, reversing, KINDS)).toMatchObject({ accounts: [], damaged: undefined });
  });

  it('sets a file with an unknown field aside', async () => {
    const path = join(folder, 'account.json');
    await writeFile(path, JSON.stringify({ version: 1, account: null, extra: 1 }));
    expect((await openAccounts(path, none, KINDS)).damaged?.file).toMatch(/^account\.json\.damaged-/);
  });
});
