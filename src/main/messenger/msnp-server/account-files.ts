import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../../settings/atomic-file.ts';
import { STORED_ACCOUNT, type DamagedFile, type StoredAccount } from './account-store.ts';

/** Accounts as the first versions kept them: one JSON file each. */
export interface AccountFiles {
  readonly accounts: readonly StoredAccount[];
  readonly damaged: readonly DamagedFile[];
  /** Deletes the files, once the accounts are kept elsewhere. Damaged files stay where they were set aside. */
  remove(): Promise<void>;
}

/** Reads the folder, which need not exist. */
export async function readAccountFiles(folder: string): Promise<AccountFiles> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = names.filter((name) => /^[^%]+%40[^%]+\.json$/.test(name)).map((name) => join(folder, name));
  const accounts: StoredAccount[] = [];
  const damaged: DamagedFile[] = [];
  for (const path of paths) {
    const file = await readJsonFile(path, STORED_ACCOUNT);
    if (file.tag === 'read') accounts.push(file.value);
    else if (file.tag === 'damaged') damaged.push(file);
  }
  return {
    accounts,
    damaged,
    async remove() {
      for (const path of paths) await rm(path, { force: true });
      // `rmdir` refuses a folder that still holds something, and such a folder is to stay.
      await rmdir(folder).catch(() => undefined);
    },
  };
}
