/* Holds what an expert may hold on a display, says so, and goes on until it is ended: `node held-input.ts DISPLAY`, or `… DISPLAY close`. */
import { systemClock } from '../../src/main/clock.ts';
import { openX11Input } from '../../src/main/desktop/x11/x11-input.ts';

const [display = '', close] = process.argv.slice(2);
const input = await openX11Input({ address: { display }, clock: systemClock });
input.inject([
  { tag: 'key', scancode: 0x2a, prefix: 'none', down: true },
  { tag: 'key', scancode: 0x1d, prefix: 'none', down: true },
  { tag: 'key', scancode: 0x1e, prefix: 'none', down: true },
  { tag: 'key', scancode: 0x1d, prefix: 'none', down: false },
  { tag: 'pointerButton', button: 'left', x: 10, y: 10, down: true },
]);
if (close === undefined) setInterval(() => process.stdout.write('holds\n'), 50);
else {
  await input.close();
  process.exit(0);
}
