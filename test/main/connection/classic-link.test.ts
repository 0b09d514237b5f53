import { type Server, type Socket, connect, createServer } from 'node:net';
import type { ChildProcess } from 'node:child_process';
import { array, assert, property, uint8Array } from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/main/clock.ts';
import { type SessionCertificate, createSessionCertificate } from '../../../src/main/connection/certificate.ts';
import { classicInput } from '../../../src/main/connection/classic-input.ts';
import { TcpCarrier } from '../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import { ClassicEngine } from '../../../src/main/connection/classic-engine.ts';
import { ClassicLink, ENGINE_DEADLINE_MS } from '../../../src/main/connection/classic-link.ts';
import { parseAnswer, type ToEngine } from '../../../src/main/connection/classic-messages.ts';
import type { EngineProcess, ExpertLink, ExpertLinkEvent, StartEngine } from '../../../src/main/connection/contract.ts';
import { until } from '../../support/programs.ts';
import { forkEngine } from '../../support/engine-process.ts';
import { RdpStream } from '../../../src/main/connection/rdp-stream.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';

const CONNECTION_CONFIRM = Buffer.from('030000130ed000000000000200080001000000', 'hex');

let certificate: SessionCertificate;
const open: (Server | Socket)[] = [];

beforeAll(async () => {
  certificate = await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'ecdsa');
});

afterEach(() => {
  for (const thing of open.splice(0)) {
    if ('destroy' in thing) thing.destroy();
    else thing.close();
  }
});

interface Met {
  readonly link: ClassicLink;
  /** How it ended, or by which code it was refused. */
  readonly end: Promise<string>;
  readonly events: ExpertLinkEvent[];
}

