import type { SettingsStore } from '../settings/settings-store.ts';
import type { Failures } from './failures.ts';
import type { Hosting } from './hosting.ts';
import type { SignIn } from './sign-in.ts';

/** Our own messenger first, where it is wanted: the account may live there. One that cannot be started is no reason not to sign in elsewhere. */
export async function goOnline(parts: {
  readonly settings: Pick<SettingsStore, 'value'>;
  readonly hosting: Pick<Hosting, 'apply'>;
  readonly signIn: Pick<SignIn, 'start'>;
  readonly failures: Pick<Failures, 'hosting'>;
}): Promise<void> {
  const wanted = parts.settings.value.hosting;
  if (wanted.enabled) await parts.hosting.apply(wanted).catch(parts.failures.hosting);
  parts.signIn.start();
}
