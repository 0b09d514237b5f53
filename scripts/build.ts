import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, runTool } from './project.ts';

const INPUTS = ['src', 'assets', 'package-lock.json', 'electron.vite.config.ts'];

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Bundles main, preload and renderer into out/, unless out/ is newer than every source. */
export async function build(): Promise<void> {
  const stamp = join(root, 'out', '.built');
  const sources = String(Math.max(...INPUTS.map((path) => newest(join(root, path)))));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  console.log('Building …');
  const done = await runTool('electron-vite', ['build']);
  if (done.status !== 0) throw new Error(`The build failed:\n${done.output}`);
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stamp, sources);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
