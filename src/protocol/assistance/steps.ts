import type { StepNumber, StepStatus, WayFailed } from './status.ts';

const NUMBERS: readonly StepNumber[] = [1, 2, 3, 4, 5, 6, 7];

/** Seven steps, none begun. */
export const NO_STEPS: readonly StepStatus[] = NUMBERS.map((step) => ({ step, state: 'pending' }));

/** `steps` with one step moved. A step that already has this state keeps its time. */
export function withStep(steps: readonly StepStatus[], step: StepNumber, state: StepStatus['state'], atMs: number): readonly StepStatus[] {
  return steps.map((entry) => (entry.step !== step || entry.state === state ? entry : { step, state, atMs }));
}

/** At the end: whatever was under way has failed. `failuresUnder`: what went wrong on the ways of a step. */
export function withActiveFailed(
  steps: readonly StepStatus[],
  atMs: number,
  failuresUnder: (step: StepNumber) => readonly WayFailed[] = () => [],
): readonly StepStatus[] {
  return steps.map((entry) => (entry.state === 'active' ? failedStep(entry.step, atMs, failuresUnder(entry.step)) : entry));
}

/** A failed step, with what went wrong on its ways if it has any. */
export function failedStep(step: StepNumber, atMs: number, failures: readonly WayFailed[]): StepStatus {
  return { step, state: 'failed', atMs, ...(failures.length === 0 ? {} : { failures }) };
}

/** By invitation file nobody exchanges tickets: only 1, 6 and the `way`'s step remain. `connecting` while the expert dials. */
function withoutMessenger(way: StepNumber | undefined, atMs: number, connecting: boolean): readonly StepStatus[] {
  return NUMBERS.map((step) => {
    if (step === 1) return { step, state: 'done', atMs };
    if (step === 6) return connecting ? { step, state: 'pending' } : { step, state: 'done', atMs };
    if (step === way) return { step, state: connecting ? 'active' : 'done', atMs };
    return { step, state: 'notNeeded' };
  });
}

/** The expert has opened an invitation and tries a way of this step. */
export function dialledSteps(way: StepNumber | undefined, atMs: number): readonly StepStatus[] {
  return withoutMessenger(way, atMs, true);
}

/** The two are connected by an invitation file, on a way of this step. */
export function invitedSteps(way: StepNumber | undefined, atMs: number): readonly StepStatus[] {
  return withoutMessenger(way, atMs, false);
}
