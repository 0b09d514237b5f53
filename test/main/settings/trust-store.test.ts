import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';
import { openTrustStore } from '../../../src/main/settings/trust-store.ts';
import { base64Encode } from '../../../src/protocol/bytes/text.ts';
import { identityOf } from '../../support/trust.ts';

const box = (available = true): SecretBox => ({
  isAvailable: async () => available,
  encrypt: async (text) => Buffer.from(`locked ${text}`).toString('base64'),
  decrypt: async (text) => {
    const [word, secret = ''] = Buffer.from(text, 'base64').toString().split(' ');
    if (word !== 'locked') throw new Error('somebody else’s');
    return secret;
  },
});
const PETER = { transport: 'msnp', address: 'peter@home' };
const deviceOf = (name: string) => ({ device: identityOf(name).device, key: identityOf(name).publicKey });

describe('whom this installation is and knows', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-trust-'));
    path = join(folder, 'trust.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the same one at every start, its secret locked up', async () => {
    const first = await openTrustStore(path, box());
    const again = await openTrustStore(path, box());
    expect(again.identity).toEqual(first.identity);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(base64Encode(first.identity.secretKey));
    expect(text).toContain('encrypted');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o77).toBe(0);
  });

  it('is kept where there is no key store, and where the disk takes nothing it lasts as long as the program', async () => {
    const first = await openTrustStore(path, box(false));
    expect((await openTrustStore(path, box(false))).identity).toEqual(first.identity);
    const nowhere = await openTrustStore(join(folder, 'no', 'such\0folder', 'trust.json'), box());
    expect(nowhere.identity.publicKey).toHaveLength(32);
  });

  it('one more device for this run where its secret cannot be opened, and itself again when it can', async () => {
    const first = await openTrustStore(path, box());
    const locked: SecretBox = {
      ...box(),
      decrypt: () => Promise.reject(new Error('the key store does not answer')),
    };
    const meanwhile = await openTrustStore(path, locked);
    expect(meanwhile.secretUnreadable).toBe(true);
    expect(meanwhile.identity.device).not.toBe(first.identity.device);
    expect(meanwhile.identity.publicKey).not.toEqual(first.identity.publicKey);
    await meanwhile.remember(PETER, deviceOf('desk'));
    const again = await openTrustStore(path, box());
    expect(again.identity).toEqual(first.identity);
    expect(again.known(PETER).meetings).toBe(1);
  });

  it('has a key again, under its old name, when a person renews the one that cannot be opened', async () => {
    const first = await openTrustStore(path, box());
    const locked: SecretBox = { ...box(), decrypt: () => Promise.reject(new Error('another user')) };
    await (await openTrustStore(path, locked)).renew();
    const again = await openTrustStore(path, box());
    expect(again.identity.device).toBe(first.identity.device);
    expect(again.identity.publicKey).not.toEqual(first.identity.publicKey);
  });

  it('knows whom it has met, by device, from start to start, however the address is written', async () => {
    const store = await openTrustStore(path, box());
    expect(store.known(PETER)).toEqual({ devices: [], meetings: 0 });
    await store.remember(PETER, deviceOf('desk'));
    await store.remember({ ...PETER, address: 'Peter@HOME' }, deviceOf('laptop'));
    await store.remember(PETER, { ...deviceOf('desk'), key: deviceOf('new key').key });
    const again = await openTrustStore(path, box());
    expect(again.known(PETER)).toEqual({
      meetings: 3,
      devices: [deviceOf('laptop'), { ...deviceOf('desk'), key: deviceOf('new key').key }],
    });
    expect(again.known({ transport: 'xmpp', address: 'peter@home' }).meetings).toBe(0);
    expect(again.met).toEqual([{ transport: 'msnp', address: 'peter@home', meetings: 3 }]);
    await again.forget(PETER);
    expect((await openTrustStore(path, box())).met).toEqual([]);
  });

  it('renews its key under the same name', async () => {
    const store = await openTrustStore(path, box());
    const before = store.identity;
    await store.renew();
    expect(store.identity.device).toBe(before.device);
    expect(store.identity.publicKey).not.toEqual(before.publicKey);
    expect((await openTrustStore(path, box())).identity).toEqual(store.identity);
  });

  it.each([
    '',
    '{',
    '{"version":1,"identity":{"device":"x","secretKey":{"kind":"plain","value":"y"}},"contacts":[]}',
    '{"version":1,"identity":null}',
    // One bit of a key that is known has tipped over; a byte too many.
    `{"version":1,"identity":null,"contacts":[{"transport":"msnp","address":"peter@home","meetings":1,"devices":[{"device":"AQIDBAUGBwgJ","key":"${'A'.repeat(42)}B="}]}]}`,
    `{"version":1,"identity":null,"contacts":[{"transport":"msnp","address":"peter@home","meetings":1,"devices":[{"device":"AQIDBAUGBwgJ","key":"${'A'.repeat(44)}"}]}]}`,
  ])('a damaged file is set aside: %j', async (text) => {
    await writeFile(path, text);
    const store = await openTrustStore(path, box());
    expect(store.damaged?.file).toMatch(/^trust/);
    expect(store.identity.publicKey).toHaveLength(32);
    expect(store.known(PETER)).toEqual({ devices: [], meetings: 0 });
  });
});
