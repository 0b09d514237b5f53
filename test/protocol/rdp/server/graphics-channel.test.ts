import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDynvcCapabilities } from '../../../../src/protocol/rdp/channels/drdynvc/capabilities.ts';
import { encodeDynvcClose } from '../../../../src/protocol/rdp/channels/drdynvc/close.ts';
import { encodeCreateResponse } from '../../../../src/protocol/rdp/channels/drdynvc/create.ts';
import { encodeDynvcMessage } from '../../../../src/protocol/rdp/channels/drdynvc/data.ts';
import { decodeDynvcPdu, type DynvcPdu } from '../../../../src/protocol/rdp/channels/drdynvc/pdu.ts';
import type { Rect, Size } from '../../../../src/protocol/rdp/geometry.ts';
import type { GraphicsUpdate } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { PictureStream, type StreamedFrame } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { encodeCapsAdvertise, GFX_VERSION } from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { FastPathOutputDecoder } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { encodeGfxFrameAcknowledge } from '../../../../src/protocol/rdp/pdu/rdpgfx/frames.ts';
import { encodeGfxPdu, GFX_CMD } from '../../../../src/protocol/rdp/pdu/rdpgfx/header.ts';
import { decodeGfxServerPdus } from '../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { decodeSegmentedData, encodeSegmentedData, plainSegments } from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { ChannelJoiner, encodeChannelChunks } from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import type { RdpServer } from '../../../../src/protocol/rdp/server/rdp-server.ts';
import { GRAPHICS_CHANNEL_DEADLINE_MS } from '../../../../src/protocol/rdp/server/server-graphics.ts';
import { MessageJoiner } from '../../../../src/protocol/rdp/channels/drdynvc/message-joiner.ts';
import { applied } from '../../../support/applied.ts';
import { captured } from '../../../support/captured.ts';
import { silent } from '../../../support/recorded-channel.ts';
import { noise, paint } from '../graphics/pictures.ts';
import { concat, errorCode } from '../pdu/arbitrary-bytes.ts';
import { IO_CHANNEL_ID } from '../../../../src/protocol/rdp/server/server-domain.ts';
import { CLIENT_DATA, DESKTOP, newServer, sentFastPath, sentOn, tags, wire } from './scripted-client.ts';

const DRDYNVC_ID = 1004;
const MESSAGE_ID = 1005;
const USER_ID = 1006;
const ADVERTISED = encodeCapsAdvertise([{ version: GFX_VERSION.v8, flags: 0 }]);
const CHANNEL = { encoder: { name: 'channel', avc420: false, remoteFx: true }, acknowledgement: 'channel' };

/** A client that has announced the graphics channel, in the session as far as its Font List. */
function announced(): { readonly server: RdpServer; readonly outputs: readonly RdpServerOutput[] } {
  const server = newServer();
  server.receive(wire.request(), 0);
  server.tlsEstablished();
  const { core } = CLIENT_DATA;
  const earlyCapabilityFlags = core.earlyCapabilityFlags | EARLY_CAPABILITY.dynvcGfx;
  server.receive(
    wire.connectInitial({ ...CLIENT_DATA, core: { ...core, earlyCapabilityFlags }, network: [{ name: 'drdynvc', options: 0 }] }),
    0,
  );
  server.receive(wire.mcs({ tag: 'attachUserRequest' }), 0);
  const joins = [IO_CHANNEL_ID, USER_ID, MESSAGE_ID, DRDYNVC_ID].map((id) => wire.join(id, USER_ID));
  server.receive(concat([...joins, wire.clientInfo(USER_ID)]), 0);
  server.admit(DESKTOP, silent());
  server.receive(wire.confirmActive(undefined, USER_ID), 0);
  const finalization = [31, 20, 39].map((type) =>
    wire.share(type, type === 20 ? new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0]) : new Uint8Array(8), USER_ID),
  );
  return { server, outputs: server.receive(concat(finalization), 0) };
}

const hear = (server: RdpServer, ...pdus: readonly Uint8Array[]): RdpServerOutput[] =>
  pdus.flatMap((pdu) => encodeChannelChunks(pdu).flatMap((chunk) => server.receive(wire.on(DRDYNVC_ID, chunk, USER_ID), 0)));
