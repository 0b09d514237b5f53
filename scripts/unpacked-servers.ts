/** Servers that tests start by themselves: ejabberd, Prosody, coturn and a router's program. About 10 s and 65 MB, once. */
import { fileURLToPath } from 'node:url';
import { ensureUnpacked, type PackageSet, unpackedFolder } from './unpacked-packages.ts';

const SERVERS: PackageSet = {
  folder: 'servers',
  called: 'the servers that tests start: ejabberd, Prosody, coturn',
  programs: ['ejabberd', 'prosody', 'lua-event', 'coturn', 'miniupnpd-nftables', 'nftables'],
  beside: /^(erlang-|lua|ejabberd$|prosody$|coturn$|miniupnpd|nftables$)/,
  without: /^(telnet|inetutils-telnet|mysql-common|mariadb-common|uuid-runtime)$/,
};

/** The folder with `usr` in it, or undefined where nothing has been unpacked. */
export const unpackedServers = (): string | undefined => unpackedFolder(SERVERS);

/** Unpacks what is missing. Gives undefined, or why it could not, for a person. */
export const ensureServers = (): string | undefined => ensureUnpacked(SERVERS);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = ensureServers();
  console.log(missing === undefined ? `Servers are in ${unpackedServers()}` : `Needs ${missing}`);
  process.exitCode = missing === undefined ? 0 : 1;
}
