import { describe, expect, it, vi } from 'vitest';
import { AssistanceError } from '../../../src/main/assistance/contract.ts';
import { createAttempts } from '../../../src/main/shell/attempts.ts';

describe('what a person does outside the windows', () => {
  const fail = (error: unknown) => () => {
    throw error;
  };
  it.each([
    ['a refusal', new AssistanceError('BUSY', 'm'), ['problem.BUSY'], 0],
    ['what is gone', new AssistanceError('UNKNOWN_INVITATION', 'm'), [], 0],
    ['anything else', new TypeError('secret'), ['problem.INTERNAL'], 1],
  ])('%s is shown as far as the person does not know it, and logged where nobody expected it', async (_what, error, shown, logged) => {
    for (const run of [fail(error), () => Promise.reject(error)]) {
      const notify = vi.fn();
      const log = vi.fn();
      createAttempts({ notify }, log)('accept', run);
      await Promise.resolve();
      expect(notify.mock.calls.map(([, key]: unknown[]) => key)).toEqual(shown);
      expect(log).toHaveBeenCalledTimes(logged);
    }
  });
});
