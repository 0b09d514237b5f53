import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import type { Channel, ChannelOutput, ChannelPort, Urgency } from '../../../../src/protocol/rdp/channels/contract.ts';
import { encodeDynvcCapabilities } from '../../../../src/protocol/rdp/channels/drdynvc/capabilities.ts';
import { encodeDynvcClose } from '../../../../src/protocol/rdp/channels/drdynvc/close.ts';
import { CREATION_STATUS, encodeCreateRequest, encodeCreateResponse } from '../../../../src/protocol/rdp/channels/drdynvc/create.ts';
import { encodeDynvcData, encodeDynvcMessage } from '../../../../src/protocol/rdp/channels/drdynvc/data.ts';
import { DrdynvcClient } from '../../../../src/protocol/rdp/channels/drdynvc/drdynvc-client.ts';
import { DrdynvcServer } from '../../../../src/protocol/rdp/channels/drdynvc/drdynvc-server.ts';
import { decodeDynvcPdu } from '../../../../src/protocol/rdp/channels/drdynvc/pdu.ts';
import { CHANNEL_CHUNK_BYTES, CHANNEL_MAX_BYTES } from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import { AllocationMeter } from '../../../fuzz/allocation-meter.ts';
import { RecordedChannel } from '../../../support/recorded-channel.ts';
import { errorCode } from '../pdu/arbitrary-bytes.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const dynamic = (name: string, urgency: Urgency = 'bulk') => new RecordedChannel(name, { kind: 'dynamic', urgency });
const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

/** One end of `drdynvc` on a wire that keeps what it says. */
class End {
  readonly carrier: Channel;
  readonly said: { readonly message: Uint8Array; readonly urgency: Urgency | undefined }[] = [];
  private readonly port: ChannelPort = {
    send: (messages, urgency) => {
      this.take(messages.map((message) => ({ tag: 'send', message, ...(urgency === undefined ? {} : { urgency }) })));
      return Promise.resolve();
    },
    close: () => undefined,
  };

  constructor(carrier: Channel) {
    this.carrier = carrier;
    this.take(carrier.start(this.port));
  }

  hear(...messages: readonly Uint8Array[]): this {
    for (const message of messages) this.take(this.carrier.receive(message));
    return this;
  }

  /** What has been said since. */
  saying(): Uint8Array[] {
    return this.said.splice(0).map(({ message }) => message);
  }

  private take(outputs: readonly ChannelOutput[]): void {
    for (const output of outputs) if (output.tag === 'send') this.said.push({ message: output.message, urgency: output.urgency });
  }
}

/** Says everything there is to say, both ways. */
function settle(server: End, client: End): void {
  for (let more = true; more; ) {
    const [down, up] = [server.saying(), client.saying()];
    client.hear(...down);
    server.hear(...up);
    more = down.length + up.length > 0;
  }
}

describe('the examples of [MS-RDPEDYC] 4', () => {
  it('capabilities of versions 1 and 2, and their answer', () => {
    expect(decodeDynvcPdu(hex('50 00 01 00'), 'server')).toEqual({ tag: 'capabilities', version: 1 });
    const version2 = hex('50 00 02 00 33 33 11 11 3d 0a a7 04');
    expect(decodeDynvcPdu(version2, 'server')).toEqual({
      tag: 'capabilities',
      version: 2,
      priorityCharges: [0x3333, 0x1111, 0x0a3d, 0x04a7],
    });
    expect(encodeDynvcCapabilities({ version: 2, priorityCharges: [0x3333, 0x1111, 0x0a3d, 0x04a7] })).toEqual(version2);
    expect(decodeDynvcPdu(hex('50 00 02 00'), 'client')).toEqual({ tag: 'capabilities', version: 2 });
  });

  it('create, data in two pieces, close', () => {
    const request = hex('10 03 74 65 73 74 64 76 63 00');
    expect(decodeDynvcPdu(request, 'server')).toEqual({ tag: 'createRequest', channelId: 3, priority: 0, name: 'testdvc' });
    expect(encodeCreateRequest({ channelId: 3, priority: 0, name: 'testdvc' })).toEqual(request);
    expect(decodeDynvcPdu(hex('10 03 00 00 00 00'), 'client')).toEqual({ tag: 'createResponse', channelId: 3, creationStatus: 0 });
    // Length field of two bytes: 3120, and what follows.
    expect(decodeDynvcPdu(hex('24 03 30 0c 71 71'), 'server')).toEqual({ tag: 'data', channelId: 3, length: 3120, data: hex('7171') });
    expect(decodeDynvcPdu(hex('30 03 71 71'), 'server')).toEqual({ tag: 'data', channelId: 3, data: hex('7171') });
    expect(decodeDynvcPdu(hex('40 03'), 'server')).toEqual({ tag: 'close', channelId: 3 });
    expect(encodeDynvcClose({ channelId: 0x1_0000 })).toEqual(hex('42 00 00 01 00'));
  });
});

