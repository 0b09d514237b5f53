import type { AccountStore } from '../settings/account-store.ts';

/** What this person is called in a session: as in the account; without one, as in an invitation file, as the system knows them. May be empty. */
export function ownName(account: Pick<AccountStore, 'account'>, env: Readonly<Record<string, string | undefined>>): string {
  return account.account?.friendlyName ?? env['USER'] ?? env['USERNAME'] ?? '';
}
