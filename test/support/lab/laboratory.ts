/* The homes, ejabberd with coturn in the middle, and two people who have accounts there and have met. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsNamespaces } from '../namespaces.ts';
import { needs } from '../programs.ts';
import { type XmppServer, needsServers, startEjabberd } from '../xmpp-servers.ts';
import { type HomeKind, type NatLab, SERVER_ADDRESS, startNatLab } from './homes.ts';
import { type Pairing, type PairingOptions, pair, registerPair } from './pairing.ts';

/** Title and condition, like `needs(…)`. */
export function needsLaboratory(): { readonly skip: boolean; title(text: string): string } {
  const all = [needs('ss'), needsNamespaces(), needsServers()];
  return { skip: all.some(({ skip }) => skip), title: (text) => all.reduce((said, { title }) => title(said), text) };
}

export interface Laboratory {
  readonly homes: NatLab;
  readonly server: XmppServer;
  pair(novice: HomeKind, expert: HomeKind, options?: Omit<PairingOptions, 'server' | 'folder'>): Promise<Pairing>;
  close(): Promise<void>;
}

export async function startLaboratory(): Promise<Laboratory> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-laboratory-'));
  const homes = await startNatLab();
  let server: XmppServer | undefined;
  const close = async (): Promise<void> => {
    await server?.close();
    await homes.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    server = await startEjabberd({ address: SERVER_ADDRESS, inside: homes.server, coturn: true });
    await registerPair(server);
    const there = server;
    return {
      homes,
      server: there,
      pair: (novice, expert, options = {}) =>
        pair(homes.home('novice', novice), homes.home('expert', expert), { ...options, server: there, folder }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
