import * as z from 'zod';
import { openStoredFile, type StoredFile } from './stored-file.ts';

/** MSNP lists end at 600 contacts; other messengers allow some thousand. */
const MAX_CACHED_CONTACTS = 2_000;

export const contactsSchema = z.object({
  version: z.literal(1),
  /** Whose contacts these are. */
  owner: z.string().max(129),
  contacts: z.array(z.object({ address: z.string().min(1).max(129), friendlyName: z.string().max(400) })).max(MAX_CACHED_CONTACTS),
});

type CachedContacts = z.infer<typeof contactsSchema>;

export interface ContactsCache {
  readonly damaged: StoredFile<CachedContacts>['damaged'];
  /** What is known of the contacts of `owner`; of nobody else's. */
  of(owner: string): CachedContacts['contacts'];
  /** Writes only when something changed. */
  keep(owner: string, contacts: readonly { readonly address: string; readonly friendlyName: string }[]): Promise<void>;
  clear(): Promise<void>;
  flush(): Promise<void>;
}

/** `contacts.json`: who was on the list when last signed in, to be shown while the messenger is away. */
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
