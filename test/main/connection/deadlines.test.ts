import { expect, it } from 'vitest';
import { SILENCE, TICK_MS } from '../../../src/main/connection/deadlines.ts';

it('leaves the windows time to say within two seconds that the line is silent, within five where round trips are not measured', () => {
  // Silence is judged at the ticks.
  expect(SILENCE.measuredMs + TICK_MS).toBeLessThanOrEqual(1_500);
  expect(SILENCE.plainMs + TICK_MS).toBeLessThanOrEqual(4_750);
});
