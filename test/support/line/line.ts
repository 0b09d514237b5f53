/*
 * A line between two network namespaces as people have them, for tests and for measurements (docs/decisions/0049): the rate by the system (tbf), delay
 * and loss by a process that carries packets between two TUN devices, since not every kernel has netem.
 */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ip, ipNow, NAMESPACES, whyNoNamespaces } from '../namespaces.ts';
import { missing, run, startProgram, until } from '../programs.ts';
import type { LineAnswer, LineDelay, LineOrder } from './line-process.ts';
import type { QueueCounts } from './line-queue.ts';

export interface LineQuality {
  /** Kilobits a second, each way, behind a router's queue of {@link ROUTER_QUEUE_MS}; as fast as it goes when left out. */
  readonly kbits?: number;
  /** Half of it each way, in milliseconds; none when left out. */
  readonly roundTripMs?: number;
  /** Of the packets of each direction, 0 to 1; none when left out. */
  readonly loss?: number;
}

/** Those that the benchmark compares on. `ten` and `two` are a rate and no distance. */
export const LINES = {
  lan: {},
  ten: { kbits: 10_000 },
  two: { kbits: 2_000 },
  home: { kbits: 10_000, roundTripMs: 40 },
  thin: { kbits: 2_000, roundTripMs: 80 },
  thinnest: { kbits: 256, roundTripMs: 300 },
  lossy: { loss: 0.02 },
} as const satisfies Readonly<Record<string, LineQuality>>;

export type LineName = keyof typeof LINES;

/** One end: a namespace, and how the line's device is called in there. Its addresses and routes are the caller's. */
export interface LineEnd {
  readonly namespace: string;
  readonly device: string;
}

/** From the first end to the second. */
export interface LineTold {
  readonly there: QueueCounts & { readonly delay: LineDelay };
  readonly back: QueueCounts & { readonly delay: LineDelay };
}

export interface Line {
  /** Another line from now on. What is under way keeps its time. */
  become(quality: LineQuality): Promise<void>;
  /** Nothing comes through in either direction, while the devices stay as they are: no reset, no goodbye, no route that goes. */
  silence(): Promise<void>;
  /** The end of the silence. */
  speak(): Promise<void>;
  /** What it has carried since it began, and how late the newest packets were since it last became another. */
  tell(): Promise<LineTold>;
  close(): Promise<void>;
}

const ROUTER_QUEUE_MS = 400;
/** Two packets. */
const LEAST_BURST_BYTES = 3_028;
const BURST_MS = 10;
const MTU = 1_500;
/** In the device, before the process has read them: as many as it may be kept from the processor. */
const DEVICE_QUEUE_PACKETS = 10_000;

let made = 0;

/** Title and condition, like `needs(…)`. */
export function needsLine(): { readonly skip: boolean; title(text: string): string } {
  const reason = whyNoLine();
  return { skip: reason !== undefined, title: (text) => (reason === undefined ? text : `${text} [skipped: needs ${reason}]`) };
}

function whyNoLine(): string | undefined {
  const reason = whyNoNamespaces();
  if (reason !== undefined) return reason;
  if (missing('tc').length > 0) return 'tc';
  const probe = `rbp${process.pid}`;
  const allowed = ipNow('tuntap', 'add', 'dev', probe, 'mode', 'tun');
  ipNow('link', 'delete', probe);
  return allowed ? undefined : '/dev/net/tun';
}

/** `seed`: which packets are lost is the same with the same one. Throws where it is impossible; nothing is left then. */
export async function startLine(ends: readonly [LineEnd, LineEnd], quality: LineQuality = {}, seed = 1): Promise<Line> {
  const reason = whyNoLine();
  if (reason !== undefined) throw new Error(`A line needs ${reason}.`);
  made += 1;
  // An interface has 15 letters at most.
  const names = ends.map((_, index) => `rb${process.pid}x${made % 100}${'ab'[index] ?? ''}`.slice(-15));
  const script = fileURLToPath(new URL('./line-process.ts', import.meta.url));
  const program = startProgram(process.execPath, [script, ...names, String(seed)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const answers: LineAnswer[] = [];
  const { stdin, stdout } = program.process;
  if (stdin === null || stdout === null) throw new Error('a process without pipes');
  stdin.on('error', () => undefined);
  createInterface({ input: stdout }).on('line', (line) => answers.push(JSON.parse(line) as LineAnswer));
  const answer = async (count: number): Promise<LineAnswer> =>
    until(
      () => {
        if (program.process.exitCode !== null) throw new Error(`the line ended: ${program.output()}`);
        return answers[count];
      },
      () => `the line: ${program.output()}`,
    );
  const ask = async (order: LineOrder): Promise<LineAnswer> => {
    const before = answers.length;
    stdin.write(`${JSON.stringify(order)}\n`);
    return answer(before);
  };
  // One order after the other: an answer belongs to the order before it.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(what: () => Promise<T>): Promise<T> => {
    const mine = turn.then(what);
    turn = mine.catch(() => undefined);
    return mine;
  };
  let now = quality;
  const carry = async (silent: boolean): Promise<void> => {
    const one = { delayMs: (now.roundTripMs ?? 0) / 2, loss: now.loss ?? 0, silent };
    await ask({ tag: 'become', qualities: [one, one] });
  };
  try {
    await answer(0);
    for (const [index, { namespace, device }] of ends.entries()) {
      const name = names[index] ?? '';
      await ip('link', 'set', 'dev', name, 'netns', namespace);
      // Nothing is said on it but what somebody says: no addresses that the system makes, no routers that it looks for.
      await ip('-n', namespace, 'link', 'set', 'dev', name, 'addrgenmode', 'none');
      await ip('-n', namespace, 'link', 'set', 'dev', name, 'name', device, 'mtu', `${MTU}`, 'txqueuelen', `${DEVICE_QUEUE_PACKETS}`);
      await ip('-n', namespace, 'link', 'set', 'dev', device, 'up');
      await limit(namespace, device, quality);
    }
    await carry(false);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return {
    become: (quality) =>
      inTurn(async () => {
        now = quality;
        for (const { namespace, device } of ends) await limit(namespace, device, quality);
        await carry(false);
      }),
    silence: () => inTurn(() => carry(true)),
    speak: () => inTurn(() => carry(false)),
    tell: () =>
      inTurn(async () => {
        const told = await ask({ tag: 'tell' });
        const [there, back] = told.tag === 'told' ? told.directions : [];
        if (there === undefined || back === undefined) throw new Error(`the line said ${told.tag}`);
        return { there, back };
      }),
    close: () => program.stop(),
  };
}

async function limit(namespace: string, device: string, { kbits }: LineQuality): Promise<void> {
  const inside = (...command: string[]) => run('ip', ['netns', 'exec', namespace, ...command]);
  const queue = ['tc', 'qdisc', 'replace', 'dev', device, 'root'];
  if (kbits === undefined) return void (await inside(...queue, 'pfifo', 'limit', `${DEVICE_QUEUE_PACKETS}`));
  const burst = Math.max(LEAST_BURST_BYTES, Math.round((kbits * BURST_MS) / 8));
  await inside(...queue, 'tbf', 'rate', `${kbits}kbit`, 'burst', `${burst}b`, 'latency', `${ROUTER_QUEUE_MS}ms`);
}

/** Namespaces of this process's own, joined by nothing yet, named so that a later run finds what a killed one has left. */
export async function namespacesOf(...parts: readonly string[]): Promise<readonly string[]> {
  const names = parts.map((part) => `${NAMESPACES}-${process.pid}-${part}`);
  for (const name of names) {
    await ip('netns', 'add', name);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  return names;
}
