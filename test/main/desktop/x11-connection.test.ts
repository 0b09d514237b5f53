import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it, vi } from 'vitest';
import { DesktopError } from '../../../src/main/desktop/contract.ts';
import { connectX11, reply } from '../../../src/main/desktop/x11/x11-connection.ts';
import { openX11Screen } from '../../../src/main/desktop/x11/x11-screen.ts';
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

/** An X server that goes away when it has been told so many things. */
async function shortLived(display: string, most: number) {
  let heard = 0;
  const server = createServer((near) => {
    const far = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    near.on('data', () => {
      heard += 1;
      if (heard > most) near.destroy();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { display: `127.0.0.1:${port - 6_000}`, close: () => new Promise((resolve) => void server.close(resolve)) };
}

it.skipIf(programs.skip)(programs.title('a capture that loses the X server while it opens says so, wherever it is'), async () => {
  const display = await startDisplay({ width: 100, height: 100 });
  const lost: unknown[] = [];
  for (let most = 1; ; most += 1) {
    const server = await shortLived(display.name, most);
    const opened = await openX11Screen({ address: server, way: 'auto', useDamage: true }, () => undefined).catch((error: unknown) => {
      lost.push(error);
    });
    opened?.receive({ tag: 'close' });
    await server.close();
    if (opened !== undefined) break;
  }
  expect(lost.length).toBeGreaterThan(10);
  expect(lost.every((error) => error instanceof DesktopError && ['LOST', 'NO_DISPLAY'].includes(error.code))).toBe(true);
  await display.close();
});
