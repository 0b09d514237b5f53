import { describe, expect, it } from 'vitest';
import type { RdpClientOutput } from '../../../src/protocol/rdp/client/contract.ts';
import { RdpClient } from '../../../src/protocol/rdp/client/rdp-client.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import type { PixelFrame } from '../../../src/protocol/rdp/graphics/contract.ts';
import type { PointerShape } from '../../../src/protocol/rdp/pointer-shape.ts';
import type { Channel } from '../../../src/protocol/rdp/channels/contract.ts';
import { GraphicsClient } from '../../../src/protocol/rdp/channels/graphics/graphics-client.ts';
import { PictureStream } from '../../../src/protocol/rdp/graphics/picture-stream.ts';
import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import { NEG_RSP_FLAG, PROTOCOL, encodeConnectionConfirm, encodeConnectionRequest } from '../../../src/protocol/rdp/pdu/x224.ts';
import type { DisconnectReason } from '../../../src/protocol/rdp/pdu/disconnect-reasons.ts';
import type { RdpServerOutput } from '../../../src/protocol/rdp/server/contract.ts';
import { RdpServer } from '../../../src/protocol/rdp/server/rdp-server.ts';
import { applied } from '../../support/applied.ts';
import { encodeFrame } from '../../support/encode-frame.ts';
import { RecordedChannel, silent } from '../../support/recorded-channel.ts';
import { CONFIG } from './client/scripted-server.ts';
import { noise, paint, rgbaOf } from './graphics/pictures.ts';
import { concat, errorCode } from './pdu/arbitrary-bytes.ts';

const SILENCE = { measuredMs: 1_250, plainMs: 4_500, overMs: 60_000 };
const DESKTOP = { width: 100, height: 70 } as const;

type Event<Output> = Exclude<Output, { tag: 'send' } | { tag: 'startTls' }>;

/** Novice's server and expert's client with nothing but memory between them: `size` bytes at a time, or all that there is. */
class Pair {
  readonly server = new RdpServer({ silence: SILENCE });
  readonly novices = new RecordedChannel();
  readonly experts = new RecordedChannel();
  readonly client: RdpClient;
  readonly atNovice: Event<RdpServerOutput>[] = [];
  readonly atExpert: Event<RdpClientOutput>[] = [];
  nowMs = 0;
  /** False: the cable is cut. */
  connected = true;
  private readonly size: number;
  private toServer: Uint8Array[] = [];
  private toClient: Uint8Array[] = [];

  /** @param more channels of the expert */
  constructor(size = Infinity, ...more: readonly Channel[]) {
    this.size = size;
    this.client = new RdpClient({ ...CONFIG, channels: silent(this.experts, ...more), silence: SILENCE });
  }

  fromServer(outputs: readonly RdpServerOutput[]): void {
    for (const output of outputs) {
      if (output.tag === 'send') this.toClient.push(output.bytes.slice());
      else if (output.tag === 'startTls') this.fromServer(this.server.tlsEstablished());
      else this.atNovice.push(output);
    }
  }

  fromClient(outputs: readonly RdpClientOutput[]): void {
    for (const output of outputs) {
      if (output.tag === 'send') this.toServer.push(output.bytes.slice());
      else if (output.tag === 'startTls') this.fromClient(this.client.tlsEstablished(this.nowMs));
      else this.atExpert.push(output);
    }
  }

  settle(): this {
    while (this.toServer.length + this.toClient.length > 0) {
      const [up, down] = [concat(this.toServer), concat(this.toClient)];
      this.toServer = [];
      this.toClient = [];
      if (!this.connected) continue;
      for (const piece of this.pieces(up)) this.fromServer(this.server.receive(piece, this.nowMs));
      for (const piece of this.pieces(down)) this.fromClient(this.client.receive(piece, this.nowMs));
    }
    return this;
  }

