import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** A source tree of its own: in the real one, the checks that run beside this would stumble over the canary. */
const aviary = mkdtempSync(join(tmpdir(), 'ringback-layers-'));

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[];
  };
}

function cruise(folder: string): Report {
  const done = spawnSync('depcruise', ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(done.stdout) as Report;
}

function put(path: string, text: string): void {
  const file = join(aviary, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const shown = (report: Report) => report.summary.violations.map((it) => `${it.rule.name}: ${it.from} → ${it.to}`);

describe('the layer table of ARCHITECTURE.md', () => {
  afterAll(() => rmSync(aviary, { recursive: true, force: true }));

  it('holds', { timeout: 120_000 }, () => {
    const report = cruise(root);
    expect(report.summary.totalCruised).toBeGreaterThan(100);
    expect(shown(report)).toEqual([]);
  });

  it('is really checked: a canary that imports another room is reported', { timeout: 120_000 }, () => {
    put('src/protocol/rdp/client/contract.ts', 'export type Contract = string;\n');
    put(
      'src/protocol/msnp/layer-canary.ts',
      `import { readFileSync } from 'node:fs';\nimport type { Contract } from '../rdp/client/contract.ts';\nexport const canary: [unknown, Contract] = [readFileSync, ''];\n`,
    );
    const found = shown(cruise(aviary));
    expect(found).toContainEqual(expect.stringMatching(/protocol-msnp: .*layer-canary\.ts → .*rdp/));
    expect(found).toContainEqual(expect.stringMatching(/protocol-msnp: .*layer-canary\.ts → (node:)?fs/));
  });

  it('is really checked: a canary in each room of RDP that imports a higher one is reported', { timeout: 120_000 }, () => {
    const higher = {
      geometry: 'pdu',
      input: 'pdu',
      pdu: 'graphics',
      graphics: 'channels',
      channels: 'graphics',
      server: 'client',
      client: 'server',
    };
    for (const room of ['pdu', 'graphics', 'channels', 'server', 'client'])
      put(`src/protocol/rdp/${room}/stone.ts`, 'export type Stone = string;\n');
    for (const [room, above] of Object.entries(higher)) {
      const folder = room === 'geometry' ? '' : `${room}/`;
      put(
        `src/protocol/rdp/${folder}${room}-canary.ts`,
        `import type { Stone } from '${folder === '' ? './' : '../'}${above}/stone.ts';\nexport type Canary = Stone;\n`,
      );
    }
    const found = shown(cruise(aviary));
    for (const [room, above] of Object.entries(higher))
      expect(found).toContainEqual(expect.stringMatching(new RegExp(`rdp-${room}: .*${room}-canary\\.ts → .*rdp/${above}/`)));
  });

  it('is really checked: a circle of imports is reported, even one of types alone', { timeout: 120_000 }, () => {
    put('src/words/circle-there.ts', `import type { Here } from './circle-here.ts';\nexport type There = Here | 'there';\n`);
    put('src/words/circle-here.ts', `import type { There } from './circle-there.ts';\nexport type Here = There | 'here';\n`);
    expect(shown(cruise(aviary))).toContainEqual(expect.stringMatching(/no-cycles: .*circle-.*\.ts → .*circle-.*\.ts/));
  });
});
