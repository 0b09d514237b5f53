import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance as Statement } from '@photostructure/sqlite';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { readAccountFiles } from './account-files.ts';
import { AccountError, STORED_ACCOUNT, StorageError, type AccountStore, type DamagedFile, type StoredAccount } from './account-store.ts';

const SCHEMA_VERSION = 1;
/** How long a change waits for another process that is writing. */
const BUSY_MS = 5_000;

const SCHEMA = `
  CREATE TABLE account (
    address TEXT PRIMARY KEY,
    friendly_name TEXT NOT NULL,
    access_token TEXT NOT NULL,
    serial INTEGER NOT NULL,
    privacy TEXT NOT NULL,
    prompt TEXT NOT NULL
  ) STRICT;
  CREATE TABLE contact_group (
    owner TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (owner, id)
  ) STRICT;
  CREATE TABLE list_entry (
    owner TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    list TEXT NOT NULL CHECK (list IN ('FL', 'AL', 'BL')),
    address TEXT NOT NULL,
    /** Forward list: identifiers of the groups, with commas between. */
    groups TEXT NOT NULL,
    PRIMARY KEY (owner, list, address)
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The primary result code: SQLite says more in the upper bits. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

type Row = Readonly<Record<string, unknown>>;

interface Statements {
  readonly insertAccount: Statement;
  readonly updateAccount: Statement;
  readonly deleteAccount: Statement;
  readonly account: Statement;
  readonly groups: Statement;
  readonly entries: Statement;
  readonly tokens: Statement;
  readonly putGroup: Statement;
  readonly deleteGroup: Statement;
  readonly putEntry: Statement;
  readonly deleteEntry: Statement;
  readonly dataVersion: Statement;
}

interface Database {
  readonly connection: DatabaseSyncInstance;
  readonly statements: Statements;
}

/** One row of a list, as it is stored. */
interface Entry {
  readonly list: 'FL' | 'AL' | 'BL';
  readonly address: string;
  readonly groups: string;
}

/** Accounts in one SQLite database. Only differences are written, one transaction a change; see docs/decisions/0005. */
export class SqliteAccountStore implements AccountStore {
  private readonly directory: string;
  private readonly accounts = new Map<string, StoredAccount>();
  private database: Database | undefined;
  private seenVersion: unknown;

  /** `directory` is made when missing; it holds `accounts.db`, and `accounts/` where an older version kept files. */
  constructor(directory: string) {
    this.directory = directory;
  }

  async open(): Promise<readonly DamagedFile[]> {
    this.close();
    this.accounts.clear();
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, 'accounts.db');
    // Made with mode 0600 before SQLite opens it, because it holds access tokens. SQLite gives its journal the same permissions.
    await (await open(path, 'a', 0o600)).close();
    const damaged: DamagedFile[] = [];
    try {
      this.database = connect(path);
    } catch (error) {
      const problem = damage(error);
      if (problem === undefined) throw error;
      damaged.push(await setAside(path, problem));
      await (await open(path, 'a', 0o600)).close();
      this.database = connect(path);
    }
    damaged.push(...(await this.takeOverFiles(this.database)));
    this.seenVersion = this.database.statements.dataVersion.get();
    for (const row of this.database.statements.tokens.all()) {
      const address = String((row as Row)['address']);
      const problem = this.load(this.database, address);
      if (problem !== undefined) damaged.push({ tag: 'damaged', path, problem: `${address}: ${problem}` });
    }
    return damaged;
  }

  list(): readonly StoredAccount[] {
    return [...this.accounts.values()];
  }

  find(address: string): StoredAccount | undefined {
    const known = this.accounts.get(address);
    if (known !== undefined || this.database === undefined || normaliseAddress(address) !== address) return known;
    // Another process may have added the account a moment ago. An unreadable disk is reported by `refresh`, not here.
    try {
      this.load(this.database, address);
    } catch (error) {
      if (resultCode(error) === undefined) throw error;
    }
    return this.accounts.get(address);
  }

  create(account: StoredAccount): Promise<void> {
    return settled(() => {
      const database = this.requireOpen();
      transact(database, () => {
        const { changes } = database.statements.insertAccount.run(...columns(account));
        if (changes === 0) throw new AccountError('ALREADY_EXISTS', `there is already an account ${account.address}`);
        writeLists(database, undefined, account);
      });
      this.accounts.set(account.address, account);
    });
  }

  put(...accounts: readonly StoredAccount[]): void {
    const database = this.requireOpen();
    const gone: string[] = [];
    transact(database, () => {
      for (const account of accounts) {
        const before = this.accounts.get(account.address);
        const { address, friendlyName, serial, privacy, prompt, accessToken } = account;
        // Another process may have removed the account, and made it anew with another token: then no row has this token and none is updated.
        const { changes } = database.statements.updateAccount.run(friendlyName, serial, privacy, prompt, address, accessToken);
        if (before === undefined || changes === 0) gone.push(address);
        else writeLists(database, before, account);
      }
    });
    for (const account of accounts) if (!gone.includes(account.address)) this.accounts.set(account.address, account);
  }

  remove(address: string): Promise<void> {
    return settled(() => {
      const database = this.requireOpen();
      const removed = transact(database, () => database.statements.deleteAccount.run(address).changes !== 0);
      if (!this.accounts.delete(address) && !removed) throw new AccountError('NO_SUCH_ACCOUNT', `there is no account ${address}`);
    });
  }

  refresh(): { readonly added: readonly string[]; readonly removed: readonly string[] } {
    const database = this.requireOpen();
    const version = database.statements.dataVersion.get();
    if (sameVersion(version, this.seenVersion)) return { added: [], removed: [] };
    this.seenVersion = version;
    const stored = new Map(database.statements.tokens.all().map((row) => [String((row as Row)['address']), (row as Row)['token']]));
    // An account keeps its token for life, so another token means another account.
    const removed = [...this.accounts.values()].flatMap(({ address, accessToken }) =>
      stored.get(address) === accessToken ? [] : [address],
    );
    for (const address of removed) this.accounts.delete(address);
    const added = [...stored.keys()].filter((address) => !this.accounts.has(address) && this.find(address) !== undefined);
    return { added, removed };
  }

  close(): void {
    this.database?.connection.close();
    this.database = undefined;
  }

  /**
   * Imports the files of older versions in one transaction. If the process ends before the files are removed, the next import finds the
   * accounts already there.
   */
  private async takeOverFiles(database: Database): Promise<readonly DamagedFile[]> {
    const files = await readAccountFiles(join(this.directory, 'accounts'));
    transact(database, () => {
      for (const account of files.accounts) {
        if (database.statements.insertAccount.run(...columns(account)).changes !== 0) writeLists(database, undefined, account);
      }
    });
    await files.remove();
    return files.damaged;
  }

  /** Loads the account's rows into memory. Gives the fault of a damaged row, else undefined. */
  private load({ statements }: Database, address: string): string | undefined {
    const row = statements.account.get(address) as Row | undefined;
    if (row === undefined) return undefined;
    const entries = statements.entries.all(address) as unknown as readonly Entry[];
    const on = (list: Entry['list']): string[] => entries.flatMap((entry) => (entry.list === list ? [entry.address] : []));
    const parsed = STORED_ACCOUNT.safeParse({
      version: 1,
      ...row,
      groups: statements.groups.all(address).map((group) => ({ ...(group as object) })),
      forward: entries.flatMap((entry) =>
        entry.list === 'FL' ? [{ address: entry.address, groups: entry.groups.split(',').map(Number) }] : [],
      ),
      allow: on('AL'),
      block: on('BL'),
    });
    if (parsed.success) {
      this.accounts.set(address, parsed.data);
      return undefined;
    }
    const [issue] = parsed.error.issues;
    return issue === undefined ? 'does not match its schema' : `${issue.path.map(String).join('.')}: ${issue.message}`;
  }

  private requireOpen(): Database {
    if (this.database === undefined) throw new StorageError('the accounts are closed');
    return this.database;
  }
}

/** Opens the database and makes missing tables. Throws SQLite's error after closing the connection. */
function connect(path: string): Database {
  const connection = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const [check] = connection.prepare('PRAGMA quick_check(1)').all() as readonly Row[];
    if (check?.['quick_check'] !== 'ok') throw Object.assign(new Error(String(check?.['quick_check'])), { errcode: SQLITE_CORRUPT });
    // Two processes may both find the file empty: the second checks again once it holds the write lock.
    connection.exec('BEGIN IMMEDIATE');
    const version = Number((connection.prepare('PRAGMA user_version').get() as Row)['user_version']);
    if (version === 0) connection.exec(SCHEMA);
    connection.exec('COMMIT');
    if (version > SCHEMA_VERSION) throw new StorageError('the accounts were written by a newer version');
    return { connection, statements: prepare(connection) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function prepare(connection: DatabaseSyncInstance): Statements {
  const sql = (text: string): Statement => connection.prepare(text);
  return {
    insertAccount: sql('INSERT INTO account VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    updateAccount: sql('UPDATE account SET friendly_name = ?, serial = ?, privacy = ?, prompt = ? WHERE address = ? AND access_token = ?'),
    deleteAccount: sql('DELETE FROM account WHERE address = ?'),
    account: sql(
      'SELECT address, friendly_name AS friendlyName, access_token AS accessToken, serial, privacy, prompt FROM account WHERE address = ?',
    ),
    groups: sql('SELECT id, name FROM contact_group WHERE owner = ? ORDER BY rowid'),
    entries: sql('SELECT list, address, groups FROM list_entry WHERE owner = ? ORDER BY rowid'),
    tokens: sql('SELECT address, access_token AS token FROM account ORDER BY rowid'),
    putGroup: sql('INSERT INTO contact_group VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name'),
    deleteGroup: sql('DELETE FROM contact_group WHERE owner = ? AND id = ?'),
    putEntry: sql('INSERT INTO list_entry VALUES (?, ?, ?, ?)'),
    deleteEntry: sql('DELETE FROM list_entry WHERE owner = ? AND list = ? AND address = ?'),
    dataVersion: sql('PRAGMA data_version'),
  };
}

/** Runs `act` in one transaction. SQLite's errors become StorageError, others are thrown as they are; either rolls back. */
function transact<T>({ connection }: Database, act: () => T): T {
  try {
    connection.exec('BEGIN IMMEDIATE');
    try {
      const value = act();
      connection.exec('COMMIT');
      return value;
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  } catch (error) {
    if (resultCode(error) === undefined) throw error;
    throw new StorageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function columns(account: StoredAccount): [string, string, string, number, string, string] {
  return [account.address, account.friendlyName, account.accessToken, account.serial, account.privacy, account.prompt];
}

/** Writes the differences between `before`, which is what the rows say, and `after`. */
function writeLists({ statements }: Database, before: StoredAccount | undefined, after: StoredAccount): void {
  const { address: owner } = after;
  if (before?.groups !== after.groups) {
    for (const { id } of before?.groups ?? []) if (!after.groups.some((group) => group.id === id)) statements.deleteGroup.run(owner, id);
    for (const { id, name } of after.groups) statements.putGroup.run(owner, id, name);
  }
  const same = before?.forward === after.forward && before.allow === after.allow && before.block === after.block;
  if (same) return;
  const key = ({ list, address, groups }: Entry): string => `${list} ${address} ${groups}`;
  const [old, now] = [entriesOf(before), entriesOf(after)];
  const [oldKeys, nowKeys] = [new Set(old.map(key)), new Set(now.map(key))];
  for (const entry of old) if (!nowKeys.has(key(entry))) statements.deleteEntry.run(owner, entry.list, entry.address);
  for (const entry of now) if (!oldKeys.has(key(entry))) statements.putEntry.run(owner, entry.list, entry.address, entry.groups);
}

function entriesOf(account: StoredAccount | undefined): readonly Entry[] {
  if (account === undefined) return [];
  return [
    ...account.forward.map(({ address, groups }) => ({ list: 'FL' as const, address, groups: groups.join(',') })),
    ...account.allow.map((address) => ({ list: 'AL' as const, address, groups: '' })),
    ...account.block.map((address) => ({ list: 'BL' as const, address, groups: '' })),
  ];
}

/** `PRAGMA data_version` moves on when another connection has committed, and not by our own commits. */
function sameVersion(one: unknown, other: unknown): boolean {
  return (one as Row | undefined)?.['data_version'] === (other as Row | undefined)?.['data_version'];
}

function resultCode(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** The fault of a damaged database file; undefined for errors with another cause. */
function damage(error: unknown): string | undefined {
  switch (resultCode(error)) {
    case SQLITE_NOTADB:
      return 'is not a database';
    case SQLITE_CORRUPT:
      return 'is damaged';
    default:
      return undefined;
  }
}

/** Renames the damaged database together with its journal, which a new database must not replay. */
async function setAside(path: string, problem: string): Promise<DamagedFile> {
  const setAsideAs = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    await rename(path + suffix, setAsideAs + suffix).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  return { tag: 'damaged', path, setAsideAs, problem };
}

/** Runs `act` at once and gives its outcome as a promise, as the interface wants. */
async function settled(act: () => void): Promise<void> {
  act();
}
