import { expect, it } from 'vitest';
import { type KeyStore, systemSecretBox } from '../../../src/main/shell/secret-box.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const refuses = () => Promise.reject(new Error('locked'));
const reverse = (text: string) => [...text].toReversed().join('');
const synchronous: KeyStore = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(reverse(text)),
  decryptString: (encrypted) => reverse(encrypted.toString()),
  getSelectedStorageBackend: () => 'gnome_libsecret',
};
const blocking = (): never => {
  throw new Error('blocks the thread');
};
const asynchronous: KeyStore = {
  isEncryptionAvailable: blocking,
  encryptString: blocking,
  decryptString: blocking,
  getSelectedStorageBackend: () => 'kwallet6',
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => Buffer.from(reverse(text)),
  decryptStringAsync: async (encrypted) => ({ result: reverse(encrypted.toString()) }),
};

it.each([
  ['an Electron that only waits', synchronous],
  ['an Electron that need not', asynchronous],
])('%s keeps and gives back', async (_which, store) => {
  const clock = new VirtualClock();
  const box = systemSecretBox(store, 'linux', clock);
  expect(await box.isAvailable()).toBe(true);
  const kept = await box.encrypt('token');
  expect(Buffer.from(kept, 'base64').toString()).toBe('nekot');
  expect(await box.decrypt(kept)).toBe('token');
  expect(clock.pendingTimers).toBe(0);
});

it('a fixed key is no key, which only Linux has', async () => {
  const basic = { ...asynchronous, getSelectedStorageBackend: () => 'basic_text' };
  expect(await systemSecretBox(basic, 'linux', new VirtualClock()).isAvailable()).toBe(false);
  expect(await systemSecretBox({ ...basic, getSelectedStorageBackend: blocking }, 'win32', new VirtualClock()).isAvailable()).toBe(true);
});

it('one that hangs is given up, and one that refuses is heard', async () => {
  const clock = new VirtualClock();
  const hangs = () => new Promise<never>(() => {});
  const hanging = systemSecretBox(
    { ...asynchronous, isAsyncEncryptionAvailable: hangs, encryptStringAsync: hangs, decryptStringAsync: hangs },
    'linux',
    clock,
  );
  const asked = [hanging.isAvailable(), hanging.encrypt('token'), hanging.decrypt('')].map((answer) =>
    answer.then(() => 'answered', String),
  );
  await clock.advance(25_000);
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['Error: the key store does not answer']));
  const refusing = systemSecretBox({ ...asynchronous, encryptStringAsync: refuses }, 'linux', clock);
  await expect(refusing.encrypt('token')).rejects.toThrow('locked');
  expect(clock.pendingTimers).toBe(0);
});
