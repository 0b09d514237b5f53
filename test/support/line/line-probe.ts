/*
 * What goes over a line, seen from its two ends.
 *
 *   node line-probe.ts echo ADDRESS                 sends back every datagram
 *   node line-probe.ts ask ADDRESS COUNT EVERY_MS   sends so many, so far apart (0: at once), and says how long each took to come back
 *
 * The first says `open`, the second one line of JSON.
 */
import { createSocket } from 'node:dgram';

export interface ProbeResult {
  /** Round trips in milliseconds, in order of what was sent. */
  readonly roundTripsMs: readonly number[];
  /** From the first to the last that came back, in milliseconds. */
  readonly tookMs: number;
}

const PORT = 4_000;
const BYTES = 200;
/** So many are sent before the event loop has its turn. */
const AT_ONCE = 50;
/** The last ones are waited for as long as they keep coming. */
const QUIET_MS = 1_000;
const LOOK_EVERY_MS = 50;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

const [role, address = '', count = '0', everyMs = '0'] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });

function echo(): void {
  socket.on('message', (datagram, { address, port }) => socket.send(datagram, port, address));
  socket.bind(PORT, address, () => process.stdout.write('open\n'));
}

function ask(): void {
  const sentMs: number[] = [];
  const roundTripsMs: number[] = [];
  let [firstMs, lastMs] = [0, 0];
  socket.on('message', (datagram) => {
    const nowMs = performance.now();
    firstMs ||= nowMs;
    lastMs = nowMs;
    roundTripsMs.push(nowMs - (sentMs[datagram.readUInt32BE(0)] ?? Number.NaN));
  });
  const end = (): void => {
    const endedMs = performance.now();
    const looking = setInterval(() => {
      if (performance.now() - Math.max(lastMs, endedMs) < QUIET_MS) return;
      clearInterval(looking);
      const result: ProbeResult = { roundTripsMs, tookMs: lastMs - firstMs };
      process.stdout.write(`${JSON.stringify(result)}\n`);
      socket.close();
    }, LOOK_EVERY_MS);
  };
  const paced = Number(everyMs) > 0;
  const some = (): void => {
    for (let left = paced ? 1 : AT_ONCE; left > 0 && sentMs.length < Number(count); left -= 1) {
      const datagram = Buffer.alloc(BYTES);
      datagram.writeUInt32BE(sentMs.length, 0);
      sentMs.push(performance.now());
      socket.send(datagram, PORT, address);
    }
    if (sentMs.length < Number(count)) return;
    clearInterval(sending);
    end();
  };
  const sending = setInterval(some, Number(everyMs));
}

if (role === 'echo') echo();
else ask();
