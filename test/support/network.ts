/* Two computers' networks on one machine: Linux network namespaces (docs/decisions/0002). Nothing in them reaches the machine's own network. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Line, type LineEnd, type LineQuality, startLine } from './line/line.ts';
import { ip, ipNow, killNow, NAMESPACES, pidsIn, removeLeftovers, whyNoNamespaces } from './namespaces.ts';
import { run, startProgram, until } from './programs.ts';

export { needsNamespaces } from './namespaces.ts';

/** The network that one computer is in. */
export interface Network {
  /** The one address that its tickets name. */
  readonly address: string;
  /** An executable that runs `program` in this network and can be attached to from outside. */
  executable(program: string): string;
  /** The command line that runs this one in this network. */
  inside(...command: readonly string[]): readonly [string, ...string[]];
  /** Where something listens that others could dial, as `address:port`. */
  listening(): Promise<readonly string[]>;
}

export interface TwoNetworks {
  /** Can be dialled by the expert. */
  readonly novice: Network;
  /** Cannot be dialled by the novice, who gets no answer at all. */
  readonly expert: Network;
  /** Takes the cable between them out: no reset, no goodbye, just silence. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Takes the expert's address on that cable away and gives another one, by which the novice is reached and can reach as well. */
  move(): Promise<void>;
  /** What the novice sends goes at this rate at most, in Mbit/s, behind a router's queue of 400 ms. */
  narrow(mbits: number): Promise<void>;
  widen(): Promise<void>;
  /** The line between them, where one was asked for. */
  readonly line?: Line;
  /** Ends what still runs in there and removes everything. */
  close(): Promise<void>;
}

const NOVICE_ADDRESS = '10.98.0.1';
const EXPERT_ADDRESS = '10.99.0.2';

export interface TwoNetworksOptions {
  /** Between them is a line of this quality, and not a cable without any distance. `narrow` and `widen` are not for it. */
  readonly line?: LineQuality;
}

