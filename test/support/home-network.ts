/* A home behind a router, and the world outside: three network namespaces, with Debian's miniupnpd and nftables on the router. Nothing in them
   reaches the machine's own network. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsNamespaces } from './network.ts';
import { type Program, run, startProgram, until } from './programs.ts';
import { needsServers, unpacked, unpackedEnvironment } from './servers/place.ts';

const GATEWAY = '192.168.77.1';
const LOCAL = '192.168.77.2';
/** A router whose outside address is for documentation opens nothing: this one is of the world, in networks that lead nowhere. */
const OUTSIDE = '11.22.33.1';
const ELSEWHERE = '11.22.33.2';

export interface RouterOptions {
  /** PCP and NAT-PMP, on one port. */
  readonly portControl: boolean;
  /** UPnP-IGD of this version. */
  readonly upnp?: 1 | 2;
}

export interface HomeNetwork {
  readonly local: string;
  readonly outside: string;
  /** From where `reaches` calls. */
  readonly elsewhere: string;
  /** The command line that runs this one in the home. */
  atHome(...command: readonly string[]): readonly [string, ...string[]];
  startRouter(options: RouterOptions): Promise<Program>;
  /** Whether somebody in the world gets a connection to this port of the router. */
  reaches(port: number): Promise<boolean>;
  /** The ports that the router has open now. */
  open(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Title and condition, like `needs(…)`. */
export function needsRouter(): { readonly skip: boolean; title(text: string): string } {
  const [namespaces, servers] = [needsNamespaces(), needsServers()];
  return { skip: namespaces.skip || servers.skip, title: (text) => namespaces.title(servers.title(text)) };
}

const RULES = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    jump postrouting_miniupnpd
    oifname "wan" masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`;

/** Throws where it is impossible. */
export async function startHomeNetwork(): Promise<HomeNetwork> {
  const names = { home: '', router: '', world: '' };
  for (const part of ['home', 'router', 'world'] as const) names[part] = `ringback-test-${process.pid}-${part}`;
  const folder = mkdtempSync(join(tmpdir(), 'ringback-router-'));
  const inside = (name: string, ...command: readonly string[]): [string, ...string[]] => ['ip', 'netns', 'exec', name, ...command];
  const programs: Program[] = [];
  const removeNow = (): void => {
    for (const name of Object.values(names)) {
      const { stdout, status } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      if (status === 0) for (const pid of stdout.split('\n').filter(Boolean)) endNow(Number(pid));
      spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', removeNow);
  const close = async (): Promise<void> => {
    for (const program of programs.splice(0)) await program.stop();
    removeNow();
    process.off('exit', removeNow);
  };
  const ip = (name: string, ...args: readonly string[]) => run('ip', ['-n', name, ...args]);
  const nft = async (...args: readonly string[]): Promise<string> => {
    const [program, ...rest] = inside(names.router, unpacked('usr/sbin/nft'), ...args);
    return (await run(program, rest, { env: unpackedEnvironment() })).toString();
  };
  try {
    for (const name of Object.values(names)) {
      await run('ip', ['netns', 'add', name]);
      await ip(name, 'link', 'set', 'lo', 'up');
    }
    await ip(names.home, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'lan', 'netns', names.router);
    await ip(names.world, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wan', 'netns', names.router);
    for (const [name, device, address] of [
      [names.home, 'eth0', LOCAL],
      [names.router, 'lan', GATEWAY],
      [names.router, 'wan', OUTSIDE],
      [names.world, 'eth0', ELSEWHERE],
    ] as const) {
      await ip(name, 'address', 'add', `${address}/24`, 'dev', device);
      await ip(name, 'link', 'set', device, 'up');
    }
    await ip(names.home, 'route', 'add', 'default', 'via', GATEWAY);
    const [sysctl, ...forward] = inside(names.router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    await run(sysctl, forward);
    const rules = join(folder, 'rules.nft');
    writeFileSync(rules, RULES);
    await nft('-f', rules);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    local: LOCAL,
    outside: OUTSIDE,
    elsewhere: ELSEWHERE,
    atHome: (...command) => inside(names.home, ...command),
    startRouter: async ({ portControl, upnp }) => {
      const config = join(folder, 'miniupnpd.conf');
      const yes = (is: boolean): string => (is ? 'yes' : 'no');
      const lines = {
        ext_ifname: 'wan',
        listening_ip: 'lan',
        enable_natpmp: yes(portControl),
        enable_upnp: yes(upnp !== undefined),
        force_igd_desc_v1: yes(upnp === 1),
        secure_mode: 'yes',
        uuid: '6a3c1c1e-7a51-4d0e-9d52-1f1f2b0c0a01',
        min_lifetime: '120',
        max_lifetime: '86400',
      };
      const rules = ['allow 1024-65535 192.168.77.0/24 1024-65535', 'deny 0-65535 0.0.0.0/0 0-65535'];
      writeFileSync(config, [...Object.entries(lines).map(([key, value]) => `${key}=${value}`), ...rules, ''].join('\n'));
      const [program, ...args] = inside(names.router, unpacked('usr/sbin/miniupnpd'), '-d', '-f', config, '-P', join(folder, 'pid'));
      const router = startProgram(program, args, { env: unpackedEnvironment() });
      programs.push(router);
      const ports = [...(portControl ? [5351] : []), ...(upnp === undefined ? [] : [1900])];
      await until(async () => {
        if (router.process.exitCode !== null) throw new Error(`miniupnpd ended: ${router.output()}`);
        const [look, ...rest] = inside(names.router, 'ss', '-Huln');
        const listening = (await run(look, rest)).toString();
        return ports.every((port) => listening.includes(`:${port} `));
      }, 'the router');
      return router;
    },
    reaches: async (port) => {
      const attempt = `const s=require('net').connect(${port},'${OUTSIDE}');s.setTimeout(1500,()=>process.exit(1));s.on('connect',()=>process.exit(0));s.on('error',()=>process.exit(1))`;
      const [program, ...args] = inside(names.world, process.execPath, '-e', attempt);
      return spawnSync(program, args).status === 0;
    },
    open: async () => {
      const rules = await nft('list', 'chain', 'inet', 'filter', 'prerouting_miniupnpd');
      return [...rules.matchAll(/th dport (\d+)|tcp dport (\d+)/g)].map(([, one, other]) => Number(one ?? other));
    },
    close,
  };
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}
