/**
 * Asks a person. True only for a plain yes in time: an error, an abort or anything else is no.
 * Resolves at once when the signal aborts, whether or not the prompt obeys it.
 */
export async function askPerson(ask: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let onAbort: () => void = () => {};
  const aborted = new Promise<false>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const answer: unknown = await Promise.race([ask(signal), aborted]);
    return answer === true && !signal.aborted;
  } catch {
    return false;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
