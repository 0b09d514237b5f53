/* Everything that is kept on disk from one start to the next, and what people are told of files that could not be read. */
import { join } from 'node:path';
import type { NoticeView } from '../../preload/contract.ts';
import { openSessionLog, type SessionLog } from '../history/session-log.ts';
import { openAccounts, type AccountKind, type AccountStore } from '../settings/account-store.ts';
import { openContacts, type ContactsCache } from '../settings/contacts-cache.ts';
import { openContactLinks, type ContactLinksStore } from '../settings/contact-links-store.ts';
import { openMappedPorts, type MappedPortsStore } from '../settings/mapped-ports-store.ts';
import { openPictureChoices, type PictureChoicesStore } from '../settings/picture-choices-store.ts';
import { openPrograms, type ProgramsStore } from '../settings/programs-store.ts';
import type { SecretBox } from '../settings/secret-box.ts';
import { openSettings, type SettingsStore } from '../settings/settings-store.ts';
import { openTrustStore, type TrustStore } from '../settings/trust-store.ts';

export interface Storage {
  readonly settings: SettingsStore;
  readonly accounts: AccountStore;
  readonly contacts: ContactsCache;
  readonly history: SessionLog;
  readonly programs: ProgramsStore;
  readonly trust: TrustStore;
  readonly mappedPorts: MappedPortsStore;
  readonly contactLinks: ContactLinksStore;
  readonly pictureChoices: PictureChoicesStore;
}

/** The files of `folder`; `kinds` are the accounts that there can be, `now` is Unix ms. One that is missing or damaged gives its defaults and never keeps the app from starting. */
export async function openStorage(folder: string, box: SecretBox, kinds: readonly AccountKind[], now: () => number): Promise<Storage> {
  const [settings, accounts, contacts, history, programs, trust, mappedPorts, contactLinks, pictureChoices] = await Promise.all([
    openSettings(join(folder, 'settings.json'), box),
    openAccounts(join(folder, 'account.json'), box, kinds),
    openContacts(join(folder, 'contacts.json')),
    openSessionLog(join(folder, 'history.jsonl'), now),
    openPrograms(join(folder, 'programs.json')),
    openTrustStore(join(folder, 'trust.json'), box),
    openMappedPorts(join(folder, 'mapped-ports.json')),
    openContactLinks(join(folder, 'contact-links.json')),
    openPictureChoices(join(folder, 'picture-choices.json')),
  ]);
  return { settings, accounts, contacts, history, programs, trust, mappedPorts, contactLinks, pictureChoices };
}

/** What is said of each file when it was damaged, and when a later version wrote it. The record's lines are of any version, and
 * a person has nothing to do about doors at the router, which shut by themselves, about links that nobody has used,
 * nor about what a picture was to be made for: they choose again. */
const SAID: Readonly<
  Record<
    Exclude<keyof Storage, 'mappedPorts' | 'contactLinks' | 'pictureChoices'>,
    { readonly damaged: string; readonly newer: string | undefined }
  >
> = {
  settings: { damaged: 'notice.settingsDamaged', newer: 'notice.settingsNewer' },
  accounts: { damaged: 'notice.accountDamaged', newer: 'notice.accountNewer' },
  contacts: { damaged: 'notice.contactsDamaged', newer: 'notice.contactsNewer' },
  history: { damaged: 'notice.historyDamaged', newer: undefined },
  programs: { damaged: 'notice.programsDamaged', newer: 'notice.programsNewer' },
  trust: { damaged: 'notice.trustDamaged', newer: 'notice.trustNewer' },
};

type Notice = Pick<NoticeView, 'kind' | 'key' | 'values'>;

/** What the person must know about files that could not be used as they were. */
export function damageNotices(storage: Storage): readonly Notice[] {
  const files = (Object.keys(SAID) as (keyof typeof SAID)[]).flatMap((name): Notice[] => {
    const file = storage[name].damaged?.file;
    if (file !== undefined) return [{ kind: 'warning', key: SAID[name].damaged, values: { file } }];
    const { newer } = SAID[name];
    return storage[name].newer && newer !== undefined ? [{ kind: 'warning', key: newer, values: {} }] : [];
  });
  const unreadable = (key: string): Notice => ({ kind: 'warning', key, values: {} });
  return [
    ...files,
    ...(storage.accounts.secretUnreadable ? [unreadable('notice.tokenUnreadable')] : []),
    ...(storage.settings.secretUnreadable ? [unreadable('notice.relayPasswordUnreadable')] : []),
    ...(storage.trust.secretUnreadable ? [unreadable('notice.keyUnreadable')] : []),
  ];
}
