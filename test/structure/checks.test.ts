import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

function tool(command: string, ...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

const PROJECTS = ['.', 'src/main', 'src/preload', 'src/renderer', 'src/renderer/tsconfig.worker.json', 'scripts', 'test'];

describe('types', () => {
  it.each(PROJECTS)('%s', { timeout: 180_000 }, (project) => {
    expect(tool('tsc', '-p', project)).toEqual({ status: 0, output: '' });
  });

  it('are really checked: the protocol room has neither Node nor the DOM', { timeout: 60_000 }, () => {
    const config = JSON.parse(tool('tsc', '-p', '.', '--showConfig').output) as { compilerOptions: { types: unknown; lib: unknown } };
    expect(config.compilerOptions.types).toEqual([]);
    expect(config.compilerOptions.lib).toEqual(['es2024']);
  });
});

describe('lint, format, dead code', () => {
  it('oxlint', { timeout: 180_000 }, () => {
    const { status, output } = tool('oxlint', '--type-aware', '--quiet', 'src', 'test', 'scripts');
    expect(status, output).toBe(0);
  });
  it('biome format', { timeout: 60_000 }, () => {
    const { status, output } = tool('biome', 'format', '--max-diagnostics=20');
    expect(status, output).toBe(0);
  });
  it('knip', { timeout: 120_000 }, () => {
    const { status, output } = tool('knip', '--no-progress');
    expect(status, output).toBe(0);
  });
});