  /** A second at a time, each machine's clock ticking. */
  pass(ms: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 1_000;
      this.fromServer(this.server.tick(this.nowMs));
      this.fromClient(this.client.tick(this.nowMs));
      this.settle();
    }
    return this;
  }

  presented(): this {
    this.fromClient(this.client.start(this.nowMs));
    return this.settle();
  }

  active(): this {
    this.presented();
    this.fromServer(this.server.admit(DESKTOP, silent(this.novices)));
    return this.settle();
  }

  private *pieces(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += this.size) yield bytes.subarray(at, at + this.size);
  }
}

const tagsOf = (events: readonly { readonly tag: string }[]) => events.map((event) => event.tag);

function last<E extends { readonly tag: string }, T extends E['tag']>(events: readonly E[], tag: T): Extract<E, { readonly tag: T }> {
  const found = events.findLast((event): event is Extract<E, { readonly tag: T }> => event.tag === tag);
  if (found === undefined) throw new Error(`no ${tag} among ${tagsOf(events).join(' ')}`);
  return found;
}

/** Draws everything that has come to the expert. */
function draw(pair: Pair, decoder: GraphicsDecoder): number[] {
  const ended: number[] = [];
  for (const event of pair.atExpert) {
    if (event.tag === 'active') decoder.resize(event.desktop);
    if (event.tag !== 'graphics') continue;
    for (const frame of applied(decoder.apply(event.graphics)).frames) if (frame.action === 'end') ended.push(frame.frameId);
  }
  pair.atExpert.length = 0;
  return ended;
}

const whole = (frame: PixelFrame): Rect => ({ x: 0, y: 0, width: frame.width, height: frame.height });

