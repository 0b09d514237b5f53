import * as z from 'zod';

/** The system's key store (Electron's safeStorage); injected, so that this room knows no Electron. */
export interface SecretBox {
  isAvailable(): boolean;
  /** Base64. Throws when the key store refuses. */
  encrypt(text: string): string;
  /** Throws when the text was encrypted by another user or on another computer. */
  decrypt(base64: string): string;
}

export const secretSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('encrypted'), value: z.base64().max(4_096) }),
  /** Where the system has no key store: the file is readable by its owner only (mode 0600). */
  z.strictObject({ kind: z.literal('plain'), value: z.string().min(1).max(1_024) }),
]);
export type Secret = z.infer<typeof secretSchema>;

/** The key store may be locked or gone: then the secret is kept like on systems without one, and the caller says so. */
export function lockUp(box: SecretBox, value: string): Secret {
  try {
    if (box.isAvailable()) return { kind: 'encrypted', value: box.encrypt(value) };
  } catch {
    // As said above.
  }
  return { kind: 'plain', value };
}

/** Throws when it was encrypted by another user or on another computer. */
export function unlock(box: SecretBox, { kind, value }: Secret): string {
  return kind === 'plain' ? value : box.decrypt(value);
}
