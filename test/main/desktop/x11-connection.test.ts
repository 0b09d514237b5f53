import { expect, it, vi } from 'vitest';
import { connectX11, reply } from '../../../src/main/desktop/x11/x11-connection.ts';
import { startDisplay } from '../../support/display.ts';
import { needs } from '../../support/programs.ts';

const programs = needs('Xvfb');

it.skipIf(programs.skip).each([false, true])(
  programs.title('an X server’s answers ask for no tick (descriptors: %s)'),
  async (fdPassing) => {
    const display = await startDisplay({ width: 100, height: 100 });
    const connection = await connectX11({ display: display.name }, fdPassing);
    const ticks = vi.spyOn(process, 'nextTick');
    try {
      for (let count = 0; count < 5; count += 1) await reply((done) => connection.client.GetInputFocus(done));
      const asked = ticks.mock.calls.filter(([run, stream]) => run.name === 'maybeReadMore_' && stream === connection.client.stream);
      expect(asked).toHaveLength(0);
    } finally {
      ticks.mockRestore();
      connection.close();
      await display.close();
    }
  },
);
