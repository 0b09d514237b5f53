import * as z from 'zod';
import { openStoredFile, type StoredFile } from './stored-file.ts';
import { FIRST_TRANSPORT, transportName } from './transport-name.ts';

/** MSNP lists end at 600 contacts; other messengers allow some thousand. */
const MAX_CACHED_CONTACTS = 2_000;
const MAX_LISTS = 32;

const list = z.object({
  /** Whose contacts these are. */
  owner: z.string().max(129),
  contacts: z.array(z.object({ address: z.string().min(1).max(129), friendlyName: z.string().max(400) })).max(MAX_CACHED_CONTACTS),
});

const listsFile = z.object({ version: z.literal(2), lists: z.array(z.object({ transport: transportName, ...list.shape })).max(MAX_LISTS) });
type Lists = z.infer<typeof listsFile>;

/** As it was when there was one transport. */
const oneListFile = z.object({ version: z.literal(1), ...list.shape });

export const contactsSchema: z.ZodType<Lists> = z.union([
  listsFile,
  oneListFile.transform(({ owner, contacts }): Lists => ({ version: 2, lists: [{ transport: FIRST_TRANSPORT, owner, contacts }] })),
]);

/** Whose list it is. */
interface Owner {
  readonly transport: string;
  readonly address: string;
}

export interface CachedContact extends Owner {
  readonly friendlyName: string;
}

export interface ContactsCache {
  readonly damaged: StoredFile<Lists>['damaged'];
  readonly newer: boolean;
  /** What is known of the contacts of `owner`; of nobody else's. */
  of(owner: Owner): readonly CachedContact[];
  /** Writes only when something changed. Lists of other transports stay. */
  keep(owner: Owner, contacts: readonly { readonly address: string; readonly friendlyName: string }[]): Promise<void>;
  forget(transport: string): Promise<void>;
  flush(): Promise<void>;
}

/** `contacts.json`: who was on each list when last signed in, to be shown while the messenger is away. */
export async function openContacts(path: string): Promise<ContactsCache> {
  const file = await openStoredFile<Lists>(path, contactsSchema, { version: 2, lists: [] });
  const others = (transport: string) => file.value.lists.filter((known) => known.transport !== transport);
  return {
    damaged: file.damaged,
    newer: file.newer,
    of: ({ transport, address }) => {
      const known = file.value.lists.find((each) => each.transport === transport && each.owner === address);
      return (known?.contacts ?? []).map((contact) => ({ transport, ...contact }));
    },
    async keep({ transport, address }, contacts) {
      const kept = contacts
        .slice(0, MAX_CACHED_CONTACTS)
        .map((contact) => ({ address: contact.address, friendlyName: contact.friendlyName.slice(0, 400) }));
      const next = { transport, owner: address, contacts: kept };
      const known = file.value.lists.find((each) => each.transport === transport);
      if (JSON.stringify(next) !== JSON.stringify(known)) await file.set({ version: 2, lists: [...others(transport), next] });
    },
    async forget(transport) {
      await file.set({ version: 2, lists: others(transport) });
    },
    flush: () => file.flush(),
  };
}
