/* Where the server of an account is, and who vouches for it, where the account says. */
import { readFile } from 'node:fs/promises';
import { typedServer, type XmppAccount } from './account.ts';
import type { StreamOptions } from './stream-contract.ts';

/** Ports where TLS begins with the first byte, by convention and where nothing else is let through. */
const DIRECT_TLS_PORTS: readonly number[] = [443, 5223];

/** Nothing for what the account leaves to its domain and to the system. */
export async function placeOf(account: XmppAccount): Promise<Pick<StreamOptions, 'server' | 'ca'>> {
  const server = account.server === undefined ? undefined : typedServer(account.server);
  const ca = await authorityOf(account);
  return {
    ...(server === undefined ? {} : { server: { ...server, tls: DIRECT_TLS_PORTS.includes(server.port) ? 'direct' : 'starttls' } }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** One that cannot be read vouches for nobody: the certificate is then not believed, and that is told. */
export function authorityOf({ authority }: XmppAccount): Promise<string | undefined> {
  return authority === undefined ? Promise.resolve(undefined) : readFile(authority, 'utf8').catch(() => undefined);
}
