import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { readJsonFile, writeJsonFile, type JsonFile } from '../../settings/atomic-file.ts';

export const CONTACT_LIMIT = 600;
const GROUP_LIMIT = 30;
/** Longer than a server needs to rewrite one account. */
const REWRITE_MS = 100;
const ADDRESS = z.string().transform((text, context) => {
  const address = normaliseAddress(text);
  if (address === undefined) context.addIssue({ code: 'custom', message: 'not an address' });
  return address ?? z.NEVER;
});
const GROUP_ID = z.number().int().min(0).max(1000);

const STORED_ACCOUNT = z.strictObject({
  version: z.literal(1),
  address: ADDRESS,
  friendlyName: z.string().min(1).max(387),
  /**
   * In the clear (the file is private to its owner): MD5 log-in needs the token itself to check an answer to a fresh
   * random challenge. A stored hash would force one fixed challenge per account, and its answer could be replayed. That is
   * why tokens are generated and never chosen: what a thief of this file learns opens nothing else.
   */
  accessToken: z.string().min(16).max(128),
  /** Counts every change of the lists (SYN's serial). */
  serial: z.number().int().min(1),
  privacy: z.enum(['AL', 'BL']),
  prompt: z.enum(['A', 'N']),
  groups: z.array(z.strictObject({ id: GROUP_ID, name: z.string().max(387) })).max(GROUP_LIMIT),
  forward: z.array(z.strictObject({ address: ADDRESS, groups: z.array(GROUP_ID).max(GROUP_LIMIT) })).max(CONTACT_LIMIT),
  allow: z.array(ADDRESS).max(CONTACT_LIMIT),
  block: z.array(ADDRESS).max(CONTACT_LIMIT),
});

/** One account with its lists. The reverse list is not stored: it follows from everybody's forward lists. */
export type StoredAccount = Readonly<z.infer<typeof STORED_ACCOUNT>>;

export type AccountErrorCode = 'INVALID_ADDRESS' | 'INVALID_NAME' | 'ALREADY_EXISTS' | 'NO_SUCH_ACCOUNT';