const dynvc = (outputs: readonly RdpServerOutput[]): DynvcPdu[] => {
  const joiner = new ChannelJoiner();
  return sentOn(outputs, DRDYNVC_ID).flatMap((chunk) => {
    const message = joiner.push(chunk);
    return message === undefined ? [] : [decodeDynvcPdu(message, 'server')];
  });
};
/** PDUs of the graphics channel. */
const drawn = (outputs: readonly RdpServerOutput[]) =>
  dynvc(outputs).flatMap((pdu) =>
    pdu.tag === 'data' ? decodeSegmentedData(pdu.data).segments.flatMap(({ data }) => Array.from(decodeGfxServerPdus(data))) : [],
  );
const actives = (outputs: readonly RdpServerOutput[]) => outputs.flatMap((output) => (output.tag === 'active' ? [output] : []));

/** … that has answered on it. */
function answered(): { readonly server: RdpServer; readonly outputs: readonly RdpServerOutput[] } {
  const { server } = announced();
  hear(server, encodeDynvcCapabilities({ version: 1 }), encodeCreateResponse({ channelId: 1, creationStatus: 0 }));
  return { server, outputs: hear(server, ...encodeDynvcMessage(1, ADVERTISED)) };
}

const update = (surfaces: readonly number[]): Extract<GraphicsUpdate, { route: 'channel' }> => ({
  route: 'channel',
  bytes: encodeSegmentedData(plainSegments(new Uint8Array(0))),
  surfaces,
});

