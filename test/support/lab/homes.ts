/*
 * Two people's homes and an internet between them, in network namespaces: each home is open (a public address of its own), behind a router
 * that translates ports, behind one that translates them anew for every destination, or behind one that lets no UDP through. Nothing in here
 * reaches the machine's own network, so that the addresses can be such as the internet has.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACES, ip, ipNow, killNow, pidsIn, removeLeftovers, whyNoNamespaces } from '../namespaces.ts';
import { type Program, run, startProgram, until } from '../programs.ts';
import { unpacked, unpackedEnvironment } from '../servers/place.ts';

export const HOME_KINDS = ['open', 'nat', 'symmetric', 'noUdp'] as const;
export type HomeKind = (typeof HOME_KINDS)[number];
export type LabSide = 'novice' | 'expert';

/** Of the internet's only server. */
export const SERVER_ADDRESS = '45.80.0.1';

export interface Home {
  readonly kind: HomeKind;
  /** The computer's own address. */
  readonly address: string;
  /** As the internet sees it. */
  readonly publicAddress: string;
  /** The command line that runs this one on the computer. */
  inside(...command: readonly string[]): readonly [string, ...string[]];
}

export interface NatLab {
  home(side: LabSide, kind: HomeKind): Home;
  /** The command line that runs this one on the internet's server. */
  server(...command: readonly string[]): readonly [string, ...string[]];
  /** Routers open ports when asked (UPnP, NAT-PMP, PCP), from now on or no longer. A router that lets no UDP through has no such service. */
  mapPorts(wanted: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Router {
  readonly namespace: string;
  readonly inner: string;
  readonly network: string;
  readonly publicAddress: string;
}

export async function startNatLab(): Promise<NatLab> {
  const reason = whyNoNamespaces();
  if (reason !== undefined) throw new Error(`A laboratory of networks needs ${reason}.`);
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), 'ringback-nat-lab-'));
  const made: string[] = [];
  const routers: Router[] = [];
  let mapping: Program[] = [];
  const removeNow = (): void => {
    for (const name of made) {
      for (const pid of pidsIn(name)) killNow(pid);
      ipNow('netns', 'delete', name);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', removeNow);
  const namespace = async (part: string): Promise<string> => {
    const name = `${NAMESPACES}-${process.pid}-${part}`;
    made.push(name);
    await ip('netns', 'add', name);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  };
  const mapPorts = async (wanted: boolean): Promise<void> => {
    await Promise.all(mapping.map((program) => program.stop()));
    mapping = wanted ? await Promise.all(routers.map((router) => startMapping(folder, router))) : [];
  };
  const close = async (): Promise<void> => {
    await Promise.all(mapping.map((program) => program.stop()));
    removeNow();
    process.off('exit', removeNow);
  };
  try {
    const internet = await namespace('internet');
    await forwards(internet);
    await ip('-n', internet, 'address', 'add', `${SERVER_ADDRESS}/32`, 'dev', 'lo');
    const homes = new Map<string, Home>();
    for (const [sideNumber, side] of (['novice', 'expert'] as const).entries()) {
      for (const [kindNumber, kind] of HOME_KINDS.entries()) {
        const [line, hop] = [`${side}${kindNumber}`.slice(0, 15), `45.80.${sideNumber + 1}.${kindNumber * 4 + 1}`];
        const publicAddress = `45.80.${sideNumber + 1}.${kindNumber * 4 + 2}`;
        const computer = await namespace(`${side}-${kind}`);
        const edge = kind === 'open' ? computer : await namespace(`${side}-${kind}-router`);
        await cable({ from: internet, device: line, address: `${hop}/30` }, { from: edge, device: 'wan', address: `${publicAddress}/30` });
        await ip('-n', edge, 'route', 'add', 'default', 'via', hop);
        const inside = (...command: readonly string[]) => ['ip', 'netns', 'exec', computer, ...command] as const;
        if (kind === 'open') {
          homes.set(side + kind, { kind, address: publicAddress, publicAddress, inside });
          continue;
        }
        const network = `192.168.${10 + sideNumber * 10 + kindNumber}`;
        const address = `${network}.20`;
        await forwards(edge);
        await cable({ from: edge, device: 'lan', address: `${network}.1/24` }, { from: computer, device: 'lan', address: `${address}/24` });
        await ip('-n', computer, 'route', 'add', 'default', 'via', `${network}.1`);
        const rules = join(folder, `${edge}.nft`);
        writeFileSync(rules, rulesOf(kind));
        await run('ip', ['netns', 'exec', edge, unpacked('usr/sbin/nft'), '-f', rules], { env: unpackedEnvironment() });
        if (kind !== 'noUdp') routers.push({ namespace: edge, inner: `${network}.1`, network: `${network}.0/24`, publicAddress });
        homes.set(side + kind, { kind, address, publicAddress, inside });
      }
    }
    return {
      home: (side, kind) => {
        const home = homes.get(side + kind);
        if (home === undefined) throw new Error(`no home ${side} ${kind}`);
        return home;
      },
      server: (...command) => ['ip', 'netns', 'exec', internet, ...command],
      mapPorts,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface CableEnd {
  readonly from: string;
  readonly device: string;
  readonly address: string;
}

async function cable(one: CableEnd, other: CableEnd): Promise<void> {
  await ip('-n', one.from, 'link', 'add', one.device, 'type', 'veth', 'peer', 'name', other.device, 'netns', other.from);
  for (const { from, device, address } of [one, other]) {
    await ip('-n', from, 'address', 'add', address, 'dev', device);
    await ip('-n', from, 'link', 'set', device, 'up');
  }
}

async function forwards(namespace: string): Promise<void> {
  await run('ip', ['netns', 'exec', namespace, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
}

/** A router as it is sold: out goes everything, in comes what belongs to it, or what a mapping lets in. The chains are miniupnpd's. */
function rulesOf(kind: HomeKind): string {
  const translate = kind === 'symmetric' ? 'masquerade random,fully-random' : 'masquerade';
  const noUdp = kind === 'noUdp' ? 'meta l4proto udp drop' : '';
  return `
table inet filter {
  chain miniupnpd {
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ${noUdp}
    ct state established,related accept
    ct state invalid drop
    iifname "lan" accept
    jump miniupnpd
  }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname { "lan", "lo" } accept
    iifname "wan" reject
  }
  chain prerouting {
    type nat hook prerouting priority -100;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority 100;
    jump postrouting_miniupnpd
    oifname "wan" ${translate}
  }
}
`;
}

/** The program that many routers run for UPnP, NAT-PMP and PCP. */
async function startMapping(folder: string, { namespace, inner, network, publicAddress }: Router): Promise<Program> {
  const config = join(folder, `${namespace}.conf`);
  writeFileSync(
    config,
    [
      'ext_ifname=wan',
      `ext_ip=${publicAddress}`,
      `listening_ip=${inner}/24`,
      'http_port=5000',
      'enable_natpmp=yes',
      'enable_upnp=yes',
      'secure_mode=yes',
      'system_uptime=yes',
      'notify_interval=60',
      'uuid=00000000-0000-0000-0000-000000000000',
      'upnp_table_name=filter',
      'upnp_nat_table_name=filter',
      'upnp_forward_chain=miniupnpd',
      'upnp_nat_chain=prerouting_miniupnpd',
      'upnp_nat_postrouting_chain=postrouting_miniupnpd',
      `allow 1024-65535 ${network} 1024-65535`,
      'deny 0-65535 0.0.0.0/0 0-65535',
      '',
    ].join('\n'),
  );
  const program = startProgram(
    'ip',
    ['netns', 'exec', namespace, unpacked('usr/sbin/miniupnpd'), '-d', '-f', config, '-P', join(folder, `${namespace}.pid`)],
    { env: unpackedEnvironment() },
  );
  await until(() => program.output().includes('listening on') || program.process.exitCode !== null, 'a router that maps ports');
  if (program.process.exitCode !== null) throw new Error(`miniupnpd ended: ${program.output()}`);
  return program;
}
