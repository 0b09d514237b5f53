import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';
import { openTrustStore, type TrustStore } from '../../../src/main/settings/trust-store.ts';
import { createKeyFiles } from '../../../src/main/shell/key-files.ts';
import { base64Encode, utf8Encode } from '../../../src/protocol/bytes/text.ts';

const BOX: SecretBox = { isAvailable: async () => false, encrypt: async (text) => text, decrypt: async (text) => text };

describe('this installation’s key as a file', () => {
  let folder: string;
  let old: TrustStore;
  let fresh: TrustStore;
  let written: string | undefined;
  const files = (trust: TrustStore, chosen: string | undefined = '/desk/Ringback.ringbackkey') =>
    createKeyFiles({
      trust,
      chooseSavePath: async () => chosen,
      chooseOpenPath: async () => chosen,
      write: async (_path, text) => void (written = text),
      read: async () => {
        if (written === undefined) throw new Error('no such file');
        return utf8Encode(written);
      },
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-key-'));
    old = await openTrustStore(join(folder, 'old.json'), BOX);
    fresh = await openTrustStore(join(folder, 'fresh.json'), BOX);
    written = undefined;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is taken to another computer with its password, however that is typed, and stays there', async () => {
    const saved = await files(old).save();
    expect(saved).toMatchObject({ fileName: 'Ringback.ringbackkey' });
    expect(written).not.toContain(base64Encode(old.identity.secretKey));
    const typed = ` ${saved?.password.toLowerCase().match(/.{4}/g)?.join(' ')}`;
    expect(await files(fresh).take(typed)).toBe(true);
    expect(fresh.identity).toEqual(old.identity);
    expect((await openTrustStore(join(folder, 'fresh.json'), BOX)).identity).toEqual(old.identity);
  });

  it('is of no use with another password, and nothing changes', async () => {
    await files(old).save();
    const before = fresh.identity;
    await expect(files(fresh).take('CFHKMQRWY24679CF')).rejects.toMatchObject({ code: 'WRONG_KEY_PASSWORD' });
    expect(fresh.identity).toEqual(before);
  });

  it.each(['', 'hello', 'Ringback key 1\n', 'Ringback key 1\nAAAA\n', 'Ringback key 1\n====\n'])('%j is no key file', async (text) => {
    written = text;
    await expect(files(fresh).take('x')).rejects.toMatchObject({ code: 'BAD_KEY_FILE' });
  });

  it('does nothing where nothing is chosen, and says what cannot be read', async () => {
    expect(
      await files(old, '')
        .take('x')
        .catch((error: { code: string }) => error.code),
    ).toBe('UNREADABLE_FILE');
    const none = createKeyFiles({
      trust: old,
      chooseSavePath: async () => undefined,
      chooseOpenPath: async () => undefined,
      write: async () => undefined,
      read: async () => new Uint8Array(),
    });
    expect([await none.save(), await none.take('x')]).toEqual([null, false]);
  });
});
