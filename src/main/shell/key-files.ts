/* This installation's key as a file: saved under a password, and taken from one. Knows no Electron. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { SavedKeyView } from '../../preload/contract.ts';
import { generatePassword, passwordsMeant } from '../../protocol/assistance/assistance-crypto.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { utf8Decode } from '../../protocol/bytes/text.ts';
import { MAX_KEY_FILE_BYTES, readKeyFile, writeKeyFile } from '../../protocol/trust/key-file.ts';
import type { TrustStore } from '../settings/trust-store.ts';
import { CommandError } from './refusal.ts';
import { safeText } from './safe-text.ts';

export interface KeyFileDeps {
  readonly trust: Pick<TrustStore, 'identity' | 'take'>;
  /** The system's dialogs; undefined when the person cancels. */
  readonly chooseSavePath: () => Promise<string | undefined>;
  readonly chooseOpenPath: () => Promise<string | undefined>;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array>;
}

export interface KeyFiles {
  /** Null when the person does not choose a place. The password is in this answer and nowhere else. */
  save(): Promise<SavedKeyView | null>;
  /** False when the person does not choose a file. Rejects with CommandError UNREADABLE_FILE, BAD_KEY_FILE, WRONG_KEY_PASSWORD. */
  take(typed: string): Promise<boolean>;
}

export function createKeyFiles({ trust, ...files }: KeyFileDeps): KeyFiles {
  const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
  return {
    async save() {
      const path = await files.chooseSavePath();
      if (path === undefined) return null;
      const password = generatePassword(random);
      await files.write(path, await writeKeyFile(trust.identity, password, random));
      return { fileName: safeText(basename(path)), password };
    },
    async take(typed) {
      const path = await files.chooseOpenPath();
      if (path === undefined) return false;
      const bytes = await files.read(path, MAX_KEY_FILE_BYTES).catch(() => {
        throw new CommandError('UNREADABLE_FILE', 'the file cannot be read');
      });
      const key = await readKeyFile(utf8Decode(bytes), passwordsMeant(typed)).catch((error: unknown) => {
        if (!(error instanceof ProtocolError)) throw error;
        throw new CommandError(error.code === 'REFUSED' ? 'WRONG_KEY_PASSWORD' : 'BAD_KEY_FILE', 'this file gives no key');
      });
      await trust.take(key);
      return true;
    },
  };
}
