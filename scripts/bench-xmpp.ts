/**
 * `npm run bench:messenger -- --xmpp`: people on one ejabberd, then on three of which one is killed, on loopback only. Prints measured figures.
 * Not a test. `--help` names the options.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientsSetup } from '../test/bench/xmpp-clients.ts';
import { numbersTyped } from '../test/bench/number-options.ts';
import { treeCpuMs } from '../test/bench/processes.ts';
import { type Program, startProgram, until } from '../test/support/programs.ts';
import { type XmppServer, startEjabberd, startEjabberdCluster } from '../test/support/xmpp-servers.ts';
import { root } from './project.ts';
import { ensureServers } from './unpacked-servers.ts';

/** Of each process of clients. */
const AT_ONCE = 5;
const MADE_AT_ONCE = 100;
const CLUSTER_CLIENTS = 300;
const IDLE_MS = 10_000;
const DOMAIN = 'bench.example';

const numbers = numbersTyped(
  'npm run bench:messenger -- --xmpp',
  {
    processes: { what: 'processes of clients', low: 1, high: 8, otherwise: 4 },
    clients: { what: 'people who are signed in, ten a process at least', low: 2 * AT_ONCE, high: 5_000, otherwise: 2_000 },
    seconds: { what: 'seconds of help sessions', low: 2, high: 60, otherwise: 15 },
  },
  { flags: ['xmpp'] },
);
const { processes, seconds } = numbers;
const clientCount = Math.ceil(Math.max(numbers.clients, 2 * AT_ONCE * processes) / (2 * processes)) * 2 * processes;
const missing = ensureServers();
if (missing !== undefined) throw new Error(`The benchmark needs ${missing}.`);

interface Answer {
  readonly times?: readonly number[];
  readonly failed?: number;
  readonly error?: string;
  readonly megabytes?: number;
  readonly signedIn?: number;
  /** What `state` counts, by name. */
  readonly [counted: string]: unknown;
}

/** One process of clients. */
class Clients {
  readonly program: Program;
  private readonly waiting: ((answer: Answer) => void)[] = [];

  constructor(setup: ClientsSetup) {
    const script = join(root, 'test', 'bench', 'xmpp-clients.ts');
    this.program = startProgram(process.execPath, ['--expose-gc', script, JSON.stringify(setup)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = this.program.process.stdout;
    if (output !== null) createInterface({ input: output }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line) as Answer));
  }

  ask(command: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.program.process.stdin?.write(`${command}\n`);
    });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-'));
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const summary = (times: readonly number[]): string => {
  const sorted = [...times].sort((a, b) => a - b);
  return `median ${quantile(sorted, 0.5).toFixed(0)} ms, p95 ${quantile(sorted, 0.95).toFixed(0)} ms, p99 ${quantile(sorted, 0.99).toFixed(0)} ms`;
};
const memoryMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Accounts with one contact each (XEP-0227), as many at once as the server makes in a few seconds: each password costs it a SCRAM key. */
async function accounts(server: XmppServer, count: number): Promise<void> {
  const user = (index: number): string => {
    const contact = index % 2 === 0 ? index + 1 : index - 1;
    return `<user name='user${index}' password='secret of user${index}@${DOMAIN}'><query xmlns='jabber:iq:roster'><item jid='user${contact}@${DOMAIN}' subscription='both'/></query></user>`;
  };
  const users = Array.from({ length: count }, (_, index) => user(index));
  const file = join(folder, 'people.xml');
  for (let first = 0; first < count; first += MADE_AT_ONCE) {
    const some = users.slice(first, first + MADE_AT_ONCE).join('\n');
    writeFileSync(file, `<?xml version='1.0'?><server-data xmlns='urn:xmpp:pie:0'><host jid='${DOMAIN}'>${some}</host></server-data>`);
    await server.control('import_piefxis', file);
  }
}

function clientsOf(servers: readonly XmppServer[], count: number): Clients[] {
  const authority = join(folder, 'authority.pem');
  writeFileSync(authority, servers[0]?.ca ?? '');
  const each = count / processes;
  return Array.from(
    { length: processes },
    (_, index) =>
      new Clients({
        first: index * each,
        count: each,
        domain: DOMAIN,
        servers: servers.map(({ host, ports }) => ({ name: host, port: ports.clients })),
        authority,
      }),
  );
}

const askAll = (all: readonly Clients[], command: string): Promise<Answer[]> => Promise.all(all.map((one) => one.ask(command)));
const sumOf = (answers: readonly Answer[], what: string): number => answers.reduce((sum, answer) => sum + Number(answer[what] ?? 0), 0);
const timesOf = (answers: readonly Answer[]): number[] => answers.flatMap(({ times = [] }) => times);
const endAll = async (all: readonly Clients[]): Promise<void> => void (await Promise.all(all.map(({ program }) => program.stop())));

