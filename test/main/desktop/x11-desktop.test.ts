import { systemClock } from '../../../src/main/clock.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import { describe } from 'vitest';
import { startDisplay } from '../../support/display.ts';
import { forkEngine } from '../../support/engine-process.ts';
import { heldKeys } from '../../support/held-keys.ts';
import { needs, run } from '../../support/programs.ts';
import { describeDesktopCompliance } from './compliance.ts';

const programs = needs('Xvfb', 'xsetroot', 'xrandr');

describe.skipIf(programs.skip)(programs.title('on a real X display'), () => {
  describeDesktopCompliance('X11', async () => {
    const display = await startDisplay({ width: 640, height: 480 });
    const { env } = display;
    let shade = 0;
    let gone: Promise<void> | undefined;
    const lose = () => (gone ??= display.close());
    return {
      desktop: createDesktop({
        platform: 'linux',
        env: { DISPLAY: display.name },
        startCaptureProcess: () => forkEngine('x11-capture-process.ts'),
        workerUrl: new URL('../../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
        openCapturePage: () => Promise.reject(new Error('X11 needs no page')),
        clock: systemClock,
      }),
      change: async () => {
        shade += 16;
        await run('xsetroot', ['-solid', `#${shade.toString(16).padStart(2, '0').repeat(3)}`], { env });
      },
      resize: async ({ width, height }) => {
        const mode = `${width}x${height}`;
        const sizes = [width, 0, 0, width, height, 0, 0, height].map(String);
        await run('xrandr', ['--newmode', mode, '0', ...sizes], { env });
        await run('xrandr', ['--addmode', 'screen', mode], { env });
        await run('xrandr', ['--output', 'screen', '--mode', mode, '--fb', mode], { env });
      },
      heldKeys: () => heldKeys(display.name),
      lose,
      close: lose,
    };
  });
});
