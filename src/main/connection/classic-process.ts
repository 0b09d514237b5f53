/*
 * Entry of the classic engine's process: one connection, one process. It ends with the connection, when what it reads makes it break, or
 * when it has taken more memory than any picture needs.
 */
import type { ToEngine } from './classic-messages.ts';

/** Of the whole process; an idle one has about 70 MB. */
const MOST_MEMORY_BYTES = 400 << 20;

// node-rdpjs reads this while it is loaded, and would write to standard error; what matters comes as events and exceptions.
process.env['log_level'] = 'fatal';
const { ClassicEngine } = await import('./classic-engine.ts');

const engine = new ClassicEngine();
process.parentPort.on('message', ({ data }: { readonly data: ToEngine }) => {
  process.parentPort.postMessage(engine.receive(data));
  if (process.memoryUsage.rss() > MOST_MEMORY_BYTES) process.exit(1);
});
