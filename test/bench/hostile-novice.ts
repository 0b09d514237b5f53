/**
 * The novice of the bench with hostile strangers, as a process of its own: one session that shows a moving picture, and one saved invitation that
 * listens beside it. No Electron and no capture: what is measured is this process's main thread. Speaks with who started it by process messages.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import type { NoviceEndpoint, NoviceLink } from '../../src/main/connection/contract.ts';
import type { GraphicsSettings, PixelFrame } from '../../src/protocol/rdp/graphics/contract.ts';
import { encodeFrame } from '../support/encode-frame.ts';

const DESKTOP = { width: 640, height: 400 };
const FRAME_MS = 50;
const MOVING = { x: 0, y: 0, width: 160, height: 100 };
const HOST = '127.0.0.1';

export type ToHostileNovice = 'measure' | 'report';
export type FromHostileNovice =
  | {
      readonly tag: 'listening';
      readonly session: { readonly port: number; readonly sessionId: string; readonly pin: string };
      readonly invitationPort: number;
    }
  | {
      readonly tag: 'report';
      readonly elapsedMs: number;
      /** Processor time of the main thread. */
      readonly threadMs: number;
      /** At most, and what is in use once rubbish is collected (node --expose-gc). */
      readonly memoryBytes: number;
      readonly keptBytes: number;
      readonly worstLoopDelayMs: number;
      /** Strangers that were let in, and connections that were there at once at most. */
      readonly attempts: number;
      readonly mostAtOnce: number;
      /** Frame numbers and when they were handed to the link, on the system's monotonic clock. */
      readonly frames: readonly (readonly [number, number])[];
    };

/** The same in every process of one machine. */
export const systemMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

const say = (message: FromHostileNovice): void => void process.send?.(message);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const portOf = (endpoint: NoviceEndpoint): number => endpoint.ticket.addresses[0]?.port ?? 0;

const pixels = new Uint8Array(DESKTOP.width * DESKTOP.height * 4).map((_, index) => (index * 2_654_435_761) >>> 24);
const picture: PixelFrame = { ...DESKTOP, stride: DESKTOP.width * 4, pixels };

let frames: [number, number][] = [];
let attempts = 0;
let mostAtOnce = 0;
let startedAt = performance.now();
let threadAtStart = process.threadCpuUsage();
let peakBytes = 0;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

function show(link: NoviceLink, graphics: GraphicsSettings): void {
  let frameId = 0;
  const next = (): void => {
    frameId += 1;
    frames.push([frameId, systemMs()]);
    link.sendGraphics(encodeFrame(graphics, picture, [MOVING], frameId)).catch(() => undefined);
  };
  const timer = setInterval(next, FRAME_MS);
  link.onEvent((event) => {
    if (event.tag === 'ended') clearInterval(timer);
  });
}

function measure(): void {
  frames = [];
  attempts = 0;
  mostAtOnce = 0;
  peakBytes = process.memoryUsage.rss();
  startedAt = performance.now();
  threadAtStart = process.threadCpuUsage();
  delay.reset();
}

function report(): void {
  const { user, system } = process.threadCpuUsage(threadAtStart);
  const elapsedMs = performance.now() - startedAt;
  const memoryBytes = Math.max(peakBytes, process.memoryUsage.rss());
  const worstLoopDelayMs = delay.max / 1e6;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  say({
    tag: 'report',
    elapsedMs,
    threadMs: (user + system) / 1_000,
    memoryBytes,
    keptBytes: heapUsed + external,
    worstLoopDelayMs,
    attempts,
    mostAtOnce,
    frames,
  });
}

setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  mostAtOnce = Math.max(mostAtOnce, process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length);
}, 100);
process.on('message', (message: ToHostileNovice) => (message === 'measure' ? measure() : report()));
process.on('disconnect', () => process.exit(0));

const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
const { signal } = new AbortController();
const session = await room.openNovice(signal);
const invitation = await room.openNovice(signal, { standing: true });
invitation.onEvent((event) => {
  if (event.tag === 'attempt') attempts += 1;
  if (event.tag === 'presented') throw new Error('a stranger has come in');
});
session.onEvent((event) => {
  if (event.tag !== 'presented') return;
  const { link } = event;
  link.onEvent((linkEvent) => {
    if (linkEvent.tag === 'active') show(link, linkEvent.graphics);
  });
  link.admit(DESKTOP);
});
say({
  tag: 'listening',
  session: { port: portOf(session), sessionId: hex(session.sessionId), pin: hex(session.pin) },
  invitationPort: portOf(invitation),
});