describe('bounds', () => {
  it.each([
    ['a width that means nothing', hex('13 03 61 00'), 'OUT_OF_RANGE'],
    ['a name without an end', hex('10 03 61 61'), 'TRUNCATED'],
    ['a name that is not ASCII', hex('10 03 e4 00'), 'OUT_OF_RANGE'],
    ['a name of 300 characters', Uint8Array.from([0x10, 3, ...Array.from({ length: 300 }, () => 0x61), 0]), 'TOO_LARGE'],
    ['nothing', hex(''), 'TRUNCATED'],
    ['a length that means nothing', hex('2c 03 00'), 'OUT_OF_RANGE'],
  ])('%s', (_, message, code) => {
    expect(errorCode(() => decodeDynvcPdu(message, 'server'))).toBe(code);
  });

  it('any message, of any channel, comes through in PDUs that fit a chunk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 9_000 }), (channelId, length) => {
        const message = Uint8Array.from({ length }, (_, index) => index * 7);
        const pdus = encodeDynvcMessage(channelId, message);
        expect(pdus.every((pdu) => pdu.length <= CHANNEL_CHUNK_BYTES)).toBe(true);
        const parts = pdus.map((pdu) => decodeDynvcPdu(pdu, 'client'));
        const whole = Buffer.concat(parts.map((part) => (part.tag === 'data' && part.channelId === channelId ? part.data : hex(''))));
        expect(new Uint8Array(whole)).toEqual(message);
      }),
    );
  });
});

