import { afterAll, describe, expect, it } from 'vitest';
import type { KnownAddresses } from '../../../../src/main/connection/addresses/contract.ts';
import { HTTP_DEADLINE_MS } from '../../../../src/main/connection/port-mapping/deadlines.ts';
import type { KeptMapping } from '../../../../src/main/connection/port-mapping/leases.ts';
import { PortMapping } from '../../../../src/main/connection/port-mapping/port-mapping.ts';
import { until } from '../../../support/programs.ts';
import { ShiftedClock } from '../../../support/shifted-clock.ts';
import { type FakeOptions, FakeRouter, needsLoopbackNetwork } from './fake-router.ts';

const PORT = 40_000;
const skip = needsLoopbackNetwork !== undefined;
const title = (text: string): string => (skip ? `${text} [skipped: needs ${needsLoopbackNetwork}]` : text);

class Home {
  readonly clock = new ShiftedClock();
  readonly router: FakeRouter;
  enabled = true;
  kept: readonly KeptMapping[];
  readonly mapping: PortMapping;

  constructor(router: FakeRouter, kept: readonly KeptMapping[] = []) {
    this.router = router;
    this.kept = kept;
    this.mapping = new PortMapping({
      clock: this.clock,
      gateway: () => Promise.resolve(router.gateway),
      enabled: () => this.enabled,
      record: {
        kept,
        keep: (mappings) => {
          this.kept = mappings;
        },
      },
    });
  }

  listen(): Promise<KnownAddresses> {
    return this.mapping.addressesOf([{ host: this.router.gateway.local, port: PORT }]);
  }
}

const closing: (() => Promise<void>)[] = [];
async function home(options: FakeOptions, kept?: (router: FakeRouter) => readonly KeptMapping[]): Promise<Home> {
  const router = await FakeRouter.start(options);
  const made = new Home(router, kept?.(router));
  closing.push(async () => {
    await made.mapping.close();
    await router.close();
  });
  return made;
}

afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

const inside = ({ router }: Home) => `${router.gateway.local}:${PORT}`;
const maps = ({ router }: Home) => router.asked.filter((line) => line.startsWith('map '));

