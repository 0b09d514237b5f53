/* The classic engine's process as tests run it: of Node alone, started by {@link ./engine-process.ts}. */
import { ClassicEngine } from '../../src/main/connection/classic-engine.ts';
import type { ToEngine } from '../../src/main/connection/classic-messages.ts';

const engine = new ClassicEngine();
process.on('message', (message: ToEngine) => {
  process.send?.(engine.receive(message));
});
