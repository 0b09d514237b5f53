/**
 * A session on loopback while strangers do their worst to the listener of a saved invitation beside it: how late its frames come, what the novice's main
 * thread and memory take. Prints measured figures, and which bounds hold. Not a test. `--help` names the options.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../src/main/clock.ts';
import { createConnectionRoom } from '../src/main/connection/connection-room.ts';
import type { ExpertLink } from '../src/main/connection/contract.ts';
import { GraphicsDecoder } from '../src/protocol/rdp/graphics/graphics-decoder.ts';
import type { ToAttacker } from '../test/bench/hostile-attacker.ts';
import { type FromHostileNovice, systemMs, type ToHostileNovice } from '../test/bench/hostile-novice.ts';
import { ATTACKS, type Attack, type AttackReport } from '../test/bench/hostile-strangers.ts';
import { numbersTyped } from '../test/bench/number-options.ts';
import { applied } from '../test/support/applied.ts';
import { root } from './project.ts';

const HOST = '127.0.0.1';
const HOSTS = 500;
/** What is over sooner is printed and not judged. */
const SHORTEST_MS = 1_000;
/** What is promised (SECURITY.md). */
const LATEST_FRAME_MS = 300;
const MAIN_THREAD_PERCENT = 30;
const MORE_MEMORY_BYTES = 64 * 1024 * 1024;

const {
  connections,
  seconds,
  'at-once': atOnce,
} = numbersTyped('npm run bench:hostile --', {
  connections: { what: 'connections in all', low: 70, high: 1_000_000, otherwise: 10_000 },
  seconds: { what: 'seconds of each kind at most', low: 1, high: 120, otherwise: 8 },
  // The system keeps a queue of 16 for us, so with 12 they come as fast as they can.
  'at-once': { what: 'connections under way at the same time', low: 1, high: 1_000, otherwise: 200 },
});

const WORDS: Readonly<Record<Attack, string>> = {
  silence: 'connect and silence',
  drip: 'one byte a second',
  tlsSilence: 'TLS and silence',
  hugeRecords: 'huge records',
  wrongId: 'wrong session ids',
  tlsFlood: 'a flood of handshakes',
  knocking: 'connect and hang up',
};

type Report = Extract<FromHostileNovice, { tag: 'report' }>;