export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: AccountErrorCode;
  constructor(code: AccountErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type DamagedFile = JsonFile<unknown> & { tag: 'damaged' };

/** Where accounts live. Reading is from memory; `put` counts at once and reaches the disk soon after. */
export interface AccountStore {
  /** Loads everything. Damaged files are set aside and told; the others are not affected. */
  open(): Promise<readonly DamagedFile[]>;
  list(): readonly StoredAccount[];
  find(address: string): StoredAccount | undefined;
  create(account: StoredAccount): Promise<void>;
  /** Only for an account that exists. */
  put(account: StoredAccount): void;
  remove(address: string): Promise<void>;
  /** What other processes have added or removed since. */
  refresh(): Promise<{ readonly added: readonly string[]; readonly removed: readonly string[] }>;
  /** Resolves when every `put` is on disk. Rejects with the first write error. */
  flush(): Promise<void>;
}

/** A fresh account with a generated access token (20 characters of 32, 100 random bits). Throws AccountError. */
export function newAccount(address: string, friendlyName: string): StoredAccount {
  const normal = normaliseAddress(address);
  if (normal === undefined) throw new AccountError('INVALID_ADDRESS', 'an address looks like name@host, in plain letters, digits and ._+-');
  const name = friendlyName.trim() === '' ? normal : friendlyName.trim();
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  if (name.length > 129 || /[\u0000-\u001f\u007f]/.test(name)) throw new AccountError('INVALID_NAME', 'a friendly name is one line of at most 129 characters');
  return {
    version: 1,
    address: normal,
    friendlyName: name,
    accessToken: newAccessToken(),
    serial: 1,
    privacy: 'AL',
    prompt: 'A',
    groups: [{ id: 0, name: 'Contacts' }],
    forward: [],
    allow: [],
    block: [],
  };
}

/** Without 0, 1, i, o, which people mistake; 32 characters, so that every random byte is used evenly. */
const TOKEN_CHARACTERS = '23456789abcdefghjklmnpqrstuvwxyz';

function newAccessToken(): string {
  const characters = Array.from(randomBytes(20), (byte) => TOKEN_CHARACTERS.charAt(byte & 31)).join('');
  return (characters.match(/.{5}/g) ?? []).join('-');
}

/**
 * One file an account. So a damaged file never costs another account, and a second process can add (a new file) and remove
 * (unlink) while the server runs, without a lock: the server alone rewrites, and never a file that is gone.
 */
export class JsonAccountStore implements AccountStore {
  private readonly directory: string;
  private readonly accounts = new Map<string, StoredAccount>();
  private readonly unsaved = new Set<string>();
  private saving: Promise<void> | undefined;
  private saveError: unknown;

  /** `directory` is made when missing; accounts are in its folder `accounts`. */
  constructor(directory: string) {
    this.directory = join(directory, 'accounts');
  }

  async open(): Promise<readonly DamagedFile[]> {
    await this.flush();
    this.accounts.clear();
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const damaged: DamagedFile[] = [];
    for (const address of await this.addressesOnDisk()) {
      const file = await readJsonFile(this.path(address), STORED_ACCOUNT);
      if (file.tag === 'read') this.accounts.set(address, file.value);
      else if (file.tag === 'damaged') damaged.push(file);
    }
    return damaged;
  }

  list(): readonly StoredAccount[] {
    return [...this.accounts.values()];
  }

  find(address: string): StoredAccount | undefined {
    const known = this.accounts.get(address);
    if (known !== undefined || normaliseAddress(address) !== address) return known;
    // Perhaps added a moment ago by another process.
    try {
      const path = this.path(address);
      if (!existsSync(path)) return undefined;
      const account = STORED_ACCOUNT.parse(JSON.parse(readFileSync(path, 'utf8')));
      this.accounts.set(address, account);
      return account;
    } catch {
      return undefined;
    }
  }

  async create(account: StoredAccount): Promise<void> {
    if (existsSync(this.path(account.address))) throw new AccountError('ALREADY_EXISTS', `there is already an account ${account.address}`);
    await writeJsonFile(this.path(account.address), account);
    this.accounts.set(account.address, account);
  }

  put(account: StoredAccount): void {
    if (!this.accounts.has(account.address)) return;
    this.accounts.set(account.address, account);
    this.unsaved.add(account.address);
    this.saving ??= this.save();
  }

  async remove(address: string): Promise<void> {
    const path = this.path(address);
    if (!existsSync(path) && !this.accounts.has(address)) throw new AccountError('NO_SUCH_ACCOUNT', `there is no account ${address}`);
    this.accounts.delete(address);
    await this.saving;
    await rm(path, { force: true });
    // A server in another process may have been in the middle of rewriting it: once more after it has had the time to see.
    await new Promise((resolve) => void setTimeout(resolve, REWRITE_MS));
    await rm(path, { force: true });
  }

  async refresh(): Promise<{ readonly added: readonly string[]; readonly removed: readonly string[] }> {
    const onDisk = new Set(await this.addressesOnDisk());
    const removed = [...this.accounts.keys()].filter((address) => !onDisk.has(address) && !this.unsaved.has(address));
    for (const address of removed) this.accounts.delete(address);
    const added = [...onDisk].filter((address) => !this.accounts.has(address) && this.find(address) !== undefined);
    return { added, removed };
  }

  async flush(): Promise<void> {
    await this.saving;
    const error = this.saveError;
    this.saveError = undefined;
    if (error !== undefined) throw error;
  }

  /** One writer; an account that changes ten times meanwhile is written once. */
  private async save(): Promise<void> {
    await Promise.resolve();
    for (const address of this.unsaved) {
      const account = this.accounts.get(address);
      try {
        // Taken off first: a `put` during the write puts it on again, and this loop comes to it once more.
        this.unsaved.delete(address);
        if (account !== undefined && existsSync(this.path(address))) await writeJsonFile(this.path(address), account);
      } catch (error) {
        this.saveError ??= error;
      }
    }
    this.saving = undefined;
  }

  private path(address: string): string {
    return join(this.directory, `${encodeURIComponent(address)}.json`);
  }

  private async addressesOnDisk(): Promise<readonly string[]> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names.flatMap((name) => {
      const match = /^([^%]+)%40([^%]+)\.json$/.exec(name);
      if (match === null) return [];
      const address = normaliseAddress(decodeURIComponent(name.slice(0, -'.json'.length)));
      return address === undefined ? [] : [address];
    });
  }
}
