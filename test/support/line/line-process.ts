/*
 * Carries packets between two TUN devices, late and with losses, in a process of its own so that nothing else makes them later.
 *
 *   node line-process.ts ONE OTHER SEED
 *
 * Is told and tells in lines of JSON; ends with its input. It waits in the system and not in the event loop, which knows no such devices.
 */
import { readSync, writeSync } from 'node:fs';
import { LineQueue, type QueueCounts, type QueueQuality, seededRandom } from './line-queue.ts';
import { Waiting, openTun, readPacket, writePacket } from './tun.ts';

/** In the order of the devices: from the first to the other one, and back. */
export type LineOrder = { readonly tag: 'become'; readonly qualities: readonly [QueueQuality, QueueQuality] } | { readonly tag: 'tell' };

/** How late the newest packets were, in milliseconds. */
export interface LineDelay {
  readonly packets: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

export type LineAnswer =
  | { readonly tag: 'open' }
  | { readonly tag: 'became' }
  | { readonly tag: 'told'; readonly directions: readonly (QueueCounts & { readonly delay: LineDelay })[] };

const ROUND = 64;
const LARGEST_PACKET_BYTES = 65_536;
const STDIN = 0;
const PERFECT: QueueQuality = { delayMs: 0, loss: 0, silent: false };

const [one, other, seed = '1'] = process.argv.slice(2);
if (one === undefined || other === undefined) throw new Error('two devices are needed');

const random = seededRandom(Number(seed));
const devices = [openTun(one), openTun(other)] as const;
const queues = [new LineQueue(PERFECT, random), new LineQueue(PERFECT, random)] as const;
const DIRECTIONS = [
  { from: devices[0], to: devices[1], queue: queues[0] },
  { from: devices[1], to: devices[0], queue: queues[1] },
] as const;
const waiting = new Waiting([...devices, STDIN]);
const scratch = Buffer.alloc(LARGEST_PACKET_BYTES);
let unread = '';

say({ tag: 'open' });
for (;;) {
  const next = Math.min(...queues.map(({ nextMs }) => nextMs ?? Number.POSITIVE_INFINITY));
  const ready = waiting.until(Number.isFinite(next) ? next - performance.now() : undefined);
  for (const [index, { from, queue }] of DIRECTIONS.entries()) if (ready[index] === true) takeFrom(from, queue);
  for (const { to, queue } of DIRECTIONS) giveTo(to, queue);
  if (ready[2] === true && !listen()) break;
}

function takeFrom(device: number, queue: LineQueue): void {
  for (let packets = 0; packets < ROUND; packets += 1) {
    const length = readPacket(device, scratch);
    if (length === undefined) return;
    queue.came(Uint8Array.prototype.slice.call(scratch, 0, length), performance.now());
  }
}

function giveTo(device: number, queue: LineQueue): void {
  for (let packets = 0; packets < ROUND; packets += 1) {
    const packet = queue.due(performance.now());
    if (packet === undefined) return;
    writePacket(device, packet);
  }
}

/** False at the end of the input. */
function listen(): boolean {
  const length = readSync(STDIN, scratch);
  if (length === 0) return false;
  const lines = (unread + scratch.toString('utf8', 0, length)).split('\n');
  unread = lines.pop() ?? '';
  for (const line of lines) carryOut(JSON.parse(line) as LineOrder);
  return true;
}

function carryOut(order: LineOrder): void {
  if (order.tag === 'become') {
    queues.forEach((queue, index) => queue.become(order.qualities[index] ?? PERFECT));
    return say({ tag: 'became' });
  }
  say({ tag: 'told', directions: queues.map((queue) => ({ ...queue.told, delay: delayOf(queue.measured) })) });
}

function delayOf(lateMs: readonly number[]): LineDelay {
  const at = (fraction: number): number => lateMs[Math.min(lateMs.length - 1, Math.floor(lateMs.length * fraction))] ?? 0;
  return { packets: lateMs.length, medianMs: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}

function say(answer: LineAnswer): void {
  writeSync(1, `${JSON.stringify(answer)}\n`);
}
