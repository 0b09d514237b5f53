/**
 * Makes the README's pictures anew (docs/pictures), of the app as it is: the main job is played by two real apps on displays of their own, and what a person
 * sees in a window at five moments of it is kept. Look at them before they are committed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { root } from './project.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';

if (process.platform !== 'linux') {
  console.error('The pictures are made on X displays of their own (Xvfb), which only Linux has.');
  process.exit(1);
}
const missing = ensureSystemPackages('runtime', 'display');
if (missing.length > 0) {
  console.error(`The pictures need programs that are not here. ${howToInstall(missing)}`);
  process.exit(1);
}
process.env['RINGBACK_TEST_ELECTRON'] = (await ensureElectron()).executable;
await build();

// Loaded only now: they look for the runtime when they are loaded.
const { playMainJob } = await import('../test/support/main-job.ts');
const { run } = await import('../test/support/programs.ts');
const { waitForQuestion, windowsNamed } = await import('../test/support/scenario.ts');

const pathOf = (name: string): string => join(root, 'docs/pictures', `${name}.png`);
const whole = mkdtempSync(join(tmpdir(), 'ringback-pictures-'));

/** A window with its frame, as it is on the screen. */
async function framed(display: string | undefined, window: string, name: string): Promise<void> {
  await run('import', ['-silent', '-frame', '-window', window, pathOf(name)], { env: { ...process.env, DISPLAY: display } });
}

try {
  const result = await playMainJob({
    forward: false,
    say: (text) => console.log(text),
    screenshot: (person, name) => join(whole, `${name}-${person}.png`),
    seen: async (moment, { novice, expert }) => {
      switch (moment) {
        case '1-account':
          await novice.main.screenshot({ path: pathOf('novice-home') });
          return;
        case '2-asked':
          await expert.main.screenshot({ path: pathOf('expert-asked') });
          return;
        case '4-question':
          await framed(novice.desktop.name, await waitForQuestion(novice.desktop), 'novice-question');
          return;
        case '5-picture': {
          const [viewer = ''] = await windowsNamed(expert.desktop, '--name', '^Anna');
          await framed(expert.desktop.name, viewer, 'expert-session');
          return;
        }
        case '6-control':
          await (await novice.session()).screenshot({ path: pathOf('novice-session') });
          return;
        default:
      }
    },
  });
  if (!result.ok) throw new Error('The expert did not see or steer the novice’s desktop as it should.');
  console.log(`Pictures: ${join(root, 'docs/pictures')}`);
} finally {
  rmSync(whole, { recursive: true, force: true });
}
