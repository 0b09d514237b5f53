/**
 * The novice of the bench's section on channels, as a process of its own: shares the display in DISPLAY, lets the expert type, and sends over its
 * bulk channel when it is told to. Speaks with who started it by process messages.
 */
import { systemClock } from '../../src/main/clock.ts';
import { createDesktop } from '../../src/main/desktop/desktop.ts';
import { share } from '../interop/sharing.ts';
import { until } from '../support/programs.ts';
import { BulkChannel } from './bulk-channel.ts';

export type ToNovice = { readonly tag: 'send'; readonly bytes: number };
export type FromNovice =
  | { readonly tag: 'listening'; readonly port: number; readonly sessionId: string; readonly pin: string }
  | { readonly tag: 'sent' };

const say = (message: FromNovice): void => void process.send?.(message);
const bulk = new BulkChannel();
const desktop = createDesktop({
  platform: 'linux',
  env: process.env,
  workerUrl: new URL('../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
  openCapturePage: () => Promise.reject(new Error('no page here')),
  clock: systemClock,
});
const sharing = await share({ env: process.env }, [bulk]);
const { sessionId, pin } = sharing.endpoint;
say({ tag: 'listening', port: sharing.port, sessionId: Buffer.from(sessionId).toString('hex'), pin: Buffer.from(pin).toString('hex') });

process.on('message', (message: ToNovice) => void bulk.send(message.bytes).then(() => say({ tag: 'sent' })));
process.on('disconnect', () => process.exit(0));
const injector = await desktop.openInput(new AbortController().signal, { tag: 'all' });
const link = await until(() => sharing.link(), 'the expert', 60_000);
link.onEvent((event) => {
  if (event.tag === 'input') injector.inject(event.events);
});
