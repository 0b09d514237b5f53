import type { Clock } from '../clock.ts';
import type { SecretBox } from '../settings/secret-box.ts';

/** A key store may ask for its password first, which a person has to type. One that hangs keeps the start waiting for no longer; what the message bus gives a call as well. */
const ANSWER_WITHIN_MS = 25_000;

/** Of Electron's safeStorage. What is synchronous waits for the key store on the thread that Stop runs on; Electron 45 has both. */
export interface KeyStore {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  /** Linux only. */
  getSelectedStorageBackend(): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(encrypted: Buffer): Promise<{ readonly result: string }>;
}

/** The system's key store. On Linux without one, Electron falls back to a fixed key ("basic_text"), which hides nothing: that counts as none. */
export function systemSecretBox(store: KeyStore, platform: string, clock: Clock): SecretBox {
  const hides = (): boolean => platform !== 'linux' || store.getSelectedStorageBackend() !== 'basic_text';
  const answer = <T>(asked: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(ANSWER_WITHIN_MS, () => reject(new Error('the key store does not answer')));
      asked.then(resolve, reject).finally(cancel);
    });
  return {
    isAvailable: async () =>
      (await (store.isAsyncEncryptionAvailable === undefined
        ? store.isEncryptionAvailable()
        : answer(store.isAsyncEncryptionAvailable()))) && hides(),
    encrypt: async (text) => {
      const encrypted = store.encryptStringAsync === undefined ? store.encryptString(text) : await answer(store.encryptStringAsync(text));
      return encrypted.toString('base64');
    },
    decrypt: async (base64) => {
      const encrypted = Buffer.from(base64, 'base64');
      return store.decryptStringAsync === undefined
        ? store.decryptString(encrypted)
        : (await answer(store.decryptStringAsync(encrypted))).result;
    },
  };
}