describe('a client that has announced the graphics channel', () => {
  it('is sent no picture before it has answered, and then what it has been confirmed', () => {
    const { server, outputs } = announced();
    expect(actives(outputs)).toEqual([]);
    expect(dynvc(outputs)).toEqual([expect.objectContaining({ tag: 'capabilities' })]);
    expect(errorCode(() => server.sendGraphics([]))).toBe('ILLEGAL_TRANSITION');
    const asked = hear(server, encodeDynvcCapabilities({ version: 1 }));
    expect(dynvc(asked)).toEqual([expect.objectContaining({ tag: 'createRequest', name: 'Microsoft::Windows::RDS::Graphics' })]);
    expect(hear(server, encodeCreateResponse({ channelId: 1, creationStatus: 0 }))).toEqual([]);
    const confirmed = hear(server, ...encodeDynvcMessage(1, ADVERTISED));
    expect(drawn(confirmed)).toEqual([{ tag: 'capsConfirm', set: { version: GFX_VERSION.v8, flags: 0 } }]);
    expect(actives(confirmed)).toEqual([{ tag: 'active', graphics: CHANNEL, desktop: DESKTOP }]);
    // The confirmation comes before whatever a listener sends upon `active`.
    expect(tags(confirmed)).toEqual(['send', 'active']);
  });

  it('is served in updates, once, when it does not answer in time; when it answers late the picture goes over', () => {
    const { server } = announced();
    expect(actives(server.tick(1_000))).toEqual([]);
    expect(actives(server.tick(1_000 + GRAPHICS_CHANNEL_DEADLINE_MS - 1))).toEqual([]);
    expect(actives(server.tick(1_000 + GRAPHICS_CHANNEL_DEADLINE_MS))).toMatchObject([{ graphics: { encoder: { name: 'planar' } } }]);
    expect(actives(server.tick(2_000 + GRAPHICS_CHANNEL_DEADLINE_MS))).toEqual([]);
    hear(server, encodeDynvcCapabilities({ version: 1 }), encodeCreateResponse({ channelId: 1, creationStatus: 0 }));
    expect(actives(hear(server, ...encodeDynvcMessage(1, ADVERTISED)))).toMatchObject([{ graphics: CHANNEL }]);
  });

  it('is served in updates at once when it refuses the channel, or takes nothing that is known', () => {
    const { server } = announced();
    hear(server, encodeDynvcCapabilities({ version: 1 }));
    const refused = hear(server, encodeCreateResponse({ channelId: 1, creationStatus: -1 }));
    expect(actives(refused)).toMatchObject([{ graphics: { encoder: { name: 'planar' } } }]);
    const other = announced().server;
    hear(other, encodeDynvcCapabilities({ version: 1 }), encodeCreateResponse({ channelId: 1, creationStatus: 0 }));
    const unknown = hear(other, ...encodeDynvcMessage(1, encodeCapsAdvertise([{ version: 0x000f_0000, flags: 0 }])));
    expect(actives(unknown)).toMatchObject([{ graphics: { encoder: { name: 'planar' } } }]);
  });

  it('acknowledges frames on it, or says that it will not', () => {
    const { server } = answered();
    const acknowledge = { frameId: 5, queued: 0, suspended: false, totalFramesDecoded: 1 };
    expect(hear(server, ...encodeDynvcMessage(1, encodeGfxFrameAcknowledge(acknowledge)))).toEqual([
      { tag: 'frameAcknowledged', frameId: 5 },
    ]);
    expect(hear(server, ...encodeDynvcMessage(1, encodeGfxFrameAcknowledge({ ...acknowledge, suspended: true })))).toEqual([
      { tag: 'frameAcknowledged', frameId: 5, suspended: true },
    ]);
  });

  it('hears of another size without being reactivated, and of the end of its surfaces before the new ones', () => {
    const { server } = answered();
    server.sendGraphics([update([1, 2])]);
    const resized = server.resize({ width: 640, height: 480 });
    expect(tags(resized)).toEqual(['send', 'send', 'active']);
    expect(drawn(resized)).toEqual([
      { tag: 'deleteSurface', surfaceId: 1 },
      { tag: 'deleteSurface', surfaceId: 2 },
    ]);
    expect(actives(resized)).toEqual([{ tag: 'active', graphics: CHANNEL, desktop: { width: 640, height: 480 } }]);
    expect(drawn(server.resize({ width: 320, height: 200 }))).toEqual([]);
  });

  it('hears of the end of surfaces that an encoder has left behind, before those of the next', () => {
    const { server } = answered();
    expect(drawn(server.sendGraphics([{ ...update([1, 2]), first: true }]))).toEqual([]);
    const next = server.sendGraphics([{ ...update([1]), first: true }, update([1])]);
    expect(drawn(next)).toEqual([
      { tag: 'deleteSurface', surfaceId: 1 },
      { tag: 'deleteSurface', surfaceId: 2 },
    ]);
    expect(sentOn(next, DRDYNVC_ID)).toHaveLength(4);
  });

  it('is given the picture anew where an answer has come between frames, since it counts in the history of what was sent', () => {
    const { server } = answered();
    server.sendGraphics([update([1])]);
    const offered = encodeGfxPdu(GFX_CMD.cacheImportOffer, new Uint8Array(2));
    const outputs = hear(server, ...encodeDynvcMessage(1, offered));
    expect(drawn(outputs)).toEqual([
      { tag: 'other', cmdId: GFX_CMD.cacheImportReply },
      { tag: 'deleteSurface', surfaceId: 1 },
    ]);
    expect(actives(outputs)).toEqual([{ tag: 'active', graphics: CHANNEL, desktop: DESKTOP }]);
    // A client offers its cache once.
    expect(hear(server, ...encodeDynvcMessage(1, offered))).toEqual([]);
  });

  it('that says again and again what it takes is served in updates', () => {
    const { server } = answered();
    const outputs: RdpServerOutput[] = [];
    for (let count = 0; count < 100; count += 1) outputs.push(...hear(server, ...encodeDynvcMessage(1, ADVERTISED)));
    expect(actives(outputs).length).toBeLessThan(20);
    expect(dynvc(outputs).map(({ tag }) => tag)).toContain('close');
    const many = answered().server;
    expect(hear(many, ...encodeDynvcMessage(1, concat(Array.from({ length: 1_000 }, () => ADVERTISED)))).length).toBeLessThan(40);
  });

  it('begins anew when it says again what it takes, with nothing to be deleted', () => {
    const { server } = answered();
    server.sendGraphics([update([1])]);
    const again = hear(server, ...encodeDynvcMessage(1, ADVERTISED));
    expect(drawn(again).map(({ tag }) => tag)).toEqual(['capsConfirm']);
    expect(actives(again)).toHaveLength(1);
  });

  it('is served in updates after a reactivation when it closes the channel; what nobody understands closes it as well', () => {
    for (const end of [encodeDynvcClose({ channelId: 1 }), ...encodeDynvcMessage(1, Uint8Array.of(1, 2, 3))]) {
      const { server } = answered();
      server.sendGraphics([update([1])]);
      const ended = hear(server, end);
      expect(tags(ended)).toContain('suspended');
      expect(actives(ended)).toEqual([]);
      expect(errorCode(() => server.sendGraphics([update([1])]))).toBe('ILLEGAL_TRANSITION');
      server.receive(wire.confirmActive(undefined, USER_ID), 0);
      const back = server.receive(wire.share(39, new Uint8Array(8), USER_ID), 0);
      expect(actives(back)).toMatchObject([{ graphics: { encoder: { name: 'planar' } }, desktop: DESKTOP }]);
    }
  });
});

