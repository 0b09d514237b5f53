/** Fuzzes one target in a thread of its own, so that whoever started it can tell an input that never ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './engine.ts';
import { targetNamed } from './targets.ts';

export interface WorkerTask {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly kept: readonly Uint8Array[];
  /** The input being run: how many so far, its length, its bytes. */
  readonly current: SharedArrayBuffer;
}

const task = workerData as WorkerTask;
const count = new Int32Array(task.current, 0, 2);
const bytes = new Uint8Array(task.current, 8);
const outcome = fuzz(targetNamed(task.target), {
  seed: task.seed,
  until: performance.now() + task.seconds * 1_000,
  kept: task.kept,
  onInput: (input) => {
    bytes.set(input.subarray(0, bytes.length));
    count[1] = input.length;
    Atomics.add(count, 0, 1);
  },
});
parentPort?.postMessage(outcome);
