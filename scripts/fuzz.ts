/**
 * Coverage-guided fuzzing of everything that reads what others wrote: `npm run fuzz -- --seconds N [TARGET …]`. Without a target it goes round
 * all of them, N seconds each. `--list` shows them, `--seed S` repeats a run, `--fresh` forgets what earlier runs found interesting.
 * A finding is kept under test/vectors/fuzz/TARGET, where `npm test` runs it from then on.
 * `--replay`: recorded sessions with bytes flipped, dropped, repeated and reordered, against both ends, in memory and over sockets.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { FuzzOutcome } from '../test/fuzz/engine.ts';
import { TARGETS, targetNamed } from '../test/fuzz/targets.ts';
import { CORPUS, inputsOf, keepInput, VECTORS } from '../test/fuzz/vectors.ts';
import type { WorkerTask } from '../test/fuzz/worker.ts';

/** An input that takes this long is one that never ends. */
const HANG_MS = 10_000;
const CURRENT_BYTES = 1024 * 1024;
const MAX_KEPT = 2_000;
/** For one thread: what a decoder builds of 64 KiB is far less. */
const MAX_HEAP_MB = 1_024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    list: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    replay: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 86_400)) throw new Error('--seconds takes 1 to 86400');
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
if (!Number.isInteger(seed)) throw new Error('--seed takes a whole number');

function run(name: string): Promise<FuzzOutcome> {
  const current = new SharedArrayBuffer(8 + CURRENT_BYTES);
  const state = new Int32Array(current, 0, 2);
  const kept = values.fresh ? [] : [...inputsOf(CORPUS, name).values()].slice(0, MAX_KEPT);
  const workerData: WorkerTask = { target: name, seed, seconds, kept: [...inputsOf(VECTORS, name).values(), ...kept], current };
  const worker = new Worker(new URL('../test/fuzz/worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  return new Promise((resolve, reject) => {
    let last = 0;
    let since = Date.now();
    const lost = (rule: 'time' | 'memory', detail: string): void => {
      const input = new Uint8Array(current, 8).slice(0, state[1]);
      resolve({ executions: last, covered: 0, corpus: [], finding: { rule, detail, input } });
    };
    const watch = setInterval(() => {
      const count = Atomics.load(state, 0);
      if (count !== last || count === 0) {
        last = count;
        since = Date.now();
      } else if (Date.now() - since > HANG_MS) {
        lost('time', `no end after ${HANG_MS} ms`);
        void worker.terminate();
      }
    }, 500);
    worker.once('message', (outcome: FuzzOutcome) => resolve(outcome));
    worker.once('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') lost('memory', error.message);
      else reject(error);
    });
    worker.once('exit', () => clearInterval(watch));
  });
}

if (values.list) {
  for (const { name } of TARGETS) console.log(name);
} else if (values.replay) {
  const { replay } = await import('../test/fuzz/replay.ts');
  const failures = await replay({ seed, until: performance.now() + seconds * 1_000, log: (line) => console.log(line) });
  for (const failure of failures) console.log(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
} else {
  let findings = 0;
  for (const name of positionals.length > 0 ? positionals.map((given) => targetNamed(given).name) : TARGETS.map((target) => target.name)) {
    const { executions, covered, corpus, finding } = await run(name);
    if (!values.fresh) for (const input of corpus) keepInput(CORPUS, name, input);
    console.log(
      `${name.padEnd(28)} ${String(executions).padStart(9)} inputs, ${String(corpus.length).padStart(4)} kept, ${String(covered).padStart(6)} characters of source reached`,
    );
    if (finding === undefined) continue;
    findings += 1;
    console.log(
      `  ${finding.rule}: ${finding.detail}\n  ${finding.input.length} bytes, kept as ${keepInput(VECTORS, name, finding.input)}`,
    );
  }
  console.log(`seed ${seed}: ${findings} findings`);
  process.exitCode = findings > 0 ? 1 : 0;
}