describe('both ends together', () => {
  it.each([1, 1589, 1590, 1598, 1599, 1600, 70_000])('a channel opens and messages of %i bytes come through, both ways', (length) => {
    const [ours, theirs] = [dynamic('Ringback::Echo', 'picture'), dynamic('Ringback::Echo', 'bulk')];
    ours.greeting = [{ tag: 'send', message: Uint8Array.from({ length }, (_, index) => index) }];
    theirs.answer = (message) => [{ tag: 'send', message: message.toReversed() }];
    const [server, client] = [new End(new DrdynvcServer([ours])), new End(new DrdynvcClient([theirs]))];
    settle(server, client);
    expect(theirs.heard).toEqual([Uint8Array.from({ length }, (_, index) => index)]);
    expect(ours.heard).toEqual([theirs.heard[0]?.toReversed()]);
  });

  it('a name that the client has not got is refused, the others live; either side closes', () => {
    const [offered, unknown, theirs] = [dynamic('A'), dynamic('B'), dynamic('A')];
    const [server, client] = [new End(new DrdynvcServer([unknown, offered])), new End(new DrdynvcClient([theirs]))];
    settle(server, client);
    expect([offered.port, unknown.port, theirs.port].map((port) => port !== undefined)).toEqual([true, false, true]);
    offered.port?.close();
    settle(server, client);
    expect([offered.closed, theirs.closed, unknown.closed]).toEqual([1, 1, 0]);
  });

  it('the client closes, and is not answered', () => {
    const [ours, theirs] = [dynamic('A'), dynamic('A')];
    const [server, client] = [new End(new DrdynvcServer([ours])), new End(new DrdynvcClient([theirs]))];
    settle(server, client);
    theirs.port?.close();
    server.hear(...client.saying());
    expect(server.saying()).toEqual([]);
    expect([ours.closed, theirs.closed]).toEqual([1, 1]);
  });

  it('when the connection is over every open channel is closed, once; its port then refuses', async () => {
    const [ours, theirs] = [dynamic('A'), dynamic('A')];
    const [server, client] = [new End(new DrdynvcServer([ours])), new End(new DrdynvcClient([theirs]))];
    settle(server, client);
    const { port } = ours;
    server.carrier.close();
    server.carrier.close();
    client.carrier.close();
    expect([ours.closed, theirs.closed]).toEqual([1, 1]);
    await expect(port?.send([text('late')])).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('the server', () => {
  const started = (...channels: readonly Channel[]) => new End(new DrdynvcServer(channels));

  it('announces version 2 with charges, and offers nothing before the client has said its own', () => {
    const server = started(dynamic('A', 'control'), dynamic('B', 'picture'), dynamic('C', 'bulk'));
    expect(server.saying().map((message) => decodeDynvcPdu(message, 'server'))).toEqual([
      { tag: 'capabilities', version: 2, priorityCharges: [936, 3276, 9362, 21_845] },
    ]);
    server.hear(encodeDynvcCapabilities({ version: 1 }), encodeDynvcCapabilities({ version: 1 }));
    expect(server.saying().map((message) => decodeDynvcPdu(message, 'server'))).toEqual([
      { tag: 'createRequest', channelId: 1, priority: 0, name: 'A' },
      { tag: 'createRequest', channelId: 2, priority: 1, name: 'B' },
      { tag: 'createRequest', channelId: 3, priority: 3, name: 'C' },
    ]);
  });

  it('takes any success for a yes, and an answer to nothing for nothing', () => {
    const [first, second] = [dynamic('A'), dynamic('B')];
    const server = started(first, second).hear(encodeDynvcCapabilities({ version: 2 }));
    server.hear(
      encodeCreateResponse({ channelId: 1, creationStatus: 1 }),
      encodeCreateResponse({ channelId: 2, creationStatus: CREATION_STATUS.notFound }),
      encodeCreateResponse({ channelId: 9, creationStatus: 0 }),
      encodeCreateResponse({ channelId: 2, creationStatus: 0 }),
    );
    expect([first.port !== undefined, second.port !== undefined]).toEqual([true, false]);
  });

  it('what a channel says has the channel’s urgency, its end too', () => {
    const channel = dynamic('A', 'picture');
    const server = started(channel).hear(
      encodeDynvcCapabilities({ version: 2 }),
      encodeCreateResponse({ channelId: 1, creationStatus: 0 }),
    );
    server.saying();
    void channel.port?.send([new Uint8Array(2_000)]);
    channel.port?.close();
    expect(server.said.map(({ urgency }) => urgency)).toEqual(['picture', 'picture', 'picture']);
  });

  it('compressed data, which nobody was offered, are an error; unknown commands and channels are passed over', () => {
    const server = started(dynamic('A'));
    server.saying();
    server.hear(
      hex('80 00'),
      hex('90 00 00 00 00 00'),
      encodeDynvcData({ channelId: 5, data: text('x') }),
      encodeDynvcClose({ channelId: 5 }),
    );
    expect(server.saying()).toEqual([]);
    expect(errorCode(() => server.hear(hex('70 01 00')))).toBe('REFUSED');
  });
});

describe('the client', () => {
  const started = (...channels: readonly Channel[]) => new End(new DrdynvcClient(channels));

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [9, 2],
  ])('answers version %i with %i', (version, answer) => {
    const client = started();
    const charges = version === 1 ? {} : { priorityCharges: [1, 2, 3, 4] as const };
    client.hear(encodeDynvcCapabilities({ version, ...charges }));
    expect(client.saying()).toEqual([encodeDynvcCapabilities({ version: answer })]);
  });

  it('opens what it has, once, and refuses the rest with STATUS_NOT_FOUND; Capabilities may be left out', () => {
    const channel = dynamic('A');
    const client = started(channel);
    client.hear(
      encodeCreateRequest({ channelId: 300, priority: 2, name: 'A' }),
      encodeCreateRequest({ channelId: 4, priority: 0, name: 'A' }),
    );
    client.hear(encodeCreateRequest({ channelId: 5, priority: 0, name: 'Microsoft::Windows::RDS::Graphics' }));
    expect(client.saying().map((message) => decodeDynvcPdu(message, 'client'))).toEqual([
      { tag: 'createResponse', channelId: 300, creationStatus: 0 },
      { tag: 'createResponse', channelId: 4, creationStatus: 0xc000_0225 | 0 },
      { tag: 'createResponse', channelId: 5, creationStatus: 0xc000_0225 | 0 },
    ]);
    expect(errorCode(() => client.hear(encodeCreateRequest({ channelId: 300, priority: 0, name: 'B' })))).toBe('UNEXPECTED');
  });

  it('a number may be used again once its channel is closed, and the channel may be opened again', () => {
    const channel = dynamic('A');
    const open = encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' });
    const client = started(channel).hear(open, encodeDynvcClose({ channelId: 1 }), encodeDynvcClose({ channelId: 1 }), open);
    expect(client.saying().map((message) => decodeDynvcPdu(message, 'client').tag)).toEqual(['createResponse', 'close', 'createResponse']);
    expect([channel.closed, channel.port !== undefined]).toEqual([1, true]);
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['a message longer than the channel takes', [encodeDynvcData({ channelId: 1, length: CHANNEL_MAX_BYTES + 1, data: text('x') })]],
    ['more data than were announced', [encodeDynvcData({ channelId: 1, length: 2, data: text('xxx') })]],
    [
      'a second beginning in the middle of a message',
      [encodeDynvcData({ channelId: 1, length: 5, data: text('x') }), encodeDynvcData({ channelId: 1, length: 5, data: text('x') })],
    ],
    ['what the channel makes no sense of', [encodeDynvcData({ channelId: 1, data: text('nonsense') })]],
  ])('%s closes that channel and no other', (_, messages) => {
    const [channel, other] = [dynamic('A'), dynamic('B')];
    channel.answer = () => {
      throw new ProtocolError('MALFORMED', 'x', 'y', 'z');
    };
    const client = started(channel, other).hear(
      encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' }),
      encodeCreateRequest({ channelId: 2, priority: 0, name: 'B' }),
    );
    client.saying();
    client.hear(...messages, encodeDynvcData({ channelId: 1, data: text('late') }), encodeDynvcData({ channelId: 2, data: text('on') }));
    expect(client.saying()).toEqual([encodeDynvcClose({ channelId: 1 })]);
    expect([channel.closed, other.closed, other.heard.length]).toEqual([1, 0, 1]);
  });

  it('a channel’s own bound holds for messages in one piece too', () => {
    const channel = new RecordedChannel('A', { kind: 'dynamic', maxMessageBytes: 3 });
    const client = started(channel).hear(encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' }));
    client.saying();
    client.hear(encodeDynvcData({ channelId: 1, data: text('abc') }), encodeDynvcData({ channelId: 1, data: text('abcd') }));
    expect([channel.heard, client.saying()]).toEqual([[text('abc')], [encodeDynvcClose({ channelId: 1 })]]);
  });

  it('sets aside what has come, not what is promised, however often; and a long message comes through whole', () => {
    const channel = dynamic('A');
    const client = started(channel);
    const open = encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' });
    const promise = encodeDynvcData({ channelId: 1, length: CHANNEL_MAX_BYTES, data: text('x') });
    const meter = new AllocationMeter();
    try {
      for (let time = 0; time < 10; time += 1) client.hear(open, promise, encodeDynvcClose({ channelId: 1 }));
      expect(meter.bytes).toBeLessThan(CHANNEL_MAX_BYTES);
    } finally {
      meter.close();
    }
    for (const length of [65_535, 65_536, 65_537, 300_000, CHANNEL_MAX_BYTES]) {
      const message = Uint8Array.from({ length }, (_, at) => at % 251);
      client.hear(open, ...encodeDynvcMessage(1, message), encodeDynvcClose({ channelId: 1 }));
      expect(Buffer.compare(channel.heard.at(-1) ?? text(''), message)).toBe(0);
    }
  });

  it('an error of ours is not the other side’s', () => {
    const channel = dynamic('A');
    channel.answer = () => {
      throw new TypeError('ours');
    };
    const client = started(channel).hear(encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' }));
    expect(() => client.hear(encodeDynvcData({ channelId: 1, data: text('x') }))).toThrow(TypeError);
  });

  it('gives what it hears in one piece that nobody changes afterwards', () => {
    const channel = dynamic('A');
    const client = started(channel).hear(encodeCreateRequest({ channelId: 1, priority: 0, name: 'A' }));
    const pdu = encodeDynvcData({ channelId: 1, data: text('abc') });
    client.hear(pdu);
    pdu.fill(0);
    expect(channel.heard).toEqual([text('abc')]);
  });
});
