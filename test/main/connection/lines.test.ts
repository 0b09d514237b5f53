import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDisplay } from '../../support/display.ts';
import type { LineOrder } from '../../support/line-end.ts';
import { type Network, type TwoNetworks, needsNamespaces, startTwoNetworks } from '../../support/network.ts';
import { needs, startProgram, until } from '../../support/programs.ts';

/** What an end of the line has told, and when by its own clock. */
interface Told {
  readonly tag: string;
  readonly atMs: number;
  readonly [more: string]: unknown;
}

/** One end of a real connection, in its network. */
class End {
  readonly told: Told[] = [];
  private readonly child;
  private errors = '';

  constructor(network: Network, ...args: readonly string[]) {
    const program = new URL('../../support/line-end.ts', import.meta.url).pathname;
    const [command, ...rest] = network.inside(process.execPath, program, ...args);
    this.child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.child.stdin.on('error', () => undefined);
    createInterface({ input: this.child.stdout }).on('line', (line) => this.told.push(JSON.parse(line) as Told));
  }

  tell(order: LineOrder): void {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  all(tag: string): readonly Told[] {
    return this.told.filter((told) => told.tag === tag);
  }

  /** The next one of these after `before` of them. */
  async next(tag: string, before = 0, timeoutMs = 15_000): Promise<Told> {
    return until(() => this.all(tag)[before], `${tag} (${before}), not ${JSON.stringify(this.told.slice(-5))} ${this.errors}`, timeoutMs);
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** What a busy machine may add to a time; to the millisecond they are kept in virtual time (line.test.ts, test/pair/silent-line.test.ts). */
const BUSY_MS = 3_000;

const programs = needs('tc');
const namespaces = needsNamespaces();

describe.skipIf(programs.skip || namespaces.skip)(namespaces.title(programs.title('lines as people have them')), () => {
  let networks: TwoNetworks;
  const ends: End[] = [];

  beforeAll(async () => {
    networks = await startTwoNetworks();
  }, 30_000);
  afterAll(() => networks?.close(), 30_000);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end.close();
    // Where a test failed in between.
    await networks.plug();
  });

  async function connected(engine = 'ringback'): Promise<{ readonly novice: End; readonly expert: End }> {
    const novice = new End(networks.novice, 'novice', networks.novice.address);
    const expert = new End(networks.expert, 'expert', networks.expert.address, engine);
    ends.push(novice, expert);
    expert.tell((await novice.next('ticket')) as unknown as LineOrder);
    await Promise.all([novice.next('active'), expert.next('active')]);
    return { novice, expert };
  }

  it.each([3, 5])(
    'an upload of %i Mbit/s carries a picture of 4 MB, and what is urgent does not wait for it',
    { timeout: 60_000 },
    async (mbits) => {
      const { novice, expert } = await connected();
      await novice.next('roundTrip', 2);
      await networks.narrow(mbits);
      const before = novice.all('roundTrip').length;
      novice.tell({ tag: 'picture', bytes: 4_000_000 });
      await novice.next('sent', 0, 30_000);
      await networks.widen();
      await novice.next('roundTrip', novice.all('roundTrip').length);
      const during = novice.all('roundTrip').slice(before);
      // A question went behind every quarter of a second of it, or a little later on a busy machine, and each was answered in time.
      expect(during.length).toBeGreaterThan((4_000_000 * 8) / (mbits * 1_000_000) / 0.5);
      const tookMs = during.map(({ ms }) => ms as number).toSorted((a, b) => a - b);
      expect(tookMs[Math.floor(tookMs.length / 2)]).toBeLessThan(1_000);
      expect(tookMs.at(-1)).toBeLessThan(1_000 + BUSY_MS);
      for (const end of [novice, expert]) expect(end.all('ended').concat(end.all('line'))).toEqual([]);
    },
  );

  it('while nothing happens round trips are measured half as often', {
    timeout: 40_000,
  }, async () => {
    const { novice } = await connected();
    // A connection that has just been made counts as in use.
    const quietMs = (await novice.next('active')).atMs + 4_000;
    const quiet = () => novice.all('roundTrip').filter(({ atMs }) => atMs > quietMs);
    await until(() => (quiet().at(-1)?.atMs ?? 0) > quietMs + 6_000, 'six quiet seconds', 20_000);
    // Twice a second instead of four times; a busy machine asks less.
    expect(quiet().filter(({ atMs }) => atMs <= quietMs + 6_000).length).toBeLessThanOrEqual(14);
  });

  it('a hole of 6 s is told within two and lost nothing', { timeout: 40_000 }, async () => {
    const { novice, expert } = await connected();
    await novice.next('roundTrip', 2);
    const startedAt = performance.now();
    await networks.unplug();
    for (const end of [novice, expert]) expect(await end.next('line')).toMatchObject({ silent: true });
    expect(performance.now() - startedAt).toBeLessThan(2_000 + BUSY_MS);
    novice.tell({ tag: 'picture', bytes: 300_000 });
    expert.tell({ tag: 'press' });
    await until(() => performance.now() - startedAt > 6_000, 'six seconds');
    await networks.plug();
    const pluggedAt = performance.now();
    for (const end of [novice, expert]) expect(await end.next('line', 1)).toMatchObject({ silent: false });
    expect(performance.now() - pluggedAt).toBeLessThan(7_000 + BUSY_MS);
    await novice.next('input');
    await novice.next('sent');
    for (const end of [novice, expert]) expect(end.all('ended')).toEqual([]);
  });

  it.each([
    ['while nothing is sent', 0],
    ['while a picture is', 100_000],
  ])('a program that answers no questions: its cable is missed within five seconds, %s', { timeout: 40_000 }, async (_, bytes) => {
    const { novice, expert } = await connected('classic');
    expert.tell({ tag: 'press' });
    await novice.next('input');
    expect(novice.all('roundTrip')).toEqual([]);
    const startedAt = performance.now();
    await networks.unplug();
    if (bytes > 0) novice.tell({ tag: 'picture', bytes });
    expect(await novice.next('line')).toMatchObject({ silent: true });
    expect(performance.now() - startedAt).toBeLessThan(5_000 + BUSY_MS);
    expect(performance.now() - startedAt).toBeGreaterThan(2_000);
    await networks.plug();
    expect(await novice.next('line', 1)).toMatchObject({ silent: false });
    expect(novice.all('ended')).toEqual([]);
  });

  const plain = needs('rdesktop', 'Xvfb', 'xdotool');
  it.skipIf(plain.skip)(
    plain.title('rdesktop holds a key and its cable is pulled: told within five seconds, and all goes on when it is in again'),
    { timeout: 60_000 },
    async () => {
      const novice = new End(networks.novice, 'novice', networks.novice.address);
      ends.push(novice);
      const ticket = (await novice.next('ticket')) as unknown as Extract<LineOrder, { readonly tag: 'ticket' }>;
      const port = ticket.addresses[0]?.port ?? 0;
      const display = await startDisplay({ width: 800, height: 600 });
      try {
        const client = networks.expert.inside('rdesktop', '-u', 'expert', '-p', 'unused', '-g', '800x600', '-a', '32', '-D');
        const [command, ...args] = [...client, '-c', ticket.sessionId, `${networks.novice.address}:${port}`];
        const program = startProgram(command ?? '', args, { env: display.env, stdio: ['pipe', 'pipe', 'pipe'] });
        // It asks on standard input whether to trust a self-signed certificate.
        program.process.stdin?.write('yes\nyes\n');
        try {
          await novice.next('active');
          await until(async () => {
            await display.xdotool('mousemove', '100', '100', 'keydown', 'a');
            return novice.all('input').some(({ events }) => JSON.stringify(events).includes('"scancode":30'));
          }, 'the key');
          expect(novice.all('roundTrip')).toEqual([]);
          const startedAt = performance.now();
          await networks.unplug();
          expect(await novice.next('line')).toMatchObject({ silent: true });
          expect(performance.now() - startedAt).toBeLessThan(5_000 + BUSY_MS);
          await networks.plug();
          expect(await novice.next('line', 1)).toMatchObject({ silent: false });
          expect(novice.all('ended')).toEqual([]);
        } finally {
          await program.stop();
        }
      } finally {
        await display.close();
      }
    },
  );
});