function heard<T>(child: ChildProcess, wanted: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if (!wanted(message)) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null): void => reject(new Error(`a process of the bench has ended: ${code}`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

const isFrom =
  <T extends FromHostileNovice['tag']>(tag: T) =>
  (message: unknown): message is Extract<FromHostileNovice, { tag: T }> =>
    (message as FromHostileNovice).tag === tag;
const isAttackReport = (message: unknown): message is AttackReport => 'made' in (message as AttackReport);

const novice = fork(join(root, 'test/bench/hostile-novice.ts'), { execArgv: ['--expose-gc'] });
const attacker = fork(join(root, 'test/bench/hostile-attacker.ts'));
const arrivals = new Map<number, number>();

async function openSession(): Promise<{ readonly link: ExpertLink; readonly invitationPort: number }> {
  const { session, invitationPort } = await heard(novice, isFrom('listening'));
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
  const endpoint = await room.openExpert({ engine: 'ringback', userName: 'expert' }, new AbortController().signal);
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
  const link = await new Promise<ExpertLink>((resolve) => {
    endpoint.onEvent((event) => event.tag === 'verified' && resolve(event.link));
    endpoint.expect({
      addresses: [{ host: HOST, port: session.port }],
      sessionId: bytes(session.sessionId),
      pin: bytes(session.pin),
    });
    endpoint.reach('forward');
  });
  let decoder: GraphicsDecoder | undefined;
  link.onEvent((event) => {
    if (event.tag === 'ended' && event.end !== 'userRequested') throw new Error(`the session has ended: ${event.end}`);
    if (event.tag === 'active') decoder = new GraphicsDecoder(event.desktop);
    if (event.tag !== 'graphics' || decoder === undefined) return;
    for (const frame of applied(decoder.apply(event.graphics)).frames) {
      if (frame.action !== 'end') continue;
      arrivals.set(frame.frameId, systemMs());
      link.acknowledgeFrame(frame.frameId);
    }
  });
  return { link, invitationPort };
}

async function measured(
  act: () => Promise<AttackReport | undefined>,
): Promise<{ readonly report: Report; readonly attack: AttackReport | undefined }> {
  const start: ToHostileNovice = 'measure';
  novice.send(start);
  const attack = await act();
  const ask: ToHostileNovice = 'report';
  novice.send(ask);
  return { report: await heard(novice, isFrom('report')), attack };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
/** How late frames came; one that has not come counts as late as it is now. The last few may be on their way. */
const latenessOf = ({ frames }: Report): number[] =>
  frames
    .slice(0, -2)
    .map(([id, at]) => (arrivals.get(id) ?? systemMs()) - at)
    .toSorted((left, right) => left - right);

const { link, invitationPort } = await openSession();
await pause(1_500);
const broken: string[] = [];
let quietBytes = 0;

function print(name: string, { report, attack }: Awaited<ReturnType<typeof measured>>): void {
  const late = latenessOf(report);
  const worst = late.at(-1) ?? Number.NaN;
  const percent = (report.threadMs / report.elapsedMs) * 100;
  const column = (value: string, width: number): string => value.padStart(width);
  console.log(
    `  ${name.padEnd(22)}${column(String(attack?.made ?? 0), 8)}${column(((attack?.made ?? 0) / (report.elapsedMs / 1_000)).toFixed(0), 8)}${column(String(report.attempts), 8)}${column(String(report.mostAtOnce), 8)}${column((late[Math.floor(late.length / 2)] ?? Number.NaN).toFixed(1), 10)}${column(worst.toFixed(1), 9)}${column(percent.toFixed(1), 9)}${column(report.worstLoopDelayMs.toFixed(0), 9)}${column(megabytes(report.memoryBytes), 7)}${column((report.keptBytes / 1024 / 1024).toFixed(1), 8)}`,
  );
  // A few frames and a few milliseconds say nothing.
  if (report.elapsedMs < SHORTEST_MS) return;
  if (!(worst <= LATEST_FRAME_MS)) broken.push(`${name}: a frame was ${worst.toFixed(0)} ms late`);
  if (!(percent < MAIN_THREAD_PERCENT)) broken.push(`${name}: the main thread took ${percent.toFixed(0)} % of a core`);
  if (quietBytes > 0 && report.memoryBytes - quietBytes > MORE_MEMORY_BYTES)
    broken.push(`${name}: memory grew by ${megabytes(report.memoryBytes - quietBytes)} MB`);
}

console.log(
  `\nOne session, 20 frames a second, on loopback; ${connections} hostile connections to an invitation beside it, ${atOnce} at once`,
);
console.log('                          made      /s  let in at once  frame ms    worst   thread%   loop ms   MB  kept MB');
const quiet = await measured(async () => void (await pause(3_000)));
print('nobody', quiet);
quietBytes = quiet.report.memoryBytes;
const each = Math.ceil(connections / ATTACKS.length);
for (const hosts of process.platform === 'linux' ? [1, HOSTS] : [1]) {
  console.log(hosts === 1 ? ' from one address' : ` from ${hosts} addresses`);
  for (const attack of ATTACKS) {
    const order: ToAttacker = { attack, port: invitationPort, connections: each, atOnce, limitMs: seconds * 1_000, hosts };
    const result = await measured(async () => {
      attacker.send(order);
      return await heard(attacker, isAttackReport);
    });
    print(WORDS[attack], result);
  }
}
await pause(500);
print('nobody, afterwards', await measured(async () => void (await pause(3_000))));
console.log(
  broken.length === 0
    ? `\nAll within bounds: no frame later than ${LATEST_FRAME_MS} ms, under ${MAIN_THREAD_PERCENT} % of a core, at most ${megabytes(MORE_MEMORY_BYTES)} MB more.`
    : `\nOut of bounds:\n  ${broken.join('\n  ')}`,
);
await link.close();
novice.disconnect();
attacker.disconnect();
process.exit(broken.length === 0 ? 0 : 1);
