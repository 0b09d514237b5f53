import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { encodeFriendlyName, FRIENDLY_NAME_LIMIT } from '../../../protocol/msnp/friendly-name.ts';
import type { JsonFile } from '../../settings/atomic-file.ts';

export const CONTACT_LIMIT = 600;
export const GROUP_LIMIT = 30;
const ADDRESS = z.string().transform((text, context) => {
  const address = normaliseAddress(text);
  if (address === undefined) context.addIssue({ code: 'custom', message: 'not an address' });
  return address ?? z.NEVER;
});
const GROUP_ID = z.number().int().min(0).max(1000);

export const STORED_ACCOUNT = z.strictObject({
  version: z.literal(1),
  address: ADDRESS,
  friendlyName: z.string().min(1).max(387),
  /**
   * In the clear (the database is private to its owner): MD5 log-in needs the token itself to check an answer to a fresh
   * random challenge. A stored hash would force one fixed challenge per account, and its answer could be replayed. That is
   * why tokens are generated and never chosen: what a thief of it learns opens nothing else.
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

/** A change could not be written to the disk, and no part of it was made. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Keeps accounts. Reads come from memory; a change is on the disk when its call returns. */
export interface AccountStore {
  /** Loads all accounts. Resolves with what is damaged: files are set aside, rows are skipped, the other accounts are not affected. */
  open(): Promise<readonly DamagedFile[]>;
  list(): readonly StoredAccount[];
  find(address: string): StoredAccount | undefined;
  create(account: StoredAccount): Promise<void>;
  /** Updates existing accounts: all of them or, with a StorageError, none. */
  put(...accounts: readonly StoredAccount[]): void;
  remove(address: string): Promise<void>;
  /** The addresses that other processes have added and removed since the last call; one that is in both was removed first and made anew. */
  refresh(): { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Closes the files; reads from memory still work. */
  close(): void;
}

/** A fresh account with a generated access token (20 characters of 32, 100 random bits). Throws AccountError. */
export function newAccount(address: string, friendlyName: string): StoredAccount {
  const normal = normaliseAddress(address);
  if (normal === undefined) throw new AccountError('INVALID_ADDRESS', 'an address looks like name@host, in plain letters, digits and ._+-');
  const name = friendlyName.trim() === '' ? normal : friendlyName.trim();
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  if (encodeFriendlyName(name).length > FRIENDLY_NAME_LIMIT || /[\u0000-\u001f\u007f]/.test(name))
    throw new AccountError('INVALID_NAME', 'a friendly name is one line of at most 129 characters, 43 where they are not Latin letters');
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