describe.each([1, 7, 1460, Infinity])('%s bytes at a time', (size) => {
  it('from Connection Request to active', () => {
    const pair = new Pair(size).presented();
    expect(tagsOf(pair.atNovice)).toEqual(['clientInfo']);
    expect(last(pair.atNovice, 'clientInfo').info).toMatchObject({
      workingDir: CONFIG.workingDir,
      userName: 'grace',
      clientName: 'TESTER',
      password: '*',
      alternateShell: '*',
    });
    expect(tagsOf(pair.atExpert)).toEqual(['presented']);
    pair.fromServer(pair.server.admit(DESKTOP));
    pair.settle();
    expect(last(pair.atNovice, 'active')).toMatchObject({
      desktop: DESKTOP,
      graphics: { encoder: { name: 'planar', scrollCopies: true, skipAlpha: true }, acknowledgement: 'marked' },
    });
    expect(last(pair.atExpert, 'active')).toEqual({ tag: 'active', desktop: DESKTOP });
  });

  it('the picture at the expert is the picture at the novice, and frames are acknowledged', () => {
    const pair = new Pair(size).active();
    const settings = last(pair.atNovice, 'active').graphics;
    const decoder = new GraphicsDecoder({ width: 1, height: 1 });
    const pictures = [paint(100, 70, (x, y) => (x >> 3) * 0x10_0401 + y), paint(100, 70, noise(7)), paint(100, 70, () => 0x12_3456)];
    for (const [frameId, picture] of pictures.entries()) {
      pair.fromServer(pair.server.sendGraphics(encodeFrame(settings, picture, [whole(picture)], frameId)));
      pair.settle();
      expect(draw(pair, decoder)).toEqual([frameId]);
      expect(decoder.surface.words).toEqual(rgbaOf(picture));
      pair.fromClient(pair.client.acknowledgeFrame(frameId));
      pair.settle();
      expect(last(pair.atNovice, 'frameAcknowledged').frameId).toBe(frameId);
    }
  });

  it('the picture on the graphics channel is the same at the expert, in another size as well', async () => {
    const pair = new Pair(size, new GraphicsClient()).active();
    const decoder = new GraphicsDecoder({ width: 1, height: 1 });
    const pictures = [paint(100, 70, (x, y) => (x >> 3) * 0x10_0401 + y), paint(100, 70, noise(7)), paint(130, 90, noise(8))];
    const stream = new PictureStream(DESKTOP);
    for (const [index, picture] of pictures.entries()) {
      if (index === 2) pair.fromServer(pair.server.resize(picture));
      const { graphics, desktop } = last(pair.atNovice, 'active');
      expect(graphics).toEqual({ encoder: { name: 'channel', avc420: false, remoteFx: true }, acknowledgement: 'channel' });
      expect(desktop).toMatchObject({ width: picture.width, height: picture.height });
      stream.configure(graphics, index);
      stream.resize(picture);
      const made = await stream.encode({ ...picture, damage: [], pixels: () => picture, close: () => undefined });
      const frameId = made?.frameId ?? 0;
      pair.fromServer(pair.server.sendGraphics(made?.updates ?? []));
      pair.settle();
      expect(draw(pair, decoder)).toEqual([frameId]);
      expect(decoder.surface.words).toEqual(rgbaOf(picture));
      pair.fromClient(pair.client.acknowledgeFrame(frameId));
      pair.settle();
      expect(last(pair.atNovice, 'frameAcknowledged').frameId).toBe(frameId);
    }
    expect(tagsOf(pair.atExpert)).not.toContain('suspended');
  });

  it('the picture goes to the connection that was let in, also where another one of the same race began later', async () => {
    const graphics = new GraphicsClient();
    const pair = new Pair(size, graphics).presented();
    const loser = new RdpClient({ ...CONFIG, channels: silent(graphics), silence: SILENCE });
    loser.start(0);
    const begun = loser.receive(
      encodeConnectionConfirm({ tag: 'response', selectedProtocol: PROTOCOL.ssl, flags: NEG_RSP_FLAG.dynvcGfx }),
      0,
    );
    expect(begun).toEqual([{ tag: 'startTls' }]);
    pair.fromServer(pair.server.admit(DESKTOP, silent(pair.novices)));
    pair.settle();
    const picture = paint(100, 70, noise(7));
    const stream = new PictureStream(DESKTOP);
    stream.configure(last(pair.atNovice, 'active').graphics, 0);
    const made = await stream.encode({ ...picture, damage: [], pixels: () => picture, close: () => undefined });
    pair.fromServer(pair.server.sendGraphics(made?.updates ?? []));
    pair.settle();
    expect(draw(pair, new GraphicsDecoder({ width: 1, height: 1 }))).toEqual([made?.frameId]);
  });

  it('input, wishes and channel messages of several chunks, each in order', () => {
    const pair = new Pair(size).active();
    const events: InputEvent[] = [
      { tag: 'pointerMove', x: 99, y: 69 },
      { tag: 'pointerButton', button: 'x1', down: true, x: 1, y: 2 },
      { tag: 'wheel', axis: 'horizontal', delta: -120, x: 1, y: 2 },
      { tag: 'key', scancode: 0x5b, prefix: 'e0', down: true },
      { tag: 'unicode', codeUnit: 0x20ac, down: false },
      { tag: 'locks', locks: { scrollLock: true, numLock: false, capsLock: true, kanaLock: false } },
    ];
    pair.fromClient(pair.client.sendInput(events));
    pair.fromClient(pair.client.setDisplayWanted(false));
    pair.fromClient(pair.client.refresh([{ x: 90, y: 60, width: 50, height: 50 }]));
    const up = Uint8Array.from({ length: 5_000 }, (_, index) => index * 3);
    const down = Uint8Array.from({ length: 4_801 }, (_, index) => index * 5);
    pair.fromClient(pair.client.sendChannel(pair.experts, [up], 'control'));
    pair.fromServer(pair.server.sendChannel(pair.novices, [down], 'bulk'));
    pair.settle();
    expect(pair.atNovice.slice(-3)).toEqual([
      { tag: 'input', events },
      { tag: 'display', wanted: false },
      { tag: 'refresh', areas: [{ x: 90, y: 60, width: 10, height: 10 }] },
    ]);
    expect(pair.novices.heard).toEqual([up]);
    expect(pair.experts.heard).toEqual([down]);
  });
});

