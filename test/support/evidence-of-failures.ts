/* Set up for every real test: one that fails names what was on the screens then, and what the apps wrote (RINGBACK_TEST_OUTPUT). */
import { basename, join, relative } from 'node:path';
import { afterEach } from 'vitest';
import { keepEvidence } from './evidence.ts';

const folder = process.env['RINGBACK_TEST_OUTPUT'];
let failures = 0;

if (folder !== undefined)
  afterEach(async ({ task }) => {
    const error = task.result?.errors?.[0];
    if (task.result?.state !== 'fail' || error === undefined) return;
    failures += 1;
    const kept = await keepEvidence(join(folder, `${basename(task.file.name, '.test.ts')}-failed-${failures}`));
    for (const [path, { lastWords }] of kept) {
      const words = lastWords?.();
      if (words) process.stderr.write(`--- the end of ${basename(path)}\n${words}\n`);
    }
    if (kept.size > 0) error.message += `\n\nKept: ${[...kept.keys()].map((path) => relative(process.cwd(), path)).join(', ')}`;
  });