/** Makes the two networks; throws where that is impossible. Everything in them has a name with this process's id, so that several can run at once. */
export async function startTwoNetworks({ line: quality }: TwoNetworksOptions = {}): Promise<TwoNetworks> {
  const reason = whyNoNamespaces();
  if (reason !== undefined) throw new Error(`Two networks on one machine need ${reason}.`);
  await removeLeftovers();
  const novice = `${NAMESPACES}-${process.pid}-novice`;
  const expert = `${NAMESPACES}-${process.pid}-expert`;
  const folder = mkdtempSync(join(tmpdir(), 'ringback-network-'));
  const removeNow = (): void => {
    for (const name of [novice, expert]) {
      for (const pid of pidsIn(name)) killNow(pid);
      ipNow('netns', 'delete', name);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', removeNow);
  const doors: { stop(): Promise<void> }[] = [];
  let line: Line | undefined;
  const close = async (): Promise<void> => {
    await line?.close();
    for (const door of doors.splice(0)) await door.stop();
    removeNow();
    process.off('exit', removeNow);
  };
  const network = async (name: string, address: string): Promise<Network> => {
    const entered = await enterNetwork(name, address, folder);
    doors.push(entered);
    return entered.network;
  };
  const inNovice = (...args: readonly string[]) => ip('-n', novice, ...args);
  const inExpert = (...args: readonly string[]) => ip('-n', expert, ...args);
  try {
    await ip('netns', 'add', novice);
    await ip('netns', 'add', expert);
    await inNovice('link', 'set', 'lo', 'up');
    await inExpert('link', 'set', 'lo', 'up');

    if (quality === undefined) await inNovice('link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', expert);
    else {
      const ends = [novice, expert].map((namespace) => ({ namespace, device: 'cable' })) as [LineEnd, LineEnd];
      line = await startLine(ends, quality);
    }
    await inNovice('address', 'add', '169.254.98.1/30', 'dev', 'cable');
    await inNovice('address', 'add', `${NOVICE_ADDRESS}/32`, 'dev', 'cable');
    await inNovice('link', 'set', 'cable', 'up');
    await inExpert('address', 'add', '169.254.98.2/30', 'dev', 'cable');
    await inExpert('link', 'set', 'cable', 'up');
    await inExpert('route', 'add', `${NOVICE_ADDRESS}/32`, 'via', '169.254.98.1');

    await inExpert('link', 'add', 'home', 'type', 'veth', 'peer', 'name', 'home-end');
    await inExpert('address', 'add', `${EXPERT_ADDRESS}/30`, 'dev', 'home');
    await inExpert('link', 'set', 'home', 'up');
    await inExpert('link', 'set', 'home-end', 'up');

    // A way that swallows: to a neighbour whose hardware address nobody has.
    await inNovice('link', 'add', 'nowhere', 'type', 'veth', 'peer', 'name', 'nowhere-end');
    await inNovice('link', 'set', 'nowhere', 'up');
    await inNovice('link', 'set', 'nowhere-end', 'up');
    await inNovice('neighbour', 'add', EXPERT_ADDRESS, 'lladdr', '02:00:00:00:00:01', 'dev', 'nowhere', 'nud', 'permanent');
    await inNovice('route', 'add', `${EXPERT_ADDRESS}/32`, 'dev', 'nowhere');
    return {
      novice: await network(novice, NOVICE_ADDRESS),
      expert: await network(expert, EXPERT_ADDRESS),
      unplug: () => inNovice('link', 'set', 'cable', 'down'),
      plug: () => inNovice('link', 'set', 'cable', 'up'),
      move: async () => {
        await inNovice('address', 'add', '10.97.0.1/30', 'dev', 'cable');
        await inExpert('address', 'delete', '169.254.98.2/30', 'dev', 'cable');
        await inExpert('address', 'add', '10.97.0.2/30', 'dev', 'cable');
        await inExpert('route', 'replace', `${NOVICE_ADDRESS}/32`, 'via', '10.97.0.1');
      },
      narrow: async (mbits) => {
        const queue = ['tbf', 'rate', `${mbits}mbit`, 'burst', '16kb', 'latency', '400ms'];
        await run('ip', ['netns', 'exec', novice, 'tc', 'qdisc', 'replace', 'dev', 'cable', 'root', ...queue]);
      },
      widen: async () => void (await run('ip', ['netns', 'exec', novice, 'tc', 'qdisc', 'delete', 'dev', 'cable', 'root'])),
      close,
      ...(line === undefined ? {} : { line }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Programs can be started in the namespace from now on, and attached to from outside, until `stop`.
 * @param folder for its files; whoever made it removes it after `stop`
 */
export async function enterNetwork(
  name: string,
  address: string,
  folder: string,
): Promise<{ readonly network: Network; stop(): Promise<void> }> {
  const socket = join(folder, `${name}.sock`);
  const door = startProgram('ip', [
    'netns',
    'exec',
    name,
    process.execPath,
    fileURLToPath(new URL('./network-inside.ts', import.meta.url)),
    socket,
  ]);
  await until(() => door.output().includes('open\n'), `the way into ${name}: ${door.output()}`);
  const network: Network = {
    address,
    executable: (program) => {
      const launcher = fileURLToPath(new URL('./network-launcher.ts', import.meta.url));
      const path = join(folder, `${name}.sh`);
      writeFileSync(path, `#!/bin/sh\nexec ${[process.execPath, launcher, name, socket, program].map(quoted).join(' ')} "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
    inside: (...command) => ['ip', 'netns', 'exec', name, ...command],
    listening: async () => {
      const lines = (await run('ip', ['netns', 'exec', name, 'ss', '-Htln'])).toString().split('\n').filter(Boolean);
      return lines.map((line) => line.split(/\s+/)[3] ?? '').filter((local) => !/^(127\.|\[::1\])/.test(local));
    },
  };
  return { network, stop: () => door.stop() };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
