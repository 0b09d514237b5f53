import type { Clock } from '../clock.ts';

/**
 * Does it at once, and however often it is asked for in the same turn, once more when the turn is over: what the other side says comes many times in one
 * piece of what has arrived, and Stop waits behind all of it.
 */
export function perTurn(clock: Pick<Clock, 'after'>, act: () => void): () => void {
  let inTurn = false;
  let again = false;
  const ask = (): void => {
    if (inTurn) {
      again = true;
      return;
    }
    inTurn = true;
    again = false;
    clock.after(0, () => {
      inTurn = false;
      if (again) ask();
    });
    act();
  };
  return ask;
}
