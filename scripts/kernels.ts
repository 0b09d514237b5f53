/**
 * Builds the kernels of the picture (`kernels/`, AssemblyScript) into src/protocol/rdp/graphics/kernels/kernels-binary.ts, which is part of the
 * source: whoever builds the program needs no compiler for them. A test compiles them again and compares.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, runTool } from './project.ts';

export const KERNELS_FILE = join(root, 'src', 'protocol', 'rdp', 'graphics', 'kernels', 'kernels-binary.ts');

/** Everything below is scratch memory of the kernels (kernels/memory.ts). */
const MEMORY_BASE = 16_384;

const OPTIONS = [
  ['-O3', '--converge', '--noAssert'],
  ['--runtime', 'stub'],
  ['--enable', 'simd', '--enable', 'bulk-memory'],
  // The memory is given, and never grows: see picture-kernels.ts.
  ['--importMemory', '--memoryBase', String(MEMORY_BASE)],
].flat();

/** The module's bytes; they depend on the sources and the compiler's version alone. */
export async function compileKernels(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-kernels-'));
  try {
    const file = join(folder, 'kernels.wasm');
    const done = await runTool('asc', ['kernels/index.ts', '--outFile', file, ...OPTIONS]);
    if (done.status !== 0) throw new Error(`The kernels do not compile:\n${done.output}`);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The source file that the module travels in. */
export function kernelsFile(binary: Uint8Array): string {
  const base64 = Buffer.from(binary).toString('base64');
  return `// Made by \`node scripts/run.mjs kernels\` from kernels/*.ts: do not change it by hand.\nexport const KERNELS_BASE64 =\n  '${base64}';\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const binary = await compileKernels();
  writeFileSync(KERNELS_FILE, kernelsFile(binary));
  console.log(`${binary.length} bytes`);
}