// Some wait for a router that there is none of.
describe(title('a door at the router'), { concurrent: true, skip }, () => {
  it.each([
    ['PCP', { speaks: ['pcp'] }],
    ['NAT-PMP, which says so to PCP', { speaks: ['natPmp'] }],
    ['UPnP-IGD 1', { speaks: ['upnp'] }],
    ['UPnP-IGD 2', { speaks: ['upnp'], version: 2 }],
  ] satisfies [string, FakeOptions][])('is opened by %s while something listens, and shut afterwards', async (_, options) => {
    const made = await home(options);
    const known = await made.listen();
    expect(known.addresses).toEqual([{ host: '9.9.9.9', port: PORT, origin: 'mapped' }]);
    expect(known.noDoor).toBeUndefined();
    expect([...made.router.open]).toEqual([[PORT, inside(made)]]);
    expect(maps(made)).toEqual([`map ${PORT}>${PORT} 600`]);
    expect(made.kept).toHaveLength(1);
    await known.close();
    await until(() => made.kept.length === 0, 'nothing is written down any more');
    expect(made.router.open.size).toBe(0);
    await known.close();
    expect(made.router.asked.filter((line) => line.startsWith('unmap'))).toEqual([`unmap ${PORT}`]);
  });

  it('is looked for when an invitation goes out, and opened only when something listens', async () => {
    const made = await home({ speaks: ['pcp'] });
    made.mapping.prepare([made.router.gateway.local]);
    await until(() => made.router.asked.includes('announce'), 'the search');
    expect(maps(made)).toEqual([]);
    const known = await made.listen();
    expect(known.addresses).toHaveLength(1);
    expect(made.router.asked.filter((line) => line === 'announce')).toHaveLength(1);
  });

  it('is asked for once where the router speaks everything', async () => {
    const made = await home({ speaks: ['pcp', 'natPmp', 'upnp'], version: 2 });
    await made.listen();
    expect(maps(made)).toHaveLength(1);
  });

  it('is asked for in another language where the router refuses in one', async () => {
    const made = await home({ speaks: ['pcp', 'upnp'], refuses: (attempt) => (attempt === 1 ? 2 : undefined) });
    const known = await made.listen();
    expect(known.addresses).toHaveLength(1);
    expect(maps(made)).toHaveLength(2);
  });

  it.each([
    ['a private network', '10.1.2.3'],
    ["a provider's own (RFC 6598)", '100.64.7.7'],
    ['nowhere', '0.0.0.0'],
  ])('that leads to %s is none: the router is behind another', async (_, outside) => {
    for (const speaks of ['natPmp', 'upnp'] as const) {
      const made = await home({ speaks: [speaks], outside });
      const known = await made.listen();
      expect([known.addresses, known.noDoor, maps(made)]).toEqual([[], 'doubleNat', []]);
    }
    const both = await home({ speaks: ['natPmp', 'upnp'], outside });
    expect((await both.listen()).noDoor).toBe('doubleNat');
    await both.mapping.close();
    expect(maps(both)).toEqual([]);
    // PCP tells where a door leads when it is open.
    const made = await home({ speaks: ['pcp'], outside });
    const known = await made.listen();
    expect([known.addresses, known.noDoor]).toEqual([[], 'doubleNat']);
    await until(() => made.kept.length === 0 && made.router.open.size === 0, 'the door is shut');
  });

  it.each([
    ['PCP', { speaks: ['pcp'], refuses: () => 2 }],
    ['NAT-PMP', { speaks: ['natPmp'], refuses: () => 2 }],
    ['UPnP', { speaks: ['upnp'], refuses: () => 606 }],
  ] satisfies [string, FakeOptions][])('may be refused by %s', async (_, options) => {
    const known = await (await home(options)).listen();
    expect([known.addresses, known.noDoor]).toEqual([[], 'refused']);
  });

  it('is not there without a router', async () => {
    const known = await (await home({ speaks: [] })).listen();
    expect([known.addresses, known.noDoor]).toEqual([[], 'noRouter']);
  });

  it('is not asked for where the person does not want it, or needs none', async () => {
    const made = await home({ speaks: ['pcp', 'upnp'] });
    made.enabled = false;
    made.mapping.prepare([made.router.gateway.local]);
    expect((await made.listen()).noDoor).toBe('off');
    made.enabled = true;
    for (const at of [
      { host: '127.0.0.1', port: PORT },
      { host: made.router.gateway.local, port: 1_024 },
    ]) {
      const known = await made.mapping.addressesOf([at]);
      expect([known.addresses, known.noDoor]).toEqual([[], undefined]);
    }
    expect(made.router.asked).toEqual([]);
  });

  it('is another one where the port is taken (UPnP 718, and AddAnyPortMapping)', async () => {
    const first = await home({ speaks: ['upnp'], refuses: (attempt) => (attempt < 3 ? 718 : undefined) });
    const [address] = (await first.listen()).addresses;
    expect(address?.port).not.toBe(PORT);
    expect(first.router.open.get(address?.port ?? 0)).toBe(inside(first));
    expect(address?.port).toBeGreaterThan(1_024);

    const second = await home({ speaks: ['upnp'], version: 2 });
    second.router.open.set(PORT, '127.9.9.9:1');
    expect((await second.listen()).addresses[0]?.port).toBe(PORT + 1);
    expect(second.router.open.get(PORT)).toBe('127.9.9.9:1');
  });

  it('stays until it is shut where the router knows no other time (UPnP 725), and that is written down', async () => {
    const made = await home({ speaks: ['upnp'], refuses: (_, given) => (given.get('NewLeaseDuration') === '0' ? undefined : 725) });
    const known = await made.listen();
    expect(known.addresses).toHaveLength(1);
    expect(made.kept[0]).not.toHaveProperty('expiresAtMs');
    await known.close();
    await until(() => made.router.open.size === 0, 'the door is shut');
  });

  it.each(['pcp', 'natPmp', 'upnp'] as const)('is renewed at half of its time by %s, by the one who has it', async (speaks) => {
    const made = await home({ speaks: [speaks] });
    await made.listen();
    const [before] = made.kept;
    made.clock.forward(299_000);
    made.clock.forward(1_000);
    await until(() => maps(made).length === 2, 'the renewal');
    await until(() => (made.kept[0]?.expiresAtMs ?? 0) > (before?.expiresAtMs ?? 0), 'a later end');
    expect(made.router.open.size).toBe(1);
    made.clock.forward(300_000);
    await until(() => maps(made).length === 3, 'the next renewal');
  });

  it('is asked for again when a renewal got no answer', async () => {
    const made = await home({ speaks: ['pcp'] });
    await made.listen();
    made.router.silence();
    made.clock.forward(300_000);
    for (const ms of [250, 500, 1_000]) {
      await new Promise((resolve) => setImmediate(resolve));
      made.clock.forward(ms);
    }
    made.router.speakAgain();
    await until(() => {
      made.clock.forward(1_000);
      return maps(made).length === 2;
    }, 'the renewal');
  });

  it('is shut when the program ends, which waits half a second for a router that is silent, and no longer', async () => {
    const made = await home({ speaks: ['upnp'] });
    await made.listen();
    made.router.silence();
    const closed = made.mapping.close();
    made.clock.forward(500);
    await closed;
    // It stays written down.
    expect(made.kept).toHaveLength(1);

    const prompt = await home({ speaks: ['pcp'] });
    await prompt.listen();
    await prompt.mapping.close();
    expect([prompt.router.open.size, prompt.kept]).toEqual([0, []]);
  });

  it('that comes too late for the ticket is shut again', async () => {
    const held: (() => void)[] = [];
    const made = await home({ speaks: ['upnp'], holds: (answer) => held.push(answer) });
    const { after } = made.clock;
    // The request itself is waited for, however slow this machine is.
    made.clock.after = (ms, run) => (ms === HTTP_DEADLINE_MS ? () => undefined : after.call(made.clock, ms, run));
    const listening = made.listen();
    await until(() => held.length > 0, 'the request');
    made.clock.forward(1_800);
    const known = await listening;
    expect([known.addresses, known.noDoor]).toEqual([[], 'noRouter']);
    for (const answer of held) answer();
    await until(() => made.router.asked.includes(`unmap ${PORT}`), 'the door is shut');
    await until(() => made.kept.length === 0, 'nothing is written down any more');
  });
});

