/* The two ends of `paced-end.ts`, each in a namespace of its own, and a line between them. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ip, ipNow, killNow, pidsIn } from '../namespaces.ts';
import { type Program, startProgram, until } from '../programs.ts';
import { type Line, type LineQuality, namespacesOf, startLine } from './line.ts';
import type { PacedOrder } from './paced-end.ts';

/** What an end has told, and when by the clock that both have, in milliseconds. */
export interface Told {
  readonly tag: string;
  readonly atMs: number;
  readonly [more: string]: unknown;
}

const PROGRAM = fileURLToPath(new URL('./paced-end.ts', import.meta.url));
const [HERE, THERE] = ['10.96.1.1', '10.96.1.2'];
const DEVICE = 'line';

class End {
  readonly told: Told[] = [];
  private readonly program: Program;

  constructor(namespace: string, ...args: readonly string[]) {
    this.program = startProgram('ip', ['netns', 'exec', namespace, process.execPath, PROGRAM, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdin, stdout } = this.program.process;
    stdin?.on('error', () => undefined);
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.told.push(JSON.parse(line) as Told));
  }
  tell(order: PacedOrder): void {
    this.program.process.stdin?.write(`${JSON.stringify(order)}\n`);
  }
  all(tag: string): readonly Told[] {
    return this.told.filter((told) => told.tag === tag);
  }
  async next(tag: string, before = 0, timeoutMs = 30_000): Promise<Told> {
    return until(
      () => this.all(tag)[before],
      () => `${tag}, not ${JSON.stringify(this.told.slice(-3))} ${this.program.output()}`,
      timeoutMs,
    );
  }
  async ask(): Promise<Told> {
    const before = this.all('told').length;
    this.tell({ tag: 'tell' });
    return this.next('told', before);
  }
  stop(): Promise<void> {
    return this.program.stop();
  }
}

export interface PacedPair {
  readonly novice: End;
  readonly expert: End;
  readonly line: Line;
  close(): Promise<void>;
}

/** Connected over a line of this quality; the novice's picture is on its way. */
export async function startPacedPair(quality: LineQuality, engine: 'ringback' | 'classic' = 'ringback'): Promise<PacedPair> {
  const names = await namespacesOf('paced-here', 'paced-there');
  const [here = '', there = ''] = names;
  const ends: End[] = [];
  let line: Line | undefined;
  const close = async (): Promise<void> => {
    for (const end of ends) await end.stop();
    await line?.close();
    for (const name of names) {
      for (const pid of pidsIn(name)) killNow(pid);
      ipNow('netns', 'delete', name);
    }
  };
  try {
    line = await startLine([
      { namespace: here, device: DEVICE },
      { namespace: there, device: DEVICE },
    ]);
    await ip('-n', here, 'address', 'add', HERE, 'peer', THERE, 'dev', DEVICE);
    await ip('-n', there, 'address', 'add', THERE, 'peer', HERE, 'dev', DEVICE);
    await line.become(quality);
    const novice = new End(here, 'novice', HERE);
    const expert = new End(there, 'expert', THERE, engine);
    ends.push(novice, expert);
    expert.tell((await novice.next('ticket')) as unknown as PacedOrder);
    await novice.next('active');
    return { novice, expert, line, close };
  } catch (error) {
    await close();
    throw error;
  }
}
