import { expect, it } from 'vitest';
import { PEER_GONE_AFTER_MS, TICK_MS } from '../../../src/main/connection/deadlines.ts';

it('leaves the windows time to say within five seconds that the other side is gone', () => {
  // It vanishes right after an answer: the next question comes a tick later, and silence is judged at the ticks after that.
  const worstMs = TICK_MS + Math.ceil(PEER_GONE_AFTER_MS / TICK_MS) * TICK_MS;
  expect(worstMs).toBeLessThanOrEqual(4_500);
});
