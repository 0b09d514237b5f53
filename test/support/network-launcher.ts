/* Stands in for Electron's executable: runs it in a network namespace, and makes the debugger ports that it announces reachable out here. */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [namespace, door, executable, ...args] = process.argv.slice(2);
if (namespace === undefined || door === undefined || executable === undefined) throw new Error('namespace, door and executable are needed');

const child = spawn('ip', ['netns', 'exec', namespace, executable, ...args], { stdio: ['inherit', 'inherit', 'pipe'] });
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
const code = new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));

for await (const line of createInterface({ input: child.stderr })) process.stderr.write(`${await passable(line)}\n`);
process.exit(await code);

/** A line that announces a port in there becomes one that announces a port out here. */
async function passable(line: string): Promise<string> {
  const announced = /^((?:Debugger|DevTools) listening on ws:\/\/127\.0\.0\.1:)(\d+)(\/.*)$/.exec(line);
  if (!announced) return line;
  return `${announced[1]}${await outerPort(Number(announced[2]))}${announced[3]}`;
}

function outerPort(innerPort: number): Promise<number> {
  const port = Buffer.alloc(2);
  port.writeUInt16BE(innerPort);
  const server = createServer({ noDelay: true }, (outer) => {
    const inner = connect(door as string);
    inner.write(port);
    outer.pipe(inner).pipe(outer);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.once('close', () => inner.destroy());
    inner.once('close', () => outer.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('no TCP address'));
    });
  });
}