type Act =
  | { readonly tag: 'draws'; readonly rect: Rect; readonly seed: number }
  | { readonly tag: 'resizes'; readonly size: Size }
  /** Says this while a picture is being made, or between two. */
  | { readonly tag: 'says'; readonly what: keyof typeof SAYINGS; readonly meanwhile: boolean };

/** What a client may say at any time, whether it makes sense or not. */
const SAYINGS = {
  capabilities: () => encodeDynvcMessage(1, ADVERTISED),
  otherCapabilities: () => encodeDynvcMessage(1, encodeCapsAdvertise([{ version: GFX_VERSION.v10_7, flags: 0x20 }])),
  cache: () => encodeDynvcMessage(1, encodeGfxPdu(GFX_CMD.cacheImportOffer, new Uint8Array(2))),
  tooMuch: () =>
    encodeDynvcMessage(
      1,
      encodeGfxFrameAcknowledge({ frameId: 4_000_000_000, queued: 0xffff_fffe, suspended: false, totalFramesDecoded: 7 }),
    ),
  nothingMore: () => encodeDynvcMessage(1, encodeGfxFrameAcknowledge({ frameId: 1, queued: 0, suspended: true, totalFramesDecoded: 0 })),
  yesAgain: () => [encodeCreateResponse({ channelId: 1, creationStatus: 0 })],
  noAfterAll: () => [encodeCreateResponse({ channelId: 1, creationStatus: -1 })],
  version: () => [encodeDynvcCapabilities({ version: 2 })],
  close: () => [encodeDynvcClose({ channelId: 1 })],
  nonsense: () => encodeDynvcMessage(1, Uint8Array.of(1, 2, 3)),
} as const;

/** A novice's side without capture and socket, and a client that reads all that it is sent. */
class Hostile {
  private server: RdpServer;
  private screen = paint(DESKTOP.width, DESKTOP.height, noise(3));
  private readonly stream = new PictureStream(this.screen);
  private readonly decoder = new GraphicsDecoder(DESKTOP);
  private readonly fastPath = new FastPathOutputDecoder();
  private readonly chunks = new ChannelJoiner();
  private readonly messages = new MessageJoiner(64 * 1024 * 1024);
  private generation = 0;
  private open = true;
  private active = false;

  constructor() {
    const { server, outputs } = answered();
    this.server = server;
    this.take(outputs);
  }

  async does(act: Act): Promise<void> {
    switch (act.tag) {
      case 'draws': {
        const { x, y, width, height } = act.rect;
        const next = noise(act.seed);
        const words = new Int32Array(this.screen.pixels.buffer);
        for (let row = y; row < y + height; row += 1)
          for (let at = x; at < x + width; at += 1) words[row * this.screen.width + at] = next();
        return this.frame();
      }
      case 'resizes':
        this.screen = paint(act.size.width, act.size.height, noise(act.size.width));
        this.stream.resize(this.screen);
        this.take(this.server.resize(act.size));
        return this.frame();
      case 'says': {
        if (!act.meanwhile) {
          this.say(act.what);
          return this.frame();
        }
        const making = this.encode();
        this.say(act.what);
        return this.send(await making);
      }
    }
  }

