import * as z from 'zod';
import { lockUp, type SecretBox, secretSchema, unlock } from './secret-box.ts';
import { type DamagedFile, openStoredFile } from './stored-file.ts';
import { FIRST_TRANSPORT, transportName } from './transport-name.ts';

/** What every account has, whichever the transport. All fields are texts. */
interface AnyAccount {
  readonly transport: string;
  readonly address: string;
  readonly friendlyName: string;
  readonly [field: string]: string;
}

/** The accounts of one transport. */
export interface AccountKind<A extends AnyAccount = AnyAccount> {
  /** Of the transport: a short word in lower case. */
  readonly name: string;
  /** What may be kept. */
  readonly account: z.ZodType<A>;
  /** What a person may type; no wider than `account`. */
  readonly typed: z.ZodType<A>;
  /** Names of the fields that are encrypted on the disk, and never shown. */
  readonly secrets: readonly string[];
}

/** An account as a transport of this version writes it. Strict on purpose: nothing that we do not know belongs beside a secret. */
const knownEntry = z.strictObject({
  transport: transportName,
  fields: z.record(z.string().max(64), z.string().max(1_024)),
  secrets: z.record(z.string().max(64), secretSchema),
});

/** Accounts of transports that only a later version knows are kept as they are. */
const entry = z.looseObject({ transport: transportName });
type Entry = z.infer<typeof entry>;

const MAX_ENTRIES = 32;

const accountsFile = z.strictObject({ version: z.literal(2), accounts: z.array(entry).max(MAX_ENTRIES) });
type AccountsFile = z.infer<typeof accountsFile>;

/** As it was when there was one transport. */
const oneAccountFile = z.strictObject({
  version: z.literal(1),
  account: z.nullable(
    z.strictObject({
      server: z.string().min(1).max(255),
      address: z.string().min(3).max(129),
      friendlyName: z.string().min(1).max(129),
      token: secretSchema,
    }),
  ),
});

export const accountSchema: z.ZodType<AccountsFile> = z.union([
  accountsFile,
  oneAccountFile.transform(({ account }): AccountsFile => {
    if (account === null) return { version: 2, accounts: [] };
    const { token: accessToken, ...fields } = account;
    return { version: 2, accounts: [{ transport: FIRST_TRANSPORT, fields, secrets: { accessToken } }] };
  }),
]);

export interface AccountStore {
  /** One a transport at most, in the order of the kinds. */
  readonly accounts: readonly AnyAccount[];
  /** Every secret of theirs. */
  readonly secrets: readonly string[];
  readonly damaged: DamagedFile | undefined;
  /** As a stored file has it. */
  readonly newer: boolean;
  /** A secret on disk could not be decrypted; its account is kept without it and cannot sign in. */
  readonly secretUnreadable: boolean;
  of(transport: string): AnyAccount | undefined;
  /** In the place of the transport's account. Resolves when it is on disk, and says how the secrets are kept. */
  save(account: AnyAccount): Promise<'encrypted' | 'plain'>;
  forget(transport: string): Promise<void>;
  flush(): Promise<void>;
}

/** `account.json`: an account of each transport that has one, secrets encrypted where the system can. */
export async function openAccounts(path: string, box: SecretBox, kinds: readonly AccountKind[]): Promise<AccountStore> {
  const file = await openStoredFile<AccountsFile>(path, accountSchema, { version: 2, accounts: [] });
  const kindOf = new Map(kinds.map((kind) => [kind.name, kind]));
  const accounts = new Map<string, AnyAccount>();
  let secretUnreadable = false;

  async function read(kind: AccountKind, stored: Entry): Promise<void> {
    const known = knownEntry.safeParse(stored);
    if (!known.success) return;
    const { fields, secrets } = known.data;
    const told: Record<string, string> = {};
    try {
      for (const [name, kept] of Object.entries(secrets)) told[name] = await unlock(box, kept);
    } catch {
      secretUnreadable = true;
      return;
    }
    const account = kind.account.safeParse({ transport: kind.name, ...fields, ...told });
    if (account.success) accounts.set(kind.name, account.data);
  }
  // At once: where the key store does not answer, that is waited for once.
  await Promise.all(
    file.value.accounts.map(async (stored) => {
      const kind = kindOf.get(stored.transport);
      if (kind !== undefined) await read(kind, stored);
    }),
  );
  /** The key store takes its time: what is written is written in the order in which it was asked for. */
  let written: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = written.then(write);
    written = turn.catch(() => undefined);
    return turn;
  };

  function write(transport: string, written: Entry | undefined): Promise<void> {
    const others = file.value.accounts.filter((stored) => stored.transport !== transport);
    return file.set({ version: 2, accounts: written === undefined ? others : [...others, written] });
  }

  return {
    get accounts() {
      return kinds.flatMap(({ name }) => accounts.get(name) ?? []);
    },
    get secrets() {
      return kinds.flatMap((kind) => secretsOf(kind, accounts.get(kind.name)));
    },
    damaged: file.damaged,
    newer: file.newer,
    secretUnreadable,
    of: (transport) => accounts.get(transport),
    async save(next) {
      const kind = kindOf.get(next.transport);
      if (kind === undefined) throw new Error(`no transport ${next.transport}`);
      accounts.set(kind.name, next);
      const { transport, ...rest } = next;
      const fields = Object.entries<string>(rest).filter(([name]) => !kind.secrets.includes(name));
      return inTurn(async () => {
        const secrets = await Promise.all(
          Object.entries<string>(rest).flatMap(([name, value]) =>
            kind.secrets.includes(name) ? [lockUp(box, value).then((locked) => [name, locked] as const)] : [],
          ),
        );
        await write(transport, { transport, fields: Object.fromEntries(fields), secrets: Object.fromEntries(secrets) });
        return secrets.some(([, { kind: how }]) => how === 'plain') ? 'plain' : 'encrypted';
      });
    },
    async forget(transport) {
      accounts.delete(transport);
      await inTurn(() => write(transport, undefined));
    },
    flush: async () => {
      await written;
      await file.flush();
    },
  };
}

/** The secrets of an account of this kind. */
function secretsOf({ secrets }: AccountKind, account: AnyAccount | undefined): readonly string[] {
  return Object.entries<string>({ ...account }).flatMap(([name, value]) => (secrets.includes(name) ? [value] : []));
}

/** An account without its secrets: what a window may see. */
export function withoutSecrets({ secrets }: AccountKind, account: AnyAccount): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries<string>({ ...account }).filter(([name]) => !secrets.includes(name)));
}
