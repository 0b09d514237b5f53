import * as z from 'zod';
import { type DamagedFile, openStoredFile } from './stored-file.ts';

/** The system's key store (Electron's safeStorage); injected, so that this room knows no Electron. */
export interface SecretBox {
  isAvailable(): boolean;
  /** Base64. Throws when the key store refuses. */
  encrypt(text: string): string;
  /** Throws when the text was encrypted by another user or on another computer. */
  decrypt(base64: string): string;
}

export interface StoredAccount {
  readonly server: string;
  readonly address: string;
  readonly friendlyName: string;
  readonly accessToken: string;
}

const token = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('encrypted'), value: z.base64().max(4_096) }),
  /** The token in the clear, where the system has no key store: the file is readable by its owner only (mode 0600). */
  z.strictObject({ kind: z.literal('plain'), value: z.string().min(1).max(256) }),
]);

/** Strict, unlike the settings: this file holds a secret, and unknown fields beside it are refused. */
export const accountSchema = z.strictObject({
  version: z.literal(1),
  account: z.nullable(
    z.strictObject({
      server: z.string().min(1).max(255),
      address: z.string().min(3).max(129),
      friendlyName: z.string().min(1).max(129),
      token,
    }),
  ),
});

export interface AccountStore {
  readonly account: StoredAccount | undefined;
  readonly damaged: DamagedFile | undefined;
  /** The token on disk could not be decrypted; the account is kept without it and cannot sign in. */
  readonly tokenUnreadable: boolean;
  /** Resolves with how the token is kept, when the file is on disk. */
  save(account: StoredAccount): Promise<'encrypted' | 'plain'>;
  forget(): Promise<void>;
  flush(): Promise<void>;
}

/** Opens `account.json`: one account, its access token encrypted where the system has a key store. */
export async function openAccount(path: string, box: SecretBox): Promise<AccountStore> {
  const file = await openStoredFile<z.infer<typeof accountSchema>>(path, accountSchema, { version: 1, account: null });
  let account: StoredAccount | undefined;
  let tokenUnreadable = false;

  const stored = file.value.account;
  if (stored !== null) {
    const { token: kept, ...rest } = stored;
    try {
      account = { ...rest, accessToken: kept.kind === 'plain' ? kept.value : box.decrypt(kept.value) };
    } catch {
      tokenUnreadable = true;
    }
  }

  return {
    get account() {
      return account;
    },
    damaged: file.damaged,
    tokenUnreadable,
    async save(next) {
      account = next;
      const { accessToken, ...rest } = next;
      let kept: z.infer<typeof token> = { kind: 'plain', value: accessToken };
      if (box.isAvailable()) {
        try {
          kept = { kind: 'encrypted', value: box.encrypt(accessToken) };
        } catch {
          // The key store is locked or gone: the token is kept as on systems without one, and `save` resolves with `plain`.
        }
      }
      await file.set({ version: 1, account: { ...rest, token: kept } });
      return kept.kind;
    },
    async forget() {
      account = undefined;
      await file.set({ version: 1, account: null });
    },
    flush: () => file.flush(),
  };
}
