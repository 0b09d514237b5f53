import * as z from 'zod';
import { openStoredFile, type StoredFile } from './stored-file.ts';

/** MSNP lists end at 600 contacts; other messengers allow some thousand. */
const MAX_CACHED_CONTACTS = 2_000;

export const contactsSchema = z.object({
  version: z.literal(1),
  /** The account's address that the contacts belong to. */
  owner: z.string().max(129),
  contacts: z.array(z.object({ address: z.string().min(1).max(129), friendlyName: z.string().max(400) })).max(MAX_CACHED_CONTACTS),
});

type CachedContacts = z.infer<typeof contactsSchema>;

export interface ContactsCache {
  readonly damaged: StoredFile<CachedContacts>['damaged'];
  /** The kept contacts, empty unless they belong to `owner`. */
  of(owner: string): CachedContacts['contacts'];
  /** Replaces the kept contacts; writes only a change. Resolves when the file is on disk. */
  keep(owner: string, contacts: readonly { readonly address: string; readonly friendlyName: string }[]): Promise<void>;
  clear(): Promise<void>;
  flush(): Promise<void>;
}

/** Opens `contacts.json`: the contact list as it was when last signed in, shown while the messenger is away. */
export async function openContacts(path: string): Promise<ContactsCache> {
  const file = await openStoredFile<CachedContacts>(path, contactsSchema, { version: 1, owner: '', contacts: [] });
  return {
    damaged: file.damaged,
    of: (owner) => (file.value.owner === owner ? file.value.contacts : []),
    async keep(owner, contacts) {
      const kept = contacts
        .slice(0, MAX_CACHED_CONTACTS)
        .map(({ address, friendlyName }) => ({ address, friendlyName: friendlyName.slice(0, 400) }));
      const next: CachedContacts = { version: 1, owner, contacts: kept };
      if (JSON.stringify(next) !== JSON.stringify(file.value)) await file.set(next);
    },
    async clear() {
      await file.set({ version: 1, owner: '', contacts: [] });
    },
    flush: () => file.flush(),
  };
}
