import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointerShape } from '../../../../src/protocol/rdp/pointer-shape.ts';
import type { InputEvent } from '../../../../src/protocol/rdp/input/events.ts';
import type { CapabilitySet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { findSet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeDemandActive } from '../../../../src/protocol/rdp/pdu/demand-active.ts';
import { encodeFastPathInput } from '../../../../src/protocol/rdp/pdu/fast-path-input.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { encodeFrameAcknowledge } from '../../../../src/protocol/rdp/pdu/frame-acknowledge.ts';
import { decodeFastPathPointer, type PointerMessage } from '../../../../src/protocol/rdp/pdu/pointer-update.ts';
import { encodeRefreshRect } from '../../../../src/protocol/rdp/pdu/refresh-rect.ts';
import { decodeSetErrorInfo } from '../../../../src/protocol/rdp/pdu/set-error-info.ts';
import { SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { encodeSlowPathInput } from '../../../../src/protocol/rdp/pdu/slow-path-input.ts';
import { encodeSuppressOutput } from '../../../../src/protocol/rdp/pdu/suppress-output.ts';
import { encodeX224Data } from '../../../../src/protocol/rdp/pdu/x224.ts';
import { ChannelJoiner, encodeChannelChunks } from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import type { RdpServer } from '../../../../src/protocol/rdp/server/rdp-server.ts';
import { concat, errorCode } from '../pdu/arbitrary-bytes.ts';
import { RecordedChannel, silent } from '../../../support/recorded-channel.ts';
import {
  CHANNEL,
  CLIENT_DATA,
  CLIENT_SETS,
  DESKTOP,
  only,
  PHASES,
  sent,
  sentFastPath,
  sentOn,
  sentShareControls,
  sentShareData,
  serverAt,
  tags,
  wire,
} from './scripted-client.ts';

const KEY: InputEvent = { tag: 'key', scancode: 30, prefix: 'none', down: false };

describe('input', () => {
  const events: readonly InputEvent[] = [
    { tag: 'key', scancode: 0x1d, prefix: 'e0', down: true },
    { tag: 'unicode', codeUnit: 0x20ac, down: true },
    { tag: 'pointerMove', x: 10, y: 20 },
    { tag: 'pointerButton', button: 'x2', down: true, x: 3, y: 4 },
    { tag: 'wheel', axis: 'horizontal', delta: -120, x: 5, y: 6 },
    { tag: 'locks', locks: { scrollLock: false, numLock: true, capsLock: true, kanaLock: false } },
  ];

  it('comes by fast path and by slow path alike', () => {
    expect(serverAt('active').receive(encodeFastPathInput(events), 0)).toEqual([{ tag: 'input', events }]);
    expect(serverAt('active').receive(wire.share(PDU_TYPE_2.input, encodeSlowPathInput(events)), 0)).toEqual([{ tag: 'input', events }]);
  });

  it('stays inside the desktop', () => {
    const far: InputEvent = { tag: 'pointerMove', x: 60_000, y: 599 };
    expect(serverAt('active').receive(encodeFastPathInput([far]), 0)).toEqual([
      { tag: 'input', events: [{ tag: 'pointerMove', x: 799, y: 599 }] },
    ]);
  });
});

describe('what a client asks for', () => {
  const asked = (pduType2: number, body: Uint8Array) => serverAt('active').receive(wire.share(pduType2, body), 0);

  it('Refresh Rect, cut to the desktop', () => {
    const areas = [
      { x: 1, y: 2, width: 3, height: 4 },
      { x: 790, y: 0, width: 100, height: 600 },
      { x: 900, y: 0, width: 1, height: 1 },
    ];
    expect(asked(PDU_TYPE_2.refreshRect, encodeRefreshRect(areas))).toEqual([
      { tag: 'refresh', areas: [areas[0], { x: 790, y: 0, width: 10, height: 600 }] },
    ]);
    expect(asked(PDU_TYPE_2.refreshRect, encodeRefreshRect([areas[2]!]))).toEqual([]);
  });

  it('Suppress Output and Frame Acknowledge', () => {
    expect(asked(PDU_TYPE_2.suppressOutput, encodeSuppressOutput(false, DESKTOP))).toEqual([{ tag: 'display', wanted: false }]);
    expect(asked(PDU_TYPE_2.suppressOutput, encodeSuppressOutput(true, DESKTOP))).toEqual([{ tag: 'display', wanted: true }]);
    expect(asked(PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(0xffff_fffe))).toEqual([
      { tag: 'frameAcknowledged', frameId: 0xffff_fffe },
    ]);
  });

  it('to leave, by Shutdown Request or by MCS', () => {
    const outputs = asked(PDU_TYPE_2.shutdownRequest, new Uint8Array(0));
    expect(sent(outputs)).toEqual([{ tag: 'disconnectProviderUltimatum', reason: 3 }]);
    expect(only(outputs, 'closed').reason).toBe('peerDisconnected');
    for (const phase of PHASES.slice(PHASES.indexOf('channelConnection'))) {
      const server = serverAt(phase);
      expect(server.receive(wire.leave(), 0)).toEqual([{ tag: 'closed', reason: 'peerDisconnected' }]);
      expect(server.receive(wire.leave(), 0)).toEqual([]);
      expect(server.tick(1000)).toEqual([]);
    }
  });

  it('nothing else that we know: passed over', () => {
    expect(asked(PDU_TYPE_2.setKeyboardImeStatus, new Uint8Array(4))).toEqual([]);
  });
});

it('several share PDUs in one packet all count, up to the end', () => {
  const ack = wire.share(PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(1));
  const both = concat([ack, wire.leave(), ack]);
  expect(tags(serverAt('active').receive(both, 0))).toEqual(['frameAcknowledged', 'closed']);
});

describe('graphics and pointer', () => {
  it('whole fast-path PDUs go out as they are', () => {
    const bytes = encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, Uint8Array.of(1, 2, 3));
    expect(serverAt('active').sendGraphics([{ route: 'fastPath', bytes }])).toEqual([{ tag: 'send', bytes, urgency: 'picture' }]);
  });

  it('what an encoder gives in one piece goes out PDU by PDU: on a slow line something more urgent comes in between', () => {
    const pdus = [1, 2, 3].map((mark) => encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, new Uint8Array(20_000).fill(mark)));
    const outputs = serverAt('active').sendGraphics([{ route: 'fastPath', bytes: concat(pdus) }]);
    expect(outputs).toEqual(pdus.map((bytes) => ({ tag: 'send', bytes, urgency: 'picture' })));
  });

  it.each([
    ['half a PDU', encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, new Uint8Array(100)).subarray(0, 50)],
    ['another kind of PDU', encodeX224Data(Uint8Array.of(1))],
  ])('%s is no graphics', (_, bytes) => {
    expect(errorCode(() => serverAt('active').sendGraphics([{ route: 'fastPath', bytes }]))).toBe('MALFORMED');
  });

  const activeWith = (change: (sets: readonly CapabilitySet[]) => readonly CapabilitySet[]) => {
    const server = serverAt('capabilities');
    server.receive(concat([wire.confirmActive(change(CLIENT_SETS)), wire.finalization()]), 0);
    return server;
  };
  const shown = (outputs: readonly RdpServerOutput[]): PointerMessage | undefined => {
    const [pdu] = sentFastPath(outputs);
    const [update] = new FastPathOutputDecoder().decode(pdu!);
    return decodeFastPathPointer(update!.updateCode, update!.data);
  };
  /** Opaque, every pixel its own colour. */
  const shape = (width: number, height: number, hotX = 0, hotY = 0): PointerShape => {
    const pixels = new Uint8Array(width * height * 4);
    for (let at = 0; at < width * height; at += 1) pixels.set([at & 0xff, (at >> 8) & 0xff, 7, 255], at * 4);
    return { width, height, hotX, hotY, pixels };
  };

  it('a shape with alpha comes back pixel for pixel; null hides', () => {
    const faint = shape(24, 20, 3, 4);
    for (let at = 3; at < faint.pixels.length; at += 4) faint.pixels[at] = 128;
    const server = serverAt('active');
    expect(shown(server.sendPointerShape(faint))).toEqual({ tag: 'shape', cacheIndex: 0, shape: faint });
    expect(shown(server.sendPointerShape(null))).toEqual({ tag: 'hidden' });
    expect(shown(server.sendPointerShape({ width: 0, height: 0, hotX: 0, hotY: 0, pixels: new Uint8Array(0) }))).toEqual({ tag: 'hidden' });
  });

  it('a shape that the client still has goes by its number, and the cache goes round', () => {
    const server = serverAt('active');
    for (let n = 1; n <= 20; n += 1) expect(shown(server.sendPointerShape(shape(n, n)))).toMatchObject({ tag: 'shape', cacheIndex: n - 1 });
    expect(shown(server.sendPointerShape(shape(7, 7)))).toEqual({ tag: 'cached', cacheIndex: 6 });
    expect(shown(server.sendPointerShape(shape(21, 21)))).toMatchObject({ tag: 'shape', cacheIndex: 0 });
    expect(shown(server.sendPointerShape(shape(1, 1)))).toMatchObject({ tag: 'shape', cacheIndex: 1 });
  });

  it('a client that keeps many has all pictures of a desktop’s busy pointer after the first turn', () => {
    const server = activeWith((sets) => sets.map((set) => (set.tag === 'pointer' ? { ...set, pointerCacheSize: 200 } : set)));
    const arrow = shape(8, 8);
    const busy = Array.from({ length: 60 }, (_, step) => shape(24, 24, step % 24, step >> 1));
    for (const one of [arrow, ...busy]) expect(shown(server.sendPointerShape(one))).toMatchObject({ tag: 'shape' });
    for (const one of [...busy, arrow]) expect(shown(server.sendPointerShape(one))).toMatchObject({ tag: 'cached' });
    for (const side of [30, 31, 32]) expect(shown(server.sendPointerShape(shape(side, side)))).toMatchObject({ tag: 'shape' });
    expect(shown(server.sendPointerShape(shape(25, 25)))).toMatchObject({ tag: 'shape', cacheIndex: 0 });
  });

  it('keeps no view on what it was given', () => {
    const server = serverAt('active');
    const one = shape(8, 8);
    server.sendPointerShape(one);
    one.pixels.fill(9);
    expect(shown(server.sendPointerShape(one))).toMatchObject({ tag: 'shape', cacheIndex: 1 });
  });

  it.each([
    ['32 without large pointers', [] as CapabilitySet[], 32],
    [
      '32 where fragments of one cannot be joined',
      [
        { tag: 'multifragmentUpdate', maxRequestSize: 38_054 },
        { tag: 'largePointer', flags: 1 },
      ] as CapabilitySet[],
      32,
    ],
    [
      '96 with them',
      [
        { tag: 'multifragmentUpdate', maxRequestSize: 38_055 },
        { tag: 'largePointer', flags: 1 },
      ] as CapabilitySet[],
      96,
    ],
    [
      '96 where fragments of a larger one cannot be joined',
      [
        { tag: 'multifragmentUpdate', maxRequestSize: 608_298 },
        { tag: 'largePointer', flags: 3 },
      ] as CapabilitySet[],
      96,
    ],
  ])('a shape too big is scaled as a whole to %s, its hot spot with it', (_, more, most) => {
    const server = activeWith((sets) => [...sets, ...more]);
    const big = { ...shape(200, 40, 150, 10), pixels: new Uint8Array(200 * 40 * 4).fill(255) };
    // What is left of the middle is green, what is right of it is not there.
    for (let at = 0; at < big.pixels.length; at += 4) big.pixels.set((at / 4) % 200 < 100 ? [0, 255, 0, 255] : [9, 9, 9, 0], at);
    const message = shown(server.sendPointerShape(big));
    if (message?.tag !== 'shape') throw new Error('no shape');
    const got = message.shape;
    const height = Math.floor(most / 5);
    expect([got.width, got.height, got.hotX, got.hotY]).toEqual([most, height, (most * 3) / 4, Math.floor(height / 4)]);
    const row = Array.from({ length: most }, (_pixel, x) => [...got.pixels.subarray(x * 4, x * 4 + 4)]);
    expect(row).toEqual(row.map((_pixel, x) => (x < most / 2 ? [0, 255, 0, 255] : [0, 0, 0, 0])));
  });

  it('a client that takes shapes of 384×384 gets them as they are, fragments and all, and larger ones scaled', () => {
    const server = activeWith((sets) => [
      ...sets,
      { tag: 'multifragmentUpdate', maxRequestSize: 608_299 },
      { tag: 'largePointer', flags: 3 },
    ]);
    const decoder = new FastPathOutputDecoder();
    const updates = (side: number) =>
      sentFastPath(server.sendPointerShape(shape(side, side, side >> 1, 5))).flatMap((pdu) => decoder.decode(pdu));
    for (const [side, updateCode, expected] of [
      [96, FAST_PATH_UPDATE.pointerNew, 96],
      [97, FAST_PATH_UPDATE.pointerLarge, 97],
      [384, FAST_PATH_UPDATE.pointerLarge, 384],
      [500, FAST_PATH_UPDATE.pointerLarge, 384],
    ] as const) {
      const [update, ...others] = updates(side);
      expect([update?.updateCode, others.length]).toEqual([updateCode, 0]);
      const message = decodeFastPathPointer(updateCode, update?.data ?? new Uint8Array(0));
      expect(message).toMatchObject({ tag: 'shape', shape: { width: expected, height: expected, hotX: expected >> 1 } });
      if (side === expected) expect(message).toMatchObject({ shape: shape(side, side, side >> 1, 5) });
    }
  });

  it('a client without new pointers gets colour pointers', () => {
    const server = activeWith((sets) => sets.map((set) => (set.tag === 'pointer' ? { ...set, pointerCacheSize: 0 } : set)));
    const outputs = server.sendPointerShape(shape(16, 16));
    expect(new FastPathOutputDecoder().decode(sentFastPath(outputs)[0]!)[0]?.updateCode).toBe(FAST_PATH_UPDATE.pointerColor);
    expect(shown(outputs)).toMatchObject({ tag: 'shape', shape: shape(16, 16) });
  });

  it('a position stays inside the desktop', () => {
    expect(shown(serverAt('active').sendPointerPosition(9_999, -5))).toEqual({ tag: 'position', x: 799, y: 0 });
  });
});

