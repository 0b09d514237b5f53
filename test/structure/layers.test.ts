import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const canary = join(root, 'src/protocol/msnp/layer-canary.ts');

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[];
  };
}

function cruise(path: string): Report {
  const done = spawnSync('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', path], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(done.stdout) as Report;
}

const shown = (report: Report) => report.summary.violations.map((it) => `${it.rule.name}: ${it.from} → ${it.to}`);

describe('the layer table of ARCHITECTURE.md', () => {
  afterAll(() => rmSync(canary, { force: true }));

  it('holds', { timeout: 120_000 }, () => {
    const report = cruise('src');
    expect(report.summary.totalCruised).toBeGreaterThan(100);
    expect(shown(report)).toEqual([]);
  });

  it('is really checked: a canary that imports another room is reported', { timeout: 120_000 }, () => {
    mkdirSync(join(root, 'src/protocol/msnp'), { recursive: true });
    writeFileSync(
      canary,
      `import { readFileSync } from 'node:fs';\nimport { ByteReader } from '../rdp/client/contract.ts';\nexport const canary = [readFileSync, ByteReader];\n`,
    );
    const found = shown(cruise('src/protocol/msnp'));
    expect(found).toContainEqual(expect.stringMatching(/protocol-msnp: .*layer-canary\.ts → .*rdp/));
    expect(found).toContainEqual(expect.stringMatching(/protocol-msnp: .*layer-canary\.ts → (node:)?fs/));
    rmSync(canary);
  });
});
