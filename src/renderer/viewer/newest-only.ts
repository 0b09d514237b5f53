/** Tells the first at once, and of what comes within `eachMs` after that the newest alone. */
export function newestOnly<Value>(eachMs: number, tell: (value: Value) => void): (value: Value) => void {
  let waiting: { readonly value: Value } | undefined;
  let resting = false;
  const say = (value: Value): void => {
    if (resting) {
      waiting = { value };
      return;
    }
    resting = true;
    setTimeout(() => {
      resting = false;
      const newest = waiting;
      waiting = undefined;
      if (newest !== undefined) say(newest.value);
    }, eachMs);
    tell(value);
  };
  return say;
}