describe('static channels', () => {
  const big = Uint8Array.from({ length: 5_000 }, (_, index) => index & 0xff);

  it('messages are chunked and joined, in either direction', () => {
    const encomsp = new RecordedChannel();
    const cliprdr = new RecordedChannel('cliprdr', { urgency: 'bulk' });
    const server = serverAt('active', silent(encomsp, cliprdr));
    const joiner = new ChannelJoiner();
    const outputs = server.sendChannel(encomsp, [big], 'control');
    expect(outputs.every((output) => output.tag === 'send' && output.urgency === 'control')).toBe(true);
    const chunks = sentOn(outputs, CHANNEL.encomsp);
    expect(chunks).toHaveLength(4);
    expect(chunks.map((chunk) => joiner.push(chunk)).at(-1)).toEqual(big);
    const incoming = encodeChannelChunks(big).map((chunk) => wire.on(CHANNEL.cliprdr, chunk));
    cliprdr.answer = () => [{ tag: 'send', message: Uint8Array.of(7) }, { tag: 'close' }];
    const answers = server.receive(concat(incoming), 0);
    expect(cliprdr.heard).toEqual([big]);
    expect(answers).toMatchObject([{ tag: 'send', urgency: 'bulk' }]);
    expect(sentOn(answers, CHANNEL.cliprdr)).toEqual(encodeChannelChunks(Uint8Array.of(7)));
    // It has fallen silent.
    expect(cliprdr.closed).toBe(1);
    expect(server.receive(concat(incoming), 0)).toEqual([]);
    expect(cliprdr.heard).toHaveLength(1);
    server.gone();
    server.gone();
    expect([encomsp.closed, cliprdr.closed]).toEqual([1, 1]);
  });

  it('a channel that is unknown or was not joined is refused', () => {
    expect(errorCode(() => serverAt('active').sendChannel(new RecordedChannel('nowhere'), [big], 'control'))).toBe('ILLEGAL_TRANSITION');
    const server = serverAt('attached');
    server.receive(wire.clientInfo(), 0);
    const encomsp = new RecordedChannel();
    server.admit(DESKTOP, silent(encomsp));
    server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);
    expect(errorCode(() => server.sendChannel(encomsp, [big], 'control'))).toBe('ILLEGAL_TRANSITION');
  });

  it('what a channel makes no sense of ends the connection; what is said on one that nobody has here is passed over', () => {
    const encomsp = new RecordedChannel();
    encomsp.answer = () => {
      throw new ProtocolError('MALFORMED', 'x', 'y', 'z');
    };
    const server = serverAt('active', silent(encomsp));
    expect(server.receive(wire.on(CHANNEL.cliprdr, Uint8Array.of(1)), 0)).toEqual([]);
    expect(errorCode(() => server.receive(wire.on(CHANNEL.encomsp, encodeChannelChunks(big.subarray(0, 9))[0]!), 0))).toBe('MALFORMED');
  });
});

