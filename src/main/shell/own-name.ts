import { hostname, userInfo } from 'node:os';
import type { AccountStore } from '../settings/account-store.ts';

/**
 * What this person is called in a session and in an invitation file, never empty: as in the first account; without one, as the system knows
 * them, and where it knows nobody, as this computer is called.
 */
export function ownName(
  { accounts }: Pick<AccountStore, 'accounts'>,
  env: Readonly<Record<string, string | undefined>>,
  system = { user: systemUser, computer: hostname },
): string {
  const names = [accounts[0]?.friendlyName, env['USER'], env['USERNAME'], system.user(), system.computer()];
  return names.find((name) => name !== undefined && name.trim() !== '') ?? 'localhost';
}

/** Without an entry in the system's list of users (a container), there is none. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
