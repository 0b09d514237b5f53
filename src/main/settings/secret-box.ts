import * as z from 'zod';

/** The system's key store (Electron's safeStorage); injected, so that this room knows no Electron. */
export interface SecretBox {
  isAvailable(): Promise<boolean>;
  /** Base64. Rejects when the key store refuses, or does not answer. */
  encrypt(text: string): Promise<string>;
  /** Rejects when the text was encrypted by another user or on another computer, or the key store does not answer. */
  decrypt(base64: string): Promise<string>;
}

export const secretSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('encrypted'), value: z.base64().max(4_096) }),
  /** Where the system has no key store: the file is readable by its owner only (mode 0600). */
  z.strictObject({ kind: z.literal('plain'), value: z.string().min(1).max(1_024) }),
]);
export type Secret = z.infer<typeof secretSchema>;

/** The key store may be locked or gone: then the secret is kept like on systems without one, and the caller says so. */
export async function lockUp(box: SecretBox, value: string): Promise<Secret> {
  try {
    if (await box.isAvailable()) return { kind: 'encrypted', value: await box.encrypt(value) };
  } catch {
    // As said above.
  }
  return { kind: 'plain', value };
}

/** Rejects when it was encrypted by another user or on another computer. */
export async function unlock(box: SecretBox, { kind, value }: Secret): Promise<string> {
  return kind === 'plain' ? value : box.decrypt(value);
}