async function oneServer(): Promise<void> {
  const server = await startEjabberd({ domain: DOMAIN });
  let all: Clients[] = [];
  try {
    let at = performance.now();
    await accounts(server, clientCount);
    console.log(`${clientCount} accounts with a contact each: ${((performance.now() - at) / 1_000).toFixed(1)} s`);
    all = clientsOf([server], clientCount);
    const [before, ownBefore] = [memoryMb(server.pid()), sumOf(await askAll(all, 'memory'), 'megabytes')];
    at = performance.now();
    let cpu = treeCpuMs(server.pid());
    const signedIn = await askAll(all, `signIn ${AT_ONCE}`);
    const tookS = (performance.now() - at) / 1_000;
    const count = timesOf(signedIn).length;
    const [after, ownAfter] = [memoryMb(server.pid()), sumOf(await askAll(all, 'memory'), 'megabytes')];
    console.log(
      `${count} signed in, ${sumOf(signedIn, 'failed')} failed, ${AT_ONCE * processes} at a time: ${tookS.toFixed(1)} s (${(count / tookS).toFixed(0)} a second), each ${summary(timesOf(signedIn))}\n` +
        `  server: ${(treeCpuMs(server.pid()) - cpu).toFixed(0)} ms CPU, memory ${before.toFixed(0)} → ${after.toFixed(0)} MB, ${(((after - before) * 1024) / count).toFixed(0)} kB a client; our client ${(((ownAfter - ownBefore) * 1_000) / count).toFixed(0)} kB`,
    );
    cpu = treeCpuMs(server.pid());
    await pause(IDLE_MS);
    console.log(`at rest: server ${(((treeCpuMs(server.pid()) - cpu) / IDLE_MS) * 100).toFixed(1)} % of one core`);
    cpu = treeCpuMs(server.pid());
    const own = all.reduce((sum, { program }) => sum + treeCpuMs(program.pid), 0);
    at = performance.now();
    const helped = await askAll(all, `help ${seconds} ${AT_ONCE}`);
    const helpS = (performance.now() - at) / 1_000;
    const sessions = timesOf(helped).length;
    console.log(
      `${sessions} help sessions, ${sumOf(helped, 'failed')} failed, ${AT_ONCE * processes} at a time: ${(sessions / helpS).toFixed(0)} a second, invitation to both tickets ${summary(timesOf(helped))}\n` +
        `  server ${((treeCpuMs(server.pid()) - cpu) / sessions).toFixed(1)} ms CPU each, our two clients ${((all.reduce((sum, { program }) => sum + treeCpuMs(program.pid), 0) - own) / sessions).toFixed(1)} ms`,
    );
    const error = helped.find((answer) => answer.error !== undefined)?.error;
    if (error !== undefined) console.log(`  the first that failed: ${error}`);
  } finally {
    await endAll(all);
    await server.close();
  }
}

async function threeServers(): Promise<void> {
  const servers = await startEjabberdCluster(3, { domain: DOMAIN });
  let all: Clients[] = [];
  try {
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('no cluster');
    const count = Math.ceil(CLUSTER_CLIENTS / (2 * processes)) * 2 * processes;
    await accounts(first, count);
    all = clientsOf(servers, count);
    const signedIn = await askAll(all, `signIn ${AT_ONCE}`);
    console.log(`three nodes: ${timesOf(signedIn).length} of ${count} signed in, each ${summary(timesOf(signedIn))}`);
    for (const { error } of await askAll(all, 'ring')) if (error !== undefined) throw new Error(error);
    const counted = async (what: string): Promise<number> => sumOf(await askAll(all, 'state'), what);
    await until(async () => (await counted('begun')) === count / 2, 'everybody to ring or to be in a session', 60_000);
    const at = performance.now();
    await second.crash();
    await until(async () => (await counted('lost')) > 0, 'anybody to notice', 30_000);
    await until(async () => (await counted('signedIn')) === count, 'everybody to be back', 60_000);
    const backS = ((performance.now() - at) / 1_000).toFixed(1);
    // What was ringing rings again with the presence of whoever is back; what does not is counted.
    const isSettled = async (): Promise<boolean> => {
      const state = await askAll(all, 'state');
      return sumOf(state, 'rangAgain') === sumOf(state, 'toRing') && sumOf(state, 'stopped') === sumOf(state, 'toStop');
    };
    await until(isSettled, 'everybody to ring', 20_000).catch(() => undefined);
    const state = await askAll(all, 'state');
    const is = (what: string): number => sumOf(state, what);
    console.log(
      `one killed: ${is('lost')} lost their stream, all were signed in again after ${backS} s\n` +
        `  rang again where the asked one had lost it: ${is('rangAgain')} of ${is('toRing')}; stopped where whoever asked had lost it: ${is('stopped')} of ${is('toStop')}; ` +
        `rang twice without reason: ${is('twice')}\n` +
        `  sessions between people of the other nodes that noticed: ${is('untouched') - is('untouchedUp')} of ${is('untouched')}`,
    );
  } finally {
    await endAll(all);
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** Figures of a machine with other work are worth what they say of it. */
const load = (): void => console.log(`load average of the machine: ${(loadavg()[0] ?? 0).toFixed(1)}, this among it`);
try {
  load();
  await oneServer();
  load();
  await threeServers();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
