import { ProtocolError } from '../../src/protocol/bytes/errors.ts';
import { AllocationMeter } from './allocation-meter.ts';
import { Coverage } from './coverage.ts';
import { mutate } from './mutations.ts';
import { Random } from './random.ts';
import type { Target } from './rules.ts';

const MAX_BYTES = 64 * 1024;
const MAX_MS = 100;
/** Inputs between two looks at the coverage, which costs as much as thirty of them. */
const BATCH = 32;
const MINIMISE_RUNS = 3_000;
/** What a decoder may always have: its own buffers and scratch. */
const FREE_BYTES = 1024 * 1024;
const BYTES_A_BYTE = 64;

export interface Violation {
  readonly rule: 'error' | 'time' | 'memory';
  readonly detail: string;
}

export interface Finding extends Violation {
  readonly input: Uint8Array;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Ends after so many inputs, or at this time (`performance.now()`). */
  readonly executions?: number;
  readonly until?: number;
  /** False: damages the seeds only, which costs nothing but the inputs themselves. */
  readonly guided?: boolean;
  /** Inputs kept from earlier runs. */
  readonly kept?: readonly Uint8Array[];
  /** Before each input: so that somebody else knows which one never ended. */
  readonly onInput?: (input: Uint8Array) => void;
}

export interface FuzzOutcome {
  readonly executions: number;
  readonly covered: number;
  /** Every input that reached something new. */
  readonly corpus: readonly Uint8Array[];
  readonly finding: Finding | undefined;
}

/** Runs one input against the rules of its target. */
export function violationOf(target: Target, input: Uint8Array, meter?: AllocationMeter): Violation | undefined {
  const first = timed(target, input, meter);
  if (typeof first !== 'number') return first;
  if (first <= MAX_MS) return undefined;
  // A busy machine is not a slow decoder.
  let best = first;
  for (let again = 0; again < 3 && best > MAX_MS; again += 1) {
    const ms = timed(target, input, meter);
    if (typeof ms !== 'number') return ms;
    best = Math.min(best, ms);
  }
  return best > MAX_MS ? { rule: 'time', detail: `${Math.round(best)} ms for ${input.length} bytes` } : undefined;
}

function timed(target: Target, input: Uint8Array, meter: AllocationMeter | undefined): number | Violation {
  if (meter) meter.bytes = 0;
  const started = process.cpuUsage();
  try {
    target.check(input);
  } catch (error) {
    if (!(error instanceof ProtocolError))
      return { rule: 'error', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { user } = process.cpuUsage(started);
  const allowed = target.mayAllocate?.(input.length) ?? FREE_BYTES + BYTES_A_BYTE * input.length;
  if (meter && meter.bytes > allowed) return { rule: 'memory', detail: `${meter.bytes} bytes for ${input.length}, allowed ${allowed}` };
  return user / 1000;
}

/** Coverage-guided: inputs that reach new code are kept and mutated further. Ends at the first finding. */
export function fuzz(target: Target, options: FuzzOptions): FuzzOutcome {
  const random = new Random(options.seed);
  const coverage = options.guided === false ? undefined : new Coverage();
  const meter = new AllocationMeter();
  const stackTraceLimit = Error.stackTraceLimit;
  // Errors are the usual outcome here, and their stacks the usual cost.
  Error.stackTraceLimit = 0;
  const maxBytes = target.maxBytes ?? MAX_BYTES;
  const corpus: Uint8Array[] = [];
  let executions = 0;
  const run = (input: Uint8Array): Finding | undefined => {
    options.onInput?.(input);
    executions += 1;
    const violation = violationOf(target, input, meter);
    return violation === undefined ? undefined : { ...violation, input };
  };
  const outcome = (finding?: Finding): FuzzOutcome => ({
    executions,
    covered: coverage?.covered ?? 0,
    corpus,
    finding: finding === undefined ? undefined : minimised(target, finding, meter, options.onInput, stackTraceLimit),
  });
  try {
    const seeds = target.seeds();
    for (const input of [...seeds, ...(options.kept ?? [])]) {
      const finding = run(input);
      if (finding) return outcome(finding);
      if (coverage === undefined || coverage.take() || corpus.length === 0) corpus.push(input);
      coverage?.keep();
    }
    const words = wordsOf(seeds);
    while (
      executions < (options.executions ?? Number.POSITIVE_INFINITY) &&
      performance.now() < (options.until ?? Number.POSITIVE_INFINITY)
    ) {
      const batch: Uint8Array[] = [];
      while (batch.length < BATCH) {
        // Newer ones more often: they are where the last step forward was.
        const base = random.once(2)
          ? random.pick(corpus)
          : (corpus[corpus.length - 1 - random.below(Math.min(8, corpus.length))] as Uint8Array);
        const shaped = target.mutate === undefined || random.once(4) ? undefined : target.mutate(base, random, corpus);
        const input = (shaped ?? mutate(base, random, { others: corpus, words, maxBytes })).subarray(0, maxBytes);
        batch.push(input);
        const finding = run(input);
        if (finding) return outcome(finding);
      }
      if (coverage === undefined || !coverage.take()) continue;
      let found = false;
      for (const input of batch) {
        run(input);
        if (!coverage.take()) continue;
        coverage.keep();
        corpus.push(input);
        found = true;
      }
      if (!found) coverage.keep();
    }
    return outcome();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    meter.close();
    coverage?.close();
  }
}

/** Short pieces of the seeds: names, tags, separators. */
function wordsOf(seeds: readonly Uint8Array[]): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (const seed of seeds.slice(0, 64)) {
    for (const text of Buffer.from(seed)
      .toString('latin1')
      .split(/[\r\n ,;:="'<>/{}[\]]+/)) {
      if (text.length > 1 && text.length <= 40) words.push(Uint8Array.from(Buffer.from(text, 'latin1')));
    }
    for (let at = 0; at + 4 <= Math.min(seed.length, 256); at += 4) words.push(seed.slice(at, at + 4));
  }
  return words.slice(0, 2_000);
}

function sameFault(left: Violation, right: Violation | undefined): boolean {
  return right !== undefined && left.rule === right.rule && (left.rule !== 'error' || fault(left) === fault(right));
}

function fault({ detail }: Violation): string {
  return detail.slice(0, 24);
}

/** The shortest input found that still breaks the same rule. */
function minimised(
  target: Target,
  finding: Finding,
  meter: AllocationMeter,
  onInput: FuzzOptions['onInput'],
  stackTraceLimit: number,
): Finding {
  let { input } = finding;
  let runs = 0;
  // A slow one is worth its length, and slow to shorten.
  for (let size = finding.rule === 'time' ? 0 : input.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= input.length && runs < MINIMISE_RUNS; ) {
      const shorter = new Uint8Array(input.length - size);
      shorter.set(input.subarray(0, at));
      shorter.set(input.subarray(at + size), at);
      runs += 1;
      onInput?.(shorter);
      if (sameFault(finding, violationOf(target, shorter, meter))) input = shorter;
      else at += size;
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  return { ...(violationOf(target, input, meter) ?? finding), input };
}
