/* Runs in a network namespace. Who connects to the Unix socket sends a port (2 bytes, big-endian) and then talks to that port of the loopback in there. */
import { type Socket, connect, createServer } from 'node:net';

const path = process.argv[2];
if (path === undefined) throw new Error('the path of the Unix socket is missing');

const server = createServer((outer) => {
  outer.on('error', () => outer.destroy());
  const begin = (): void => {
    const head = outer.read(2) as Buffer | null;
    if (head === null) return;
    outer.off('readable', begin);
    join(outer, connect({ host: '127.0.0.1', port: head.readUInt16BE(0), noDelay: true }));
  };
  outer.on('readable', begin);
});
server.listen(path, () => process.stdout.write('open\n'));

function join(outer: Socket, inner: Socket): void {
  outer.pipe(inner).pipe(outer);
  outer.once('close', () => inner.destroy());
  inner.on('error', () => outer.destroy());
  inner.once('close', () => outer.destroy());
}
