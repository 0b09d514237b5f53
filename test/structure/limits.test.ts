import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';

const programs = needs('prlimit');

describe.skipIf(programs.skip)(programs.title('what a test starts'), () => {
  it('leaves no core where it crashes, whatever the machine’s limit is (vitest.config.ts)', () => {
    expect(readFileSync('/proc/self/limits', 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  });
});
