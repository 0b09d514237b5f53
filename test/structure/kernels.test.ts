import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileKernels, KERNELS_FILE, kernelsFile } from '../../scripts/kernels.ts';
import { root } from '../../scripts/project.ts';

it('the kernels that travel in the source are those of kernels/', { timeout: 120_000 }, async ({ skip }) => {
  if (!existsSync(join(root, 'node_modules', 'assemblyscript')))
    skip('AssemblyScript is not installed: any command of scripts/run.mjs does it');
  expect(readFileSync(KERNELS_FILE, 'utf8')).toBe(kernelsFile(await compileKernels()));
});
