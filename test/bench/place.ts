/* Where the two sides of a contest are: on one machine's loopback, or in two namespaces with a line between them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespacesOf, type LineQuality, startLine } from '../support/line/line.ts';
import { ip, ipNow, killNow, pidsIn, removeLeftovers } from '../support/namespaces.ts';
import { enterNetwork, type Network } from '../support/network.ts';
import { run } from '../support/programs.ts';
import { treeSentBytes } from './processes.ts';

/** One side's computer. */
export interface Side {
  /** By which the other side reaches it. */
  readonly address: string;
  /** The network that it is in; the machine's own when left out. */
  readonly network?: Network;
}

export interface Place {
  readonly server: Side;
  readonly client: Side;
  /** What the server's side has sent to the other one, in bytes, since some moment that stays the same. */
  sentBytes(serverPid: number): Promise<number>;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const SERVER_ADDRESS = '10.96.0.1';
const CLIENT_ADDRESS = '10.96.0.2';
const DEVICE = 'line';

/** The command as it is started on this side. */
export function commandOn(side: Side, command: string, args: readonly string[]): readonly [string, ...string[]] {
  return side.network?.inside(command, ...args) ?? [command, ...args];
}

/** Both on the machine itself, with nothing between them. */
export function onOneMachine(): Place {
  return {
    server: { address: LOOPBACK },
    client: { address: LOOPBACK },
    sentBytes: treeSentBytes,
    close: () => Promise.resolve(),
  };
}

/** In two networks with nothing but this line between them. Throws where that is impossible. */
export async function onLine(quality: LineQuality): Promise<Place> {
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-'));
  const [server = '', client = ''] = await namespacesOf('server', 'client');
  const doors: { stop(): Promise<void> }[] = [];
  const removeNow = (): void => {
    for (const name of [server, client]) {
      for (const pid of pidsIn(name)) killNow(pid);
      ipNow('netns', 'delete', name);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', removeNow);
  const close = async (): Promise<void> => {
    for (const door of doors.toReversed()) await door.stop();
    removeNow();
    process.off('exit', removeNow);
  };
  try {
    const line = await startLine(
      [
        { namespace: server, device: DEVICE },
        { namespace: client, device: DEVICE },
      ],
      quality,
    );
    doors.push({ stop: () => line.close() });
    await ip('-n', server, 'address', 'add', `${SERVER_ADDRESS}/30`, 'dev', DEVICE);
    await ip('-n', client, 'address', 'add', `${CLIENT_ADDRESS}/30`, 'dev', DEVICE);
    const inServer = await enterNetwork(server, SERVER_ADDRESS, folder);
    doors.push(inServer);
    const inClient = await enterNetwork(client, CLIENT_ADDRESS, folder);
    doors.push(inClient);
    return {
      server: { address: SERVER_ADDRESS, network: inServer.network },
      client: { address: CLIENT_ADDRESS, network: inClient.network },
      sentBytes: async () => Number(await run('ip', ['netns', 'exec', server, 'cat', `/sys/class/net/${DEVICE}/statistics/tx_bytes`])),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
