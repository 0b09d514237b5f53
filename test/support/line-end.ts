/*
 * One end of a real RDP connection, as a program of its own, so that each can sit in a network of its own. Writes what happens as lines of JSON,
 * with the time since the start of its clock, and does what it is told in lines of JSON.
 *
 *   node line-end.ts novice ADDRESS          node line-end.ts expert ADDRESS ENGINE
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { EngineName } from '../../src/facts/preferences.ts';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from './engine-process.ts';
import type { ExpertLink, NoviceLink } from '../../src/main/connection/contract.ts';
import type { HostPort } from '../../src/protocol/host-port.ts';
import { encodeBitmapUpdate } from '../../src/protocol/rdp/pdu/bitmap-update.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE } from '../../src/protocol/rdp/pdu/fast-path-output.ts';

/** What an end is told. `picture`: so many bytes that nothing can be saved of. */
export type LineOrder =
  | { readonly tag: 'ticket'; readonly addresses: readonly HostPort[]; readonly sessionId: string; readonly pin: string }
  | { readonly tag: 'picture'; readonly bytes: number }
  | { readonly tag: 'press' }
  | { readonly tag: 'close' };

/** A square of noise, uncompressed: one PDU. */
const SIDE = 60;
const PDU_BYTES = SIDE * SIDE * 4;
const [role, host = '', engine = 'ringback'] = process.argv.slice(2);
const room = createConnectionRoom({ clock: systemClock, listenHost: host, startEngine: () => forkEngine() });
const { signal } = new AbortController();

function say(event: { readonly tag: string; readonly [more: string]: unknown }): void {
  const { error, ...facts } = event;
  process.stdout.write(
    `${JSON.stringify({ ...facts, ...(error === undefined ? {} : { error: error instanceof Error ? error.message : 'unknown' }), atMs: Math.round(performance.now()) })}\n`,
  );
}

function noise(): Uint8Array {
  const place = { destLeft: 0, destTop: 0, destRight: SIDE - 1, destBottom: SIDE - 1, width: SIDE, height: SIDE };
  return encodeBitmapUpdate([{ ...place, bitsPerPixel: 32, compressed: false, data: randomBytes(PDU_BYTES) }]);
}

async function eachOrder(carryOut: (order: LineOrder) => void): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) carryOut(JSON.parse(line) as LineOrder);
}

async function novice(): Promise<void> {
  const endpoint = await room.openNovice(signal);
  let link: NoviceLink | undefined;
  endpoint.onEvent((event) => {
    if (event.tag !== 'presented') return;
    link = event.link;
    link.onEvent((told) => say({ ...told }));
    link.admit({ width: 1920, height: 1080 });
  });
  say({
    tag: 'ticket',
    addresses: endpoint.ticket.addresses,
    sessionId: Buffer.from(endpoint.sessionId).toString('base64'),
    pin: Buffer.from(endpoint.pin).toString('base64'),
  });
  await eachOrder((order) => {
    if (order.tag === 'close') void link?.close('userRequested').then(() => process.exit(0));
    if (order.tag !== 'picture') return;
    const updates = [];
    for (let left = order.bytes; left > 0; left -= PDU_BYTES)
      updates.push({ route: 'fastPath' as const, bytes: encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, noise()) });
    link?.sendGraphics(updates).then(
      () => say({ tag: 'sent' }),
      (error: unknown) => say({ tag: 'unsent', message: String(error) }),
    );
  });
}

async function expert(): Promise<void> {
  const endpoint = await room.openExpert({ engine: engine as EngineName, userName: 'expert' }, signal);
  let link: ExpertLink | undefined;
  let bytes = 0;
  endpoint.onEvent((event) => {
    if (event.tag !== 'verified') return;
    link = event.link;
    link.onEvent((told) => {
      if (told.tag === 'graphics') bytes += told.graphics.data.length;
      else say({ ...told, bytes });
    });
  });
  await eachOrder((order) => {
    if (order.tag === 'ticket') {
      endpoint.expect({
        addresses: order.addresses,
        sessionId: Buffer.from(order.sessionId, 'base64'),
        pin: Buffer.from(order.pin, 'base64'),
      });
      endpoint.reach('forward');
    }
    if (order.tag === 'press') link?.sendInput([{ tag: 'key', scancode: 0x1e, prefix: 'none', down: true }]);
    if (order.tag === 'close') void link?.close().then(() => process.exit(0));
  });
}

await (role === 'novice' ? novice() : expert());
