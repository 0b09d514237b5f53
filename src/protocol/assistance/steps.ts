import type { StepNumber, StepStatus } from './status.ts';

const NUMBERS: readonly StepNumber[] = [1, 2, 3, 4, 5, 6, 7];

/** Seven steps, none begun. */
export const NO_STEPS: readonly StepStatus[] = NUMBERS.map((step) => ({ step, state: 'pending' }));

/** `steps` with one step moved. A step that already has this state keeps its time. */
export function withStep(steps: readonly StepStatus[], step: StepNumber, state: StepStatus['state'], atMs: number): readonly StepStatus[] {
  return steps.map((entry) => (entry.step !== step || entry.state === state ? entry : { step, state, atMs }));
}

/** At the end: whatever was under way has failed. */
export function withActiveFailed(steps: readonly StepStatus[], atMs: number): readonly StepStatus[] {
  return steps.map((entry) => (entry.state === 'active' ? { step: entry.step, state: 'failed', atMs } : entry));
}