/** Our link with a pinned server that does `act` once the client has said something inside TLS. */
async function meet(
  act: (stream: RdpStream) => void,
  startEngine: StartEngine,
  { clock = systemClock, userName = 'expert' } = {},
): Promise<Met> {
  const server = createServer((socket) => {
    open.push(socket);
    let acted = false;
    const stream: RdpStream = new RdpStream(new TcpCarrier(socket), systemClock, {
      bytes: () => {
        if (!stream.secure && !stream.upgrading) {
          stream.write(CONNECTION_CONFIRM);
          stream.acceptTls(certificate.secureContext, () => undefined);
          return;
        }
        if (!acted) act(stream);
        acted = true;
      },
      gone: () => undefined,
    });
    stream.start();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1');
  open.push(socket);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  let ended: (end: string) => void = () => undefined;
  const end = new Promise<string>((resolve) => (ended = resolve));
  const events: ExpertLinkEvent[] = [];
  const options = {
    carrier: new TcpCarrier(socket),
    connection: { by: 'forward', address: 'test' } as const,
    clock,
    userName,
    workingDir: '',
    trusts: () => true,
    channels: [],
    refused: (error: Error & { readonly code: string }) => ended(`refused ${error.code}`),
    verified: (verified: ExpertLink) => {
      verified.onEvent((event) => {
        events.push(event);
        if (event.tag === 'ended') ended(event.end);
      });
      return true;
    },
  };
  return { link: new ClassicLink(options, startEngine), end, events };
}

/** A pinned server that answers so, and leaves. Gives how the classic engine took it. */
async function badServer(answers: readonly Uint8Array[]): Promise<string> {
  const { end } = await meet(
    (stream) => {
      for (const answer of answers) stream.write(answer);
      void stream.finish();
    },
    () => forkEngine(),
  );
  return end;
}

/** MCS Connect-Response as freerdp-shadow-cli sends it is long; a broken one is enough to get past the framing. */
const BROKEN_MCS = Buffer.from('0300000f02f0807f660a0a0100020100', 'hex');

describe('the classic engine and a bad server', () => {
  it.each([
    ['nothing', []],
    ['a broken Connect-Response', [BROKEN_MCS]],
    ['a TPKT shorter than its header', [Buffer.from('03000001ffff', 'hex')]],
    ['a fast-path PDU of no length', [Buffer.from('0000000000000000', 'hex')]],
    ['a fast-path PDU of length one', [Buffer.from('0001ffff', 'hex')]],
  ])('survives %s', async (_, answers) => {
    expect(['lost', 'protocolError', 'disconnected', 'denied']).toContain(await badServer(answers));
  });

  const bytes = uint8Array({ minLength: 1, maxLength: 300 });
  const frame = uint8Array({ minLength: 0, maxLength: 200 }).map((body) =>
    Buffer.concat([Buffer.from([3, 0, 0, 7 + body.length, 2, 0xf0, 0x80]), body]),
  );
  it.each([
    ['arbitrary bytes', bytes],
    ['arbitrary bytes in well-formed frames', frame],
  ])('takes %s without throwing, and says only what is an answer', (_, part) => {
    assert(
      property(array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const engine = new ClassicEngine();
        const start = { tag: 'start', confirm: CONNECTION_CONFIRM, userName: 'expert', workingDir: '' } as const;
        for (const message of [start, ...parts.map((each) => ({ tag: 'bytes', bytes: each }) as const)])
          expect(parseAnswer(engine.receive(message))).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe('the classic engine’s process', () => {
  const bad = (): EngineProcess => forkEngine('bad-engine-process.ts');

  it.each(['dies', 'eats'])('that %s ends this session, and says whose fault it was', { timeout: 60_000 }, async (userName) => {
    const { end } = await meet(() => undefined, bad, { userName });
    expect(await end).toBe('engineFailed');
  });

  it('is not there before the novice has proved to be the one who is meant', async () => {
    const startEngine = vi.fn(() => forkEngine());
    const { link, end } = await meet((stream) => void stream.finish(), startEngine);
    expect(link.stage).toBe(0);
    expect(startEngine).not.toHaveBeenCalled();
    await end;
    expect(startEngine).toHaveBeenCalledOnce();
  });

  it('that hangs is given up, and killed', { timeout: 60_000 }, async () => {
    const children: ChildProcess[] = [];
    const hurried: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms === ENGINE_DEADLINE_MS ? 300 : ms, run) };
    const { end } = await meet(
      () => undefined,
      () => forkEngine('bad-engine-process.ts', (child) => children.push(child)),
      { clock: hurried },
    );
    expect(await end).toBe('engineFailed');
    await until(() => children[0]?.signalCode === 'SIGKILL', 'its death');
  });

  it('that hangs does not keep Stop waiting', { timeout: 60_000 }, async () => {
    const children: ChildProcess[] = [];
    const { link, end } = await meet(
      () => undefined,
      () => forkEngine('bad-engine-process.ts', (child) => children.push(child)),
    );
    await until(() => children[0]?.connected === true, 'the process');
    await link.close();
    expect(await end).toBe('userRequested');
    await until(() => children[0]?.signalCode === 'SIGKILL', 'its death');
  });

  it.each<[string, unknown]>([
    ['no answer', 'yes'],
    ['something else', [{ tag: 'grant' }]],
    ['a desktop of no size', [{ tag: 'active', desktop: { width: 0, height: 1 } }]],
    ['a desktop beyond every screen', [{ tag: 'active', desktop: { width: 1e9, height: 1 } }]],
    ['too much in one piece', [{ tag: 'write', bytes: new Uint8Array((1 << 20) + 1) }]],
  ])('is not believed when it says %s', async (_, says) => {
    let tell: (message: unknown) => void = () => undefined;
    const killed = vi.fn();
    const { end, events } = await meet(
      () => undefined,
      () => ({
        post: () => queueMicrotask(() => tell(says)),
        onMessage: (listener) => void (tell = listener),
        onGone: () => undefined,
        kill: killed,
      }),
    );
    expect(await end).toBe('engineFailed');
    expect(killed).toHaveBeenCalledOnce();
    expect(events.map(({ tag }) => tag)).toEqual(['ended']);
  });

  it('that does not keep up is given no more than it can hold, and all of it in the end', { timeout: 30_000 }, async () => {
    let tell: (message: unknown) => void = () => undefined;
    const sent = 10 << 20;
    let unanswered: number[] = [];
    let most = 0;
    let got = 0;
    await meet(
      (stream) => {
        for (let at = 0; at < sent; at += 64 << 10) stream.write(Buffer.alloc(64 << 10, 3));
      },
      () => ({
        post: (message) => {
          const told = message as ToEngine;
          if (told.tag !== 'bytes') {
            queueMicrotask(() => tell([{ tag: 'write', bytes: BROKEN_MCS }]));
            return;
          }
          unanswered.push(told.bytes.length);
          got += told.bytes.length;
          most = Math.max(
            most,
            unanswered.reduce((sum, bytes) => sum + bytes, 0),
          );
        },
        onMessage: (listener) => void (tell = listener),
        onGone: () => undefined,
        kill: () => undefined,
      }),
    );
    await until(() => got >= 1 << 20, 'the first megabyte');
    await until(() => {
      const { length } = unanswered;
      unanswered = [];
      for (let at = 0; at < length; at += 1) tell([]);
      return got === sent;
    }, 'all of it');
    expect(most).toBeLessThan((1 << 20) + (128 << 10));
  });
});

describe('input of the classic engine', () => {
  const fields = (event: InputEvent) =>
    classicInput(event).map(({ obj }) =>
      Object.fromEntries(Object.entries(obj).map(([name, field]) => [name, typeof field === 'number' ? field : field.value])),
    );

  it.each<[InputEvent, Record<string, number>[]]>([
    [
      { tag: 'key', scancode: 0x45, prefix: 'e1', down: false },
      [{ __INPUT_MESSAGE_TYPE__: 4, keyboardFlags: 0x8200, keyCode: 0x45, pad2Octets: 0 }],
    ],
    [
      { tag: 'key', scancode: 0x1c, prefix: 'e0', down: true },
      [{ __INPUT_MESSAGE_TYPE__: 4, keyboardFlags: 0x0100, keyCode: 0x1c, pad2Octets: 0 }],
    ],
    [{ tag: 'unicode', codeUnit: 0xd83d, down: true }, [{ __INPUT_MESSAGE_TYPE__: 5, keyboardFlags: 0, unicode: 0xd83d, pad2Octets: 0 }]],
    [{ tag: 'pointerMove', x: -5, y: 70_000 }, [{ __INPUT_MESSAGE_TYPE__: 0x8001, pointerFlags: 0x0800, xPos: 0, yPos: 0xffff }]],
    [
      { tag: 'pointerButton', button: 'middle', down: true, x: 1, y: 2 },
      [{ __INPUT_MESSAGE_TYPE__: 0x8001, pointerFlags: 0xc000, xPos: 1, yPos: 2 }],
    ],
    [
      { tag: 'pointerButton', button: 'x2', down: true, x: 1, y: 2 },
      [{ __INPUT_MESSAGE_TYPE__: 0x8002, pointerFlags: 0x8002, xPos: 1, yPos: 2 }],
    ],
    [
      { tag: 'wheel', axis: 'vertical', delta: -120, x: 1, y: 2 },
      [{ __INPUT_MESSAGE_TYPE__: 0x8001, pointerFlags: 0x0388, xPos: 1, yPos: 2 }],
    ],
    [
      { tag: 'wheel', axis: 'horizontal', delta: 120, x: 1, y: 2 },
      [{ __INPUT_MESSAGE_TYPE__: 0x8001, pointerFlags: 0x0478, xPos: 1, yPos: 2 }],
    ],
    [
      { tag: 'locks', locks: { scrollLock: true, numLock: false, capsLock: true, kanaLock: false } },
      [{ __INPUT_MESSAGE_TYPE__: 0, pad2Octets: 0, toggleFlags: 5 }],
    ],
  ])('%o', (event, expected) => {
    expect(fields(event)).toEqual(expected);
  });

  it('cuts a big wheel delta into steps that fit nine bits, and never floods', () => {
    expect(
      fields({ tag: 'wheel', axis: 'vertical', delta: 600, x: 0, y: 0 }).map(({ pointerFlags }) => (pointerFlags as number) & 0x1ff),
    ).toEqual([255, 255, 90]);
    expect(fields({ tag: 'wheel', axis: 'vertical', delta: 1e9, x: 0, y: 0 })).toHaveLength(16);
    expect(fields({ tag: 'wheel', axis: 'vertical', delta: 0, x: 0, y: 0 })).toHaveLength(0);
  });
});
