import { violationOf } from './engine.ts';
import { damaged } from './damage.ts';
import { Random } from './random.ts';
import { recordRdpSession } from './rdp-session.ts';
import { replayAtExpert, replayAtListener, replayAtNovice } from './replay-rdp.ts';
import { replayAtMessenger } from './replay-messenger.ts';
import { targetNamed } from './targets.ts';
import { asPieces } from './targets/rdp.ts';

/** What a process that serves damaged peers may hold in the end, above what it began with. */
const MAX_GROWTH_BYTES = 256 * 1024 * 1024;
const IN_MEMORY_A_ROUND = 40;

export interface ReplayOptions {
  readonly seed: number;
  /** Ends after so many rounds, or at this time (`performance.now()`). */
  readonly rounds?: number;
  readonly until?: number;
  readonly log: (line: string) => void;
}

/** Damaged sessions against both ends. Gives what went wrong, each with the seed of its round. */
export async function replay({
  seed,
  rounds = Number.POSITIVE_INFINITY,
  until = Number.POSITIVE_INFINITY,
  log,
}: ReplayOptions): Promise<string[]> {
  const failures: string[] = [];
  const stray = (error: unknown): void => void failures.push(`seed ${seed}: an exception nobody caught: ${describe(error)}`);
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  const before = process.memoryUsage();
  let round = 0;
  try {
    for (; round < rounds && performance.now() < until; round += 1) {
      const of = seed + round;
      for (const [name, run] of STEPS) {
        try {
          await run(new Random(of));
        } catch (error) {
          failures.push(`${name}, --seed ${of}: ${describe(error)}`);
        }
      }
    }
  } finally {
    process.off('uncaughtException', stray);
    process.off('unhandledRejection', stray);
  }
  const after = process.memoryUsage();
  const growth = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  if (growth > MAX_GROWTH_BYTES) failures.push(`seed ${seed}: ${growth} bytes more than before`);
  log(
    `${round} rounds of ${STEPS.map(([name]) => name).join(', ')}: ${failures.length} failures, memory ${Math.round(growth / 1e6)} MB more`,
  );
  return failures;
}

const STEPS: readonly (readonly [string, (random: Random) => void | Promise<void>])[] = [
  ['in memory', replayInMemory],
  ['strangers at the listener', replayAtListener],
  ['at the novice', replayAtNovice],
  ['at the expert', replayAtExpert],
  ['at the messenger', replayAtMessenger],
];

function replayInMemory(random: Random): void {
  const { toServer, toClient } = recordRdpSession();
  for (const [name, parts] of [
    ['rdp-server', toServer],
    ['rdp-server-before-consent', toServer],
    ['rdp-client', toClient],
  ] as const) {
    for (let count = 0; count < IN_MEMORY_A_ROUND; count += 1) {
      const violation = violationOf(targetNamed(name), asPieces(damaged(parts, random)));
      if (violation) throw new Error(`${name}: ${violation.rule} ${violation.detail}`);
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\n  because of ${describe(error.cause)}`}`
    : String(error);
}