describe(title('a door that an earlier run has left open'), { concurrent: true, skip }, () => {
  async function left(options: FakeOptions): Promise<{ readonly crashed: Home; readonly next: Home }> {
    const crashed = await home(options);
    await crashed.listen();
    return { crashed, next: new Home(crashed.router, JSON.parse(JSON.stringify(crashed.kept)) as readonly KeptMapping[]) };
  }

  it.each(['pcp', 'natPmp', 'upnp'] as const)('is shut at the next start by %s', async (speaks) => {
    const { crashed, next } = await left({ speaks: [speaks] });
    expect(crashed.router.open.size).toBe(1);
    await next.mapping.recover();
    expect([crashed.router.open.size, next.kept]).toEqual([0, []]);
  });

  it('is left alone where it has become somebody else’s', async () => {
    const { crashed, next } = await left({ speaks: ['upnp'] });
    crashed.router.open.set(PORT, '127.9.9.9:1');
    await next.mapping.recover();
    expect([crashed.router.open.get(PORT), next.kept]).toEqual(['127.9.9.9:1', []]);
  });

  it('is kept in mind in another network, and forgotten when it has run out', async () => {
    const { crashed } = await left({ speaks: ['pcp'] });
    const elsewhere = await home({ speaks: ['pcp'] });
    const next = new Home(elsewhere.router, crashed.kept);
    await next.mapping.recover();
    expect(next.kept).toEqual(crashed.kept);
    expect(elsewhere.router.asked).toEqual([]);
    next.clock.sleep(600_001);
    await next.mapping.recover();
    expect(next.kept).toEqual([]);
  });

  it('costs nothing where none was left', async () => {
    const made = await home({ speaks: ['pcp', 'upnp'] });
    await made.mapping.recover();
    expect(made.router.asked).toEqual([]);
  });
});
