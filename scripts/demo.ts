/**
 * The main job with no second machine: a novice and an expert as two real apps, each on a display of its own.
 * Exits 0 only if the expert really saw the novice's desktop, pixel for pixel, and steered it.
 *   --forward   the expert's listener cannot be reached: forward connect
 *   --output D  where the screenshots go (default demo-output)
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { root } from './project.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';

const { values } = parseArgs({
  options: { forward: { type: 'boolean', default: false }, output: { type: 'string', default: join(root, 'demo-output') } },
});

if (process.platform !== 'linux') {
  console.error(
    'The demo makes two X displays of its own (Xvfb), which only Linux has. Elsewhere: npm start on two computers, or twice with two RINGBACK_DATA_DIR.',
  );
  process.exit(1);
}
const missing = ensureSystemPackages('runtime', 'display');
if (missing.length > 0) {
  console.error(`The demo needs programs that are not here. ${howToInstall(missing)}`);
  process.exit(1);
}
process.env['RINGBACK_TEST_ELECTRON'] = (await ensureElectron()).executable;
await build();

// Loaded only now: they look for the runtime when they are loaded.
const { playMainJob } = await import('../test/support/main-job.ts');

const output = resolve(values.output);
mkdirSync(output, { recursive: true });
const begun = Date.now();
const say = (text: string) => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}`);

let failed: unknown;
try {
  const result = await playMainJob({
    forward: values.forward,
    say,
    screenshot: (person, name) => join(output, `${name}-${person}.png`),
  });
  const first = Date.parse(result.steps[0]?.at ?? '');
  console.log('\nThe seven steps, as the expert’s window shows them:');
  for (const step of result.steps) {
    const at = step.at === undefined ? '' : `+${((Date.parse(step.at) - first) / 1000).toFixed(2)} s`;
    console.log(`  ${step.step}  ${step.state.padEnd(10)} ${at.padStart(9)}  ${step.text}`);
  }
  console.log(`\n  ${result.connection}`);
  console.log(
    `  Picture: ${result.picture.width}×${result.picture.height}, ${result.differingPixels} of ${result.picture.width * result.picture.height} pixels differ from the novice’s screen (pointer apart).`,
  );
  console.log(
    `  Mouse: the novice’s pointer went to ${result.pointer.x},${result.pointer.y} (${result.pointerWanted.x},${result.pointerWanted.y} asked for).`,
  );
  console.log(`  Keyboard: the novice’s terminal got ${JSON.stringify(result.typed)}.`);
  if (!result.ok) throw new Error('The expert did not see or steer the novice’s desktop as it should.');
} catch (error) {
  failed = error;
}
console.log(`\nScreenshots of both sides: ${output}`);
if (failed) {
  console.error(failed instanceof Error ? failed.message : failed);
  process.exit(1);
}
console.log('The expert saw and steered the novice’s desktop.');
