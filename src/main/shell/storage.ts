/* Everything that is kept on disk from one start to the next, and what people are told of files that could not be read. */
import { join } from 'node:path';
import type { NoticeView } from '../../preload/contract.ts';
import { openSessionLog, type SessionLog } from '../history/session-log.ts';
import { openAccounts, type AccountKind, type AccountStore } from '../settings/account-store.ts';
import { openContacts, type ContactsCache } from '../settings/contacts-cache.ts';
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
}

/** The files of `folder`; `kinds` are the accounts that there can be, `now` is Unix ms. One that is missing or damaged gives its defaults and never keeps the app from starting. */
export async function openStorage(folder: string, box: SecretBox, kinds: readonly AccountKind[], now: () => number): Promise<Storage> {
  const [settings, accounts, contacts, history, programs, trust] = await Promise.all([
    openSettings(join(folder, 'settings.json')),
    openAccounts(join(folder, 'account.json'), box, kinds),
    openContacts(join(folder, 'contacts.json')),
    openSessionLog(join(folder, 'history.jsonl'), now),
    openPrograms(join(folder, 'programs.json')),
    openTrustStore(join(folder, 'trust.json'), box),
  ]);
  return { settings, accounts, contacts, history, programs, trust };
}

/** What is said of each file when it was damaged. */
const DAMAGED: Readonly<Record<keyof Storage, string>> = {
  settings: 'notice.settingsDamaged',
  accounts: 'notice.accountDamaged',
  contacts: 'notice.contactsDamaged',
  history: 'notice.historyDamaged',
  programs: 'notice.programsDamaged',
  trust: 'notice.trustDamaged',
};

type Notice = Pick<NoticeView, 'kind' | 'key' | 'values'>;

/** What the person must know about files that could not be used as they were. */
export function damageNotices(storage: Storage): readonly Notice[] {
  const damaged = (Object.keys(DAMAGED) as (keyof Storage)[]).flatMap((name): Notice[] => {
    const file = storage[name].damaged?.file;
    return file === undefined ? [] : [{ kind: 'warning', key: DAMAGED[name], values: { file } }];
  });
  const unreadable = (key: string): Notice => ({ kind: 'warning', key, values: {} });
  return [
    ...damaged,
    ...(storage.accounts.secretUnreadable ? [unreadable('notice.tokenUnreadable')] : []),
    ...(storage.trust.secretUnreadable ? [unreadable('notice.keyUnreadable')] : []),
  ];
}