  async ends(): Promise<void> {
    for (let count = 0; count < 20; count += 1) await this.frame();
    expect(this.decoder.surface).toMatchObject({ width: this.screen.width, height: this.screen.height });
    const { words } = this.decoder.surface;
    const is = new Int32Array(this.screen.pixels.buffer);
    expect(words.every((word, at) => ((word & 0xff) << 16) + (word & 0xff00) + ((word >> 16) & 0xff) === ((is[at] ?? 0) & 0xff_ffff))).toBe(
      true,
    );
  }

  private say(what: keyof typeof SAYINGS): void {
    if (what === 'close') this.open = false;
    for (const pdu of SAYINGS[what]())
      for (const chunk of encodeChannelChunks(pdu)) this.take(this.server.receive(wire.on(DRDYNVC_ID, chunk, USER_ID), 0));
  }

  private async frame(): Promise<void> {
    await this.send(await this.encode());
  }

  private async encode(): Promise<StreamedFrame | undefined> {
    const { width, height } = this.screen;
    return this.stream.encode(captured(this.screen, [{ x: 0, y: 0, width, height }]));
  }

  /** As the pump does: what was made for other settings is dropped. */
  private async send(frame: StreamedFrame | undefined): Promise<void> {
    if (frame === undefined || frame.generation !== this.generation || !this.active) return;
    this.take(this.server.sendGraphics(frame.updates));
  }

  private take(outputs: readonly RdpServerOutput[]): void {
    let reactivates = false;
    for (const output of outputs) {
      if (output.tag === 'suspended') {
        this.active = false;
        reactivates = true;
      } else if (output.tag === 'active') {
        this.active = true;
        this.generation += 1;
        this.stream.configure(output.graphics, this.generation);
        if (output.graphics.encoder.name !== 'channel') this.decoder.resize(output.desktop);
      } else if (output.tag === 'send') this.read([output]);
      else if (output.tag === 'closed') throw new Error('closed');
    }
    if (!reactivates) return;
    this.take(this.server.receive(wire.confirmActive(undefined, USER_ID), 0));
    this.take(this.server.receive(wire.share(39, new Uint8Array(8), USER_ID), 0));
  }

  private read(outputs: readonly RdpServerOutput[]): void {
    for (const pdu of sentFastPath(outputs))
      for (const { updateCode, data } of this.fastPath.decode(pdu)) applied(this.decoder.apply({ tag: 'update', updateCode, data }));
    for (const chunk of sentOn(outputs, DRDYNVC_ID)) {
      const whole = this.chunks.push(chunk);
      const pdu = whole === undefined ? undefined : decodeDynvcPdu(whole, 'server');
      if (pdu?.tag === 'close') this.open = false;
      if (pdu?.tag !== 'data' || !this.open) continue;
      const data = this.messages.push(pdu);
      if (data !== undefined) applied(this.decoder.apply({ tag: 'channel', data }));
    }
  }
}

describe('whatever a client says on its way', () => {
  const acts: fc.Arbitrary<Act> = fc.oneof(
    fc.record({
      tag: fc.constant('draws' as const),
      rect: fc.record({ x: fc.nat(40), y: fc.nat(40), width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 50 }) }),
      seed: fc.nat(),
    }),
    fc.record({
      tag: fc.constant('resizes' as const),
      size: fc.record({ width: fc.integer({ min: 100, max: 260 }), height: fc.integer({ min: 90, max: 200 }) }),
    }),
    {
      weight: 4,
      arbitrary: fc.record({
        tag: fc.constant('says' as const),
        what: fc.constantFrom(...(Object.keys(SAYINGS) as (keyof typeof SAYINGS)[])),
        meanwhile: fc.boolean(),
      }),
    },
  );

  it('it is sent what it can read, and sees the screen as it is in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 12 }), async (all) => {
        const hostile = new Hostile();
        await hostile.does({ tag: 'resizes', size: { width: 200, height: 150 } });
        for (const act of all) await hostile.does(act);
        await hostile.ends();
      }),
      { numRuns: Number(process.env['RINGBACK_TEST_RUNS'] ?? 20) },
    );
  });
});
