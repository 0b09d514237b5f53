/* An engine's process as a stranger would like it: what its first message says as user name is what becomes of it. */
import type { ToEngine } from '../../src/main/connection/classic-messages.ts';

process.on('message', (message: ToEngine) => {
  if (message.tag !== 'start') return;
  if (message.userName === 'dies') process.exit(3);
  if (message.userName === 'eats') {
    const eaten: unknown[] = [];
    for (;;) eaten.push([...eaten, eaten.length]);
  }
  for (;;);
});