it('every kind of pointer: a shape, the same by its number, a large one, hidden, moved', () => {
  const pair = new Pair().active();
  const shape = (side: number, seed: number): PointerShape => ({
    width: side,
    height: side,
    hotX: side - 1,
    hotY: 1,
    pixels: Uint8Array.from({ length: side * side * 4 }, (_, index) => (index % 4 === 3 ? 200 : index * seed)),
  });
  const shapes = [shape(24, 3), shape(96, 5), null, shape(24, 3)];
  for (const one of shapes) pair.fromServer(pair.server.sendPointerShape(one));
  pair.fromServer(pair.server.sendPointerPosition(5, 6));
  pair.settle();
  expect(pair.atExpert.slice(-5)).toEqual([
    ...shapes.map((one) => ({ tag: 'pointerShape', shape: one })),
    { tag: 'pointerPosition', x: 5, y: 6 },
  ]);
});

it('the desktop changes size with graphics, input and channel messages on their way both ways', () => {
  const pair = new Pair(13).active();
  const decoder = new GraphicsDecoder(DESKTOP);
  const before = paint(100, 70, noise(3));
  const after = paint(130, 40, noise(4));
  pair.fromServer(pair.server.sendGraphics(encodeFrame(last(pair.atNovice, 'active').graphics, before, [whole(before)], 1)));
  pair.fromClient(pair.client.sendInput([{ tag: 'key', scancode: 30, prefix: 'none', down: true }]));
  pair.fromServer(pair.server.resize({ width: 130, height: 40 }));
  pair.fromServer(pair.server.sendChannel(pair.novices, [Uint8Array.of(1)], 'control'));
  expect(errorCode(() => pair.server.sendGraphics([]))).toBe('ILLEGAL_TRANSITION');
  pair.settle();
  expect(last(pair.atNovice, 'input').events).toHaveLength(1);
  expect(last(pair.atNovice, 'active').desktop).toEqual({ width: 130, height: 40 });
  expect(tagsOf(pair.atExpert)).toContain('suspended');
  expect(pair.experts.heard).toEqual([Uint8Array.of(1)]);
  pair.fromServer(pair.server.sendGraphics(encodeFrame(last(pair.atNovice, 'active').graphics, after, [whole(after)], 2)));
  pair.settle();
  expect(draw(pair, decoder)).toEqual([1, 2]);
  expect(decoder.surface).toMatchObject({ width: 130, height: 40 });
  expect(decoder.surface.words).toEqual(rgbaOf(after));
});

it('a key that goes up at the expert while the desktop changes size goes up at the novice', () => {
  const pair = new Pair().active();
  const up: InputEvent = { tag: 'key', scancode: 30, prefix: 'none', down: false };
  for (const output of pair.server.resize({ width: 50, height: 50 })) {
    // one PDU at a time, the key going up after Deactivate-All and before Demand Active
    if (output.tag === 'send') pair.fromClient(pair.client.receive(output.bytes, 0));
    if (tagsOf(pair.atNovice).at(-1) === 'active' && !pair.atNovice.some((event) => event.tag === 'input'))
      pair.fromClient(pair.client.sendInput([up]));
  }
  pair.settle();
  expect(pair.atNovice.filter((event) => event.tag === 'input').flatMap((event) => event.events)).toContainEqual(up);
});

