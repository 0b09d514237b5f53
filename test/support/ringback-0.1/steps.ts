import type { ConnectedBy, StepNumber, StepStatus } from './status.ts';

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

/** By invitation file nobody exchanges tickets: only 1, 6 and one of 5 and 7 remain. `connecting` while the expert dials. */
function withoutMessenger(by: ConnectedBy, atMs: number, connecting: boolean): readonly StepStatus[] {
  const connected = by === 'reverse' ? 5 : 7;
  return NUMBERS.map((step) => {
    if (step === 1) return { step, state: 'done', atMs };
    if (step === 6) return connecting ? { step, state: 'pending' } : { step, state: 'done', atMs };
    if (step === connected) return { step, state: connecting ? 'active' : 'done', atMs };
    return { step, state: 'notNeeded' };
  });
}

/** The expert has opened an invitation and dials. */
export function dialledSteps(atMs: number): readonly StepStatus[] {
  return withoutMessenger('forward', atMs, true);
}

/** The two are connected by an invitation file. */
export function invitedSteps(by: ConnectedBy, atMs: number): readonly StepStatus[] {
  return withoutMessenger(by, atMs, false);
}
