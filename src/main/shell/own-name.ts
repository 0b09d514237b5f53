import type { AccountStore } from '../settings/account-store.ts';

/** What this person is called in a session: as in the first account; without one, as in an invitation file, as the system knows them. May be empty. */
export function ownName({ accounts }: Pick<AccountStore, 'accounts'>, env: Readonly<Record<string, string | undefined>>): string {
  return accounts[0]?.friendlyName ?? env['USER'] ?? env['USERNAME'] ?? '';
}
