import { type Server, type Socket, connect, createServer } from 'node:net';
import { array, assert, asyncProperty, uint8Array } from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { type SessionCertificate, createSessionCertificate } from '../../../src/main/connection/certificate.ts';
import { classicInput } from '../../../src/main/connection/classic-input.ts';
import { TcpCarrier } from '../../../src/main/connection/ways/tcp/tcp-carrier.ts';
import { ClassicLink } from '../../../src/main/connection/classic-link.ts';
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

/** A pinned server that turns bad once the client has said something inside TLS. Gives how the classic engine took it. */
async function badServer(answers: readonly Uint8Array[]): Promise<string> {
  const server = createServer((socket) => {
    open.push(socket);
    let left = [...answers];
    const stream: RdpStream = new RdpStream(new TcpCarrier(socket), systemClock, {
      bytes: () => {
        if (!stream.secure && !stream.upgrading) {
          stream.write(CONNECTION_CONFIRM);
          stream.acceptTls(certificate.secureContext, () => undefined);
          return;
        }
        for (const answer of left) stream.write(answer);
        left = [];
        void stream.finish();
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
  return new Promise((resolve) => {
    const link = new ClassicLink({
      carrier: new TcpCarrier(socket),
      connection: { by: 'forward', address: 'test' },
      clock: systemClock,
      userName: 'expert',
      workingDir: '',
      trusts: () => true,
      channels: [],
      refused: (error) => resolve(`refused ${error.code}`),
      verified: (verified) => {
        verified.onEvent((event) => event.tag === 'ended' && resolve(event.end));
        return true;
      },
    });
    void link.gone;
  });
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

  it('survives arbitrary bytes', async () => {
    await assert(
      asyncProperty(array(uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 4 }), async (answers) => {
        expect(['lost', 'protocolError', 'disconnected', 'denied']).toContain(await badServer(answers));
      }),
      { numRuns: 25 },
    );
  }, 30_000);

  it('survives arbitrary bytes in well-formed frames', async () => {
    const frame = uint8Array({ minLength: 0, maxLength: 200 }).map((body) =>
      Buffer.concat([Buffer.from([3, 0, 0, 7 + body.length, 2, 0xf0, 0x80]), body]),
    );
    await assert(
      asyncProperty(array(frame, { minLength: 1, maxLength: 4 }), async (answers) => {
        expect(['lost', 'protocolError', 'disconnected', 'denied']).toContain(await badServer(answers));
      }),
      { numRuns: 25 },
    );
  }, 30_000);
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
