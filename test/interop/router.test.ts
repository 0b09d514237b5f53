/* Ports that a real router opens: Debian's miniupnpd on nftables, between a home and the world. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HomeNetwork, needsRouter, type RouterOptions, startHomeNetwork } from '../support/home-network.ts';
import { type Program, startProgram, until } from '../support/programs.ts';

const router = needsRouter();

interface Told {
  readonly addresses?: readonly { readonly host: string; readonly port: number }[];
  readonly noDoor?: string | null;
  readonly recovered?: number;
  readonly came?: string;
  readonly mapped?: boolean;
}

describe.skipIf(router.skip)(router.title("a home's router"), () => {
  let network: HomeNetwork;
  let folder: string;
  let computers: Program[];

  beforeEach(async () => {
    network = await startHomeNetwork();
    folder = mkdtempSync(join(tmpdir(), 'ringback-mapped-'));
    computers = [];
  });
  afterEach(async () => {
    for (const computer of computers) await computer.stop();
    await network.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (): string => join(folder, 'mapped-ports.json');

  function start(...more: readonly string[]): Program {
    const [program, ...args] = network.atHome(
      process.execPath,
      fileURLToPath(new URL('../support/mapping-inside.ts', import.meta.url)),
      file(),
      network.local,
      ...more,
    );
    const computer = startProgram(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    computers.push(computer);
    return computer;
  }

  async function told(computer: Program, what: keyof Told): Promise<Told> {
    const facts = (): Told[] =>
      computer
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Told);
    return until(() => facts().find((fact) => what in fact), `${what}: ${computer.output()}`);
  }

  const kept = (): unknown[] => (JSON.parse(readFileSync(file(), 'utf8')) as { mappings: unknown[] }).mappings;

  it.each([
    ['PCP', { portControl: true }, 'pcp'],
    ['UPnP-IGD 1', { portControl: false, upnp: 1 }, 'upnp'],
    ['UPnP-IGD 2', { portControl: false, upnp: 2 }, 'upnp'],
  ] satisfies [string, RouterOptions, string][])('opens a port by %s, and shuts it at the end', async (_, options, by) => {
    await network.startRouter(options);
    const computer = start();
    const [address] = (await told(computer, 'addresses')).addresses ?? [];
    expect(address?.host).toBe(network.outside);
    const port = address?.port ?? 0;
    expect(await network.open()).toEqual([port]);
    expect(await network.reaches(port)).toBe(true);
    expect(await told(computer, 'came')).toEqual({ came: network.elsewhere, mapped: true });
    await until(() => kept().length === 1, 'it is written down');
    expect(kept()).toEqual([expect.objectContaining({ by: expect.objectContaining({ tag: by }), externalPort: port })]);
    computer.process.stdin?.write('close\n');
    await until(async () => (await network.open()).length === 0, 'the port is shut');
    expect(await network.reaches(port)).toBe(false);
    await until(() => kept().length === 0, 'nothing is written down any more');
  });

  it('opens a port by NAT-PMP, and shuts it', async () => {
    await network.startRouter({ portControl: true });
    const computer = start('natPmp');
    expect((await told(computer, 'addresses')).addresses).toEqual([{ host: network.outside, port: 40_000 }]);
    expect(await network.open()).toEqual([40_000]);
    computer.process.stdin?.write('close\n');
    await until(async () => (await network.open()).length === 0, 'the port is shut');
  });

  it('shuts it when the program quits, and the next run shuts what one left that was killed', async () => {
    await network.startRouter({ portControl: true, upnp: 2 });
    const quitting = start();
    await told(quitting, 'addresses');
    quitting.process.stdin?.write('quit\n');
    expect(await quitting.exited).toBe(0);
    expect([await network.open(), kept()]).toEqual([[], []]);

    const killed = start();
    const [address] = (await told(killed, 'addresses')).addresses ?? [];
    await until(() => kept().length === 1, 'it is written down');
    killed.process.kill('SIGKILL');
    await killed.exited;
    expect(await network.open()).toEqual([address?.port]);
    const next = start();
    expect((await told(next, 'recovered')).recovered).toBe(0);
    const [again] = (await told(next, 'addresses')).addresses ?? [];
    expect(await network.open()).toEqual([again?.port]);
  });

  it('that knows nothing of it is told as none', async () => {
    const computer = start();
    expect((await told(computer, 'addresses')).noDoor).toBe('noRouter');
  });
});
