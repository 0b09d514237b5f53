import type { SharedPart } from '../../protocol/rdp/shared-part.ts';

/**
 * Asks a person. True only for a plain yes in time: an error, an abort or anything else is no.
 * Resolves at once when the signal aborts, whether or not the prompt obeys it.
 */
export async function askPerson(ask: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  return (await answerInTime(ask, signal)) === true;
}

/** The same where the yes is what of the computer may be shown; undefined is no, and so is anything that is no part. */
export async function askWhatToShow(
  ask: (signal: AbortSignal) => Promise<SharedPart | undefined>,
  signal: AbortSignal,
): Promise<SharedPart | undefined> {
  const answer = await answerInTime(ask, signal);
  return isPart(answer) ? answer : undefined;
}

function isPart(answer: unknown): answer is SharedPart {
  if (typeof answer !== 'object' || answer === null || !('tag' in answer)) return false;
  if (answer.tag === 'all') return true;
  return (answer.tag === 'screen' || answer.tag === 'window') && 'id' in answer && typeof answer.id === 'string';
}

/** Undefined where there is no answer. */
async function answerInTime(ask: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return undefined;
  let onAbort: () => void = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const answer = await Promise.race([ask(signal), aborted]);
    return signal.aborted ? undefined : answer;
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