describe('resize', () => {
  const small = { width: 640, height: 480 };
  const reactivate = (server: RdpServer) => server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);
  const demanded = (outputs: readonly RdpServerOutput[]) => {
    const demand = sentShareControls(outputs).find((control) => control.pduType === SHARE_CONTROL_TYPE.demandActive);
    const bitmap = demand && findSet(decodeDemandActive(demand.body).sets, 'bitmap');
    return bitmap && { width: bitmap.desktopWidth, height: bitmap.desktopHeight };
  };

  it('deactivates, demands anew and becomes active again', () => {
    const server = serverAt('active');
    const outputs = server.resize(small);
    expect(sentShareControls(outputs).map((control) => control.pduType)).toEqual([
      SHARE_CONTROL_TYPE.deactivateAll,
      SHARE_CONTROL_TYPE.demandActive,
    ]);
    expect(demanded(outputs)).toEqual(small);
    expect(errorCode(() => server.sendGraphics([]))).toBe('ILLEGAL_TRANSITION');
    expect(only(reactivate(server), 'active').desktop).toEqual(small);
    expect(server.sendGraphics([])).toEqual([]);
  });

  it('lets in what was on its way: a key that went up does not stay down', () => {
    const server = serverAt('active');
    server.resize(small);
    expect(server.receive(encodeFastPathInput([KEY]), 0)).toEqual([{ tag: 'input', events: [KEY] }]);
    expect(server.receive(wire.share(PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(3)), 0)).toEqual([
      { tag: 'frameAcknowledged', frameId: 3 },
    ]);
    server.receive(wire.confirmActive(), 0);
    expect(server.receive(wire.share(PDU_TYPE_2.input, encodeSlowPathInput([KEY])), 0)).toEqual([{ tag: 'input', events: [KEY] }]);
  });

  it('keeps the newest size that came meanwhile, and then goes on to it', () => {
    const server = serverAt('active');
    server.resize(small);
    expect(server.resize({ width: 1, height: 1 })).toEqual([]);
    server.receive(wire.confirmActive(), 0);
    expect(server.resize({ width: 1024, height: 768 })).toEqual([]);
    const outputs = server.receive(wire.finalization(), 0);
    expect(only(outputs, 'active').desktop).toEqual(small);
    expect(demanded(outputs)).toEqual({ width: 1024, height: 768 });
    const again = reactivate(server);
    expect(only(again, 'active').desktop).toEqual({ width: 1024, height: 768 });
    expect(demanded(again)).toBeUndefined();
  });

  it('stays where it has come back to meanwhile', () => {
    const server = serverAt('active');
    server.resize(small);
    server.resize({ width: 1024, height: 768 });
    server.resize(small);
    const outputs = reactivate(server);
    expect(only(outputs, 'active').desktop).toEqual(small);
    expect(demanded(outputs)).toBeUndefined();
  });

  it('says first that channel data have to wait, and last that they need not any more', () => {
    const encomsp = new RecordedChannel();
    encomsp.greeting = [{ tag: 'send', message: Uint8Array.of(1) }];
    const server = serverAt('finalization', silent(encomsp));
    // Channels start before whoever hears `active` says more, and only once.
    const first = server.receive(wire.finalization(), 0);
    expect(sentOn(first, CHANNEL.encomsp)).toHaveLength(1);
    expect(first.at(-1)?.tag).toBe('active');
    expect(tags(server.resize(small))).toEqual(['suspended', 'send', 'send']);
    expect(server.sendChannel(encomsp, [Uint8Array.of(2)], 'control')).toMatchObject([{ tag: 'send', urgency: 'control' }]);
    const again = reactivate(server);
    expect(sentOn(again, CHANNEL.encomsp)).toEqual([]);
    expect(again.at(-1)?.tag).toBe('active');
  });
});

