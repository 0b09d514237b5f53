/** From what the novice's computer plays until it is sent: recorders gather that much. */
const RECORDED_WITHIN_MS = 25;

/**
 * How much sound is to lie ahead here, in milliseconds, so that it is heard when the film is seen: the picture's age is measured, and of the sound's the
 * way is known. The picture waits for nothing, and neither does the sound where it is later anyway: what lies ahead has a lower bound.
 */
export function soundAheadMs({ pictureAgeMs, roundTripMs = 0 }: { readonly pictureAgeMs?: number; readonly roundTripMs?: number }): number {
  return pictureAgeMs === undefined ? 0 : Math.max(0, pictureAgeMs - roundTripMs / 2 - RECORDED_WITHIN_MS);
}
