/*
 * What the expert holds must go up even when this program is killed: an X server keeps a key of XTEST down when whoever pressed it is gone.
 * A shell that outlives us waits for the end of its standard input, which comes with ours, and then sends what it was told last to the server,
 * on a connection that was made for it.
 */
import { spawn } from 'node:child_process';
import type { Extensions } from 'x11';
import { connectX11, reply, type X11Address, type X11Connection } from './x11-connection.ts';

type Xtest = Extensions['xtest'];

/** Each line replaces the one before. The connection is descriptor 3; a server passes over what stands in one that is closed, so it stays open. */
const EXECUTOR = `trap '' HUP INT TERM; while read -r line; do last=$line; done; test -z "$last" || { printf "$last" >&3; sleep 5; }`;

const FAKE_INPUT = 2;
const FAKE_INPUT_BYTES = 36;

/**
 * The same XTEST, which in addition has everything released that was pressed through it when this process ends without having done so.
 * Lasts as long as `connection`. Where there is no shell, or no further connection, nothing is promised and everything else works.
 */
export async function releasedAtTheLast(connection: X11Connection, xtest: Xtest, address: X11Address): Promise<Xtest> {
  const own = await connectX11(address, false).catch(() => undefined);
  if (own === undefined) return xtest;
  const tell = await beginExecutor(own).catch(() => undefined);
  if (tell === undefined) {
    own.close();
    return xtest;
  }
  connection.client.stream.on('close', () => {
    tell(undefined);
    own.close();
  });
  /** Release and detail of what is down. */
  const held = new Map<number, number>();
  const downs = new Map([
    [xtest.KeyPress, xtest.KeyRelease],
    [xtest.ButtonPress, xtest.ButtonRelease],
  ]);
  const key = (type: number, detail: number): number => type * 256 + detail;
  return {
    ...xtest,
    FakeInput(type, detail, ...more) {
      const release = downs.get(type);
      if (release !== undefined) held.set(key(release, detail), detail);
      else if (!held.delete(key(type, detail))) {
        xtest.FakeInput(type, detail, ...more);
        return;
      }
      const will = [...held].map(([which, what]) => fakeInput(xtest.majorOpcode, Math.floor(which / 256), what));
      // A release that is sent twice does nothing; one that is not sent at all would.
      if (release !== undefined) tell(will);
      xtest.FakeInput(type, detail, ...more);
      if (release === undefined) tell(will);
    },
  };
}

/** Gives the function that says what is to be sent; undefined ends it without sending anything. */
async function beginExecutor(own: X11Connection): Promise<(requests: readonly Uint8Array[] | undefined) => void> {
  (await own.extension('xtest'))?.GrabControl(true);
  await reply((done) => own.client.GetInputFocus(done));
  const shell = spawn('/bin/sh', ['-c', EXECUTOR], {
    // A session of its own: what ends our process group does not end it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', own.client.stream],
  });
  await new Promise((resolve, reject) => shell.once('spawn', resolve).once('error', reject));
  shell.unref();
  const { stdin } = shell;
  if (stdin === null) throw new Error('no pipe');
  stdin.on('error', () => undefined);
  return (requests) => {
    stdin.write(`${requests?.map(octal).join('') ?? ''}\n`);
    if (requests === undefined) stdin.end();
  };
}

/** XTestFakeInput, in the byte order of our connections. XTEST protocol, section 4. */
function fakeInput(opcode: number, type: number, detail: number): Uint8Array {
  const request = new Uint8Array(FAKE_INPUT_BYTES);
  request.set([opcode, FAKE_INPUT, FAKE_INPUT_BYTES / 4, 0, type, detail]);
  return request;
}

function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