describe('disconnect', () => {
  const early = { denied: 3, timeout: 1, userRequested: 0, protocolError: 4 } as const;
  const errorInfo = { denied: 0x07, timeout: 0x03, userRequested: 0x0b, protocolError: 0x10c9 } as const;
  const reasons = ['denied', 'timeout', 'userRequested', 'protocolError'] as const;

  it.each(reasons)('%s before the session is active: by the MCS reason', (reason) => {
    for (const phase of ['attached', 'awaitingAdmission', 'capabilities', 'finalization'] as const) {
      const server = serverAt(phase);
      const outputs = server.disconnect(reason);
      expect(sent(outputs)).toEqual([{ tag: 'disconnectProviderUltimatum', reason: early[reason] }]);
      expect(outputs.at(-1)).toEqual({ tag: 'closed', reason: 'disconnected' });
      expect(server.disconnect(reason)).toEqual([]);
    }
  });

  it.each(reasons)('%s in the session: by Set Error Info, then MCS', (reason) => {
    const outputs = serverAt('active').disconnect(reason);
    const [data] = sentShareData(outputs);
    expect(data?.pduType2).toBe(PDU_TYPE_2.setErrorInfo);
    expect(decodeSetErrorInfo(data!.body)).toBe(errorInfo[reason]);
    expect(sent(outputs).at(-1)).toEqual({ tag: 'disconnectProviderUltimatum', reason: reason === 'userRequested' ? 3 : 1 });
    expect(outputs.at(-1)).toEqual({ tag: 'closed', reason: 'disconnected' });
  });

  it('spares a client that cannot read Set Error Info', () => {
    const server = serverAt('basicSettings');
    const core = { ...CLIENT_DATA.core, earlyCapabilityFlags: EARLY_CAPABILITY.want32Bpp };
    server.receive(concat([wire.connectInitial({ ...CLIENT_DATA, core }), wire.mcs({ tag: 'attachUserRequest' }), wire.clientInfo()]), 0);
    server.admit(DESKTOP);
    server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);
    expect(sent(server.disconnect('timeout'))).toEqual([{ tag: 'disconnectProviderUltimatum', reason: 1 }]);
  });

  it('just closes where there is no MCS yet', () => {
    for (const phase of ['tls', 'basicSettings'] as const)
      expect(serverAt(phase).disconnect('denied')).toEqual([{ tag: 'closed', reason: 'disconnected' }]);
  });
});

it('the input of any events comes through in order', () => {
  const event: fc.Arbitrary<InputEvent> = fc.oneof(
    fc.record({
      tag: fc.constant('key' as const),
      scancode: fc.integer({ min: 1, max: 0x7f }),
      prefix: fc.constantFrom('none', 'e0', 'e1'),
      down: fc.boolean(),
    }),
    fc.record({ tag: fc.constant('pointerMove' as const), x: fc.nat({ max: 799 }), y: fc.nat({ max: 599 }) }),
    fc.record({ tag: fc.constant('unicode' as const), codeUnit: fc.nat({ max: 0xffff }), down: fc.boolean() }),
  );
  const server = serverAt('active');
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => {
      expect(server.receive(encodeFastPathInput(events), 0)).toEqual([{ tag: 'input', events }]);
      expect(server.receive(wire.share(PDU_TYPE_2.input, encodeSlowPathInput(events)), 0)).toEqual([{ tag: 'input', events }]);
    }),
  );
});