describe('endings', () => {
  it.each<DisconnectReason>(['denied', 'timeout', 'userRequested', 'protocolError'])(
    '%s by the novice is what the expert learns, before, during and while the session is reactivated',
    (reason) => {
      const moments = [
        (pair: Pair) => pair.presented(),
        (pair: Pair) => pair.active(),
        (pair: Pair) => {
          pair.active().fromServer(pair.server.resize({ width: 30, height: 30 }));
          return pair;
        },
      ];
      for (const moment of moments) {
        const pair = moment(new Pair());
        pair.fromServer(pair.server.disconnect(reason));
        pair.settle();
        expect(pair.atExpert.at(-1)).toEqual({ tag: 'closed', reason });
        expect(pair.atNovice.at(-1)).toEqual({ tag: 'closed', reason: 'disconnected' });
      }
    },
  );

  it('a desktop that breaks in mid-session is told as that; before the session there is no word for it', () => {
    for (const [pair, reason] of [
      [new Pair().active(), 'desktopUnavailable'],
      [new Pair().presented(), 'protocolError'],
    ] as const) {
      pair.fromServer(pair.server.disconnect('desktopUnavailable'));
      pair.settle();
      expect(pair.atExpert.at(-1)).toEqual({ tag: 'closed', reason });
      expect(pair.atNovice.at(-1)).toEqual({ tag: 'closed', reason: 'disconnected' });
    }
  });

  it('the novice says no: no graphics, no pointer, nothing but the end came before it', () => {
    const pair = new Pair().presented();
    pair.fromServer(pair.server.disconnect('denied'));
    expect(tagsOf(pair.settle().atExpert)).toEqual(['presented', 'closed']);
  });

  it('the expert leaves, before and during the session', () => {
    for (const pair of [new Pair().presented(), new Pair().active()]) {
      pair.fromClient(pair.client.disconnect());
      pair.settle();
      expect(pair.atNovice.at(-1)).toEqual({ tag: 'closed', reason: 'peerDisconnected' });
      expect(pair.atExpert.at(-1)).toEqual({ tag: 'closed', reason: 'disconnected' });
    }
  });
});

describe('time', () => {
  it('the round trip is known on both sides, waiting and active', () => {
    for (const pair of [new Pair().presented(), new Pair().active()]) {
      pair.pass(2_000);
      expect(last(pair.atNovice, 'roundTrip').ms).toBe(0);
      expect(last(pair.atExpert, 'roundTrip').ms).toBe(0);
    }
  });

  it('a minute of a still desktop ends nothing', () => {
    for (const pair of [new Pair().presented(), new Pair().active()]) {
      pair.pass(60_000);
      expect(tagsOf([...pair.atNovice, ...pair.atExpert])).not.toContain('closed');
    }
  });

  const small = { width: 30, height: 30 };
  it.each<[string, (pair: Pair) => unknown]>([
    ['while the novice is asked', (pair) => pair.presented().pass(3_000)],
    ['in the session', (pair) => pair.active().pass(3_000)],
    ['as the desktop changes size', (pair) => pair.active().pass(3_000).fromServer(pair.server.resize(small))],
    [
      'when the change of size has come half way',
      (pair) => {
        pair.active().pass(3_000);
        for (const output of pair.server.resize(small))
          if (output.tag === 'send') pair.fromClient(pair.client.receive(output.bytes, pair.nowMs));
      },
    ],
  ])('a cut cable is noticed on both sides within two seconds, and ends the session after a minute, %s', (_, moment) => {
    const pair = new Pair();
    moment(pair);
    pair.connected = false;
    pair.pass(2_000);
    expect(pair.atNovice.at(-1)).toEqual({ tag: 'line', silent: true });
    expect(pair.atExpert.at(-1)).toEqual({ tag: 'line', silent: true });
    pair.pass(57_000);
    expect(tagsOf([...pair.atNovice, ...pair.atExpert])).not.toContain('closed');
    pair.pass(3_000);
    expect(pair.atNovice.at(-1)).toEqual({ tag: 'closed', reason: 'peerGone' });
    expect(pair.atExpert.at(-1)).toEqual({ tag: 'closed', reason: 'peerGone' });
  });
});

it('plain RDP security is refused on both sides, whoever in between asks for it', () => {
  const stripped = new Pair();
  stripped.client.start(0);
  stripped.fromServer(stripped.server.receive(encodeConnectionRequest({ protocols: 0 }), 0));
  expect(stripped.atNovice).toEqual([{ tag: 'closed', reason: 'plainRdp' }]);
  expect(errorCode(() => stripped.settle())).toBe('REFUSED');
  const client = new RdpClient(CONFIG);
  client.start(0);
  expect(errorCode(() => client.receive(encodeConnectionConfirm({ tag: 'response', selectedProtocol: 0, flags: 0 }), 0))).toBe('REFUSED');
});
