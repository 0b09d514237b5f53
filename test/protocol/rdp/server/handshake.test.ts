import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeDemandActive } from '../../../../src/protocol/rdp/pdu/demand-active.ts';
import { CONTROL_ACTION, decodeControl } from '../../../../src/protocol/rdp/pdu/finalization.ts';
import { decodeConferenceCreateResponse } from '../../../../src/protocol/rdp/pdu/gcc.ts';
import { decodeLicence } from '../../../../src/protocol/rdp/pdu/licence.ts';
import { decodeConnectResponse } from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { encodeFastPathInput } from '../../../../src/protocol/rdp/pdu/fast-path-input.ts';
import { PduFramer } from '../../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { decodeServerData, type ServerData } from '../../../../src/protocol/rdp/pdu/server-data.ts';
import { PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { encodeTpkt } from '../../../../src/protocol/rdp/pdu/tpkt.ts';
import { decodeConnectionConfirm, decodeX224Data, NEG_FAILURE, PROTOCOL } from '../../../../src/protocol/rdp/pdu/x224.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import { IO_CHANNEL_ID } from '../../../../src/protocol/rdp/server/server-domain.ts';
import { chunks, concat, errorCode } from '../pdu/arbitrary-bytes.ts';
import { RecordedChannel, silent } from '../../../support/recorded-channel.ts';
import {
  CHANNEL,
  CLIENT_DATA,
  CLIENT_SETS,
  DESKTOP,
  INFO,
  joinAll,
  newServer,
  only,
  type Phase,
  sent,
  sentOn,
  sentShareData,
  serverAt,
  tags,
  wire,
} from './scripted-client.ts';

const KEY = { tag: 'key', scancode: 30, prefix: 'none', down: true } as const;

const payloadOf = (output: RdpServerOutput | undefined) => {
  const [framed] = new PduFramer().push(output?.tag === 'send' ? output.bytes : new Uint8Array(0));
  if (framed?.tag !== 'tpkt') throw new Error('no TPKT');
  return framed.payload;
};

const serverDataOf = (outputs: readonly RdpServerOutput[]): ServerData =>
  decodeServerData(decodeConferenceCreateResponse(decodeConnectResponse(decodeX224Data(payloadOf(outputs[0]))).userData));

describe('connection initiation', () => {
  it.each([PROTOCOL.ssl, PROTOCOL.ssl | PROTOCOL.hybrid, PROTOCOL.ssl | PROTOCOL.hybrid | PROTOCOL.hybridEx])(
    'answers %i with TLS',
    (protocols) => {
      const outputs = newServer().receive(wire.request(protocols), 0);
      expect(tags(outputs)).toEqual(['send', 'startTls']);
      expect(decodeConnectionConfirm(payloadOf(outputs[0]))).toEqual({ tag: 'response', selectedProtocol: PROTOCOL.ssl, flags: 3 });
    },
  );

  it.each([PROTOCOL.rdp, PROTOCOL.hybrid])('refuses %i: no plain RDP security, nothing but TLS', (protocols) => {
    const server = newServer();
    const outputs = server.receive(wire.request(protocols), 0);
    expect(tags(outputs)).toEqual(['send', 'closed']);
    expect(decodeConnectionConfirm(payloadOf(outputs[0]))).toEqual({ tag: 'failure', failureCode: NEG_FAILURE.sslRequiredByServer });
    expect(only(outputs, 'closed').reason).toBe(protocols === PROTOCOL.rdp ? 'plainRdp' : 'nla');
    expect(server.receive(wire.request(), 0)).toEqual([]);
  });

  it('refuses a client that does not negotiate at all', () => {
    const outputs = newServer().receive(encodeTpkt(Uint8Array.of(6, 0xe0, 0, 0, 0, 0, 0)), 0);
    expect(only(outputs, 'closed').reason).toBe('plainRdp');
  });

  it('takes nothing in plain after the confirm, not even in the same chunk', () => {
    expect(errorCode(() => serverAt('tls').receive(wire.connectInitial(), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => newServer().receive(concat([wire.request(), wire.connectInitial()]), 0))).toBe('ILLEGAL_TRANSITION');
  });

  it('does not believe in TLS before it has been asked for', () => {
    expect(errorCode(() => newServer().tlsEstablished())).toBe('ILLEGAL_TRANSITION');
  });
});

describe('basic settings', () => {
  it('numbers the channels, repeats the requested protocols and encrypts nothing below TLS', () => {
    const server = newServer();
    server.receive(wire.request(PROTOCOL.ssl | PROTOCOL.hybrid), 0);
    server.tlsEstablished();
    const data = serverDataOf(server.receive(wire.connectInitial(), 0));
    expect(data.core.clientRequestedProtocols).toBe(PROTOCOL.ssl | PROTOCOL.hybrid);
    expect(data.security).toEqual({ encryptionMethod: 0, encryptionLevel: 0 });
    expect(data.network).toEqual({ ioChannelId: IO_CHANNEL_ID, channelIds: [CHANNEL.encomsp, CHANNEL.cliprdr] });
    expect(data.messageChannelId).toBe(CHANNEL.message);
  });

  it('gives no message channel to a client that did not ask', () => {
    const data = serverDataOf(
      serverAt('basicSettings').receive(wire.connectInitial({ ...CLIENT_DATA, messageChannel: false, network: [] }), 0),
    );
    expect(data.messageChannelId).toBeUndefined();
    expect(data.network.channelIds).toEqual([]);
  });

  it('notices a downgrade: a client that believes something else was selected', () => {
    const core = { ...CLIENT_DATA.core, serverSelectedProtocol: PROTOCOL.hybrid };
    expect(errorCode(() => serverAt('basicSettings').receive(wire.connectInitial({ ...CLIENT_DATA, core }), 0))).toBe('UNEXPECTED');
  });
});

describe('channel connection', () => {
  const channels = [IO_CHANNEL_ID, CHANNEL.user, CHANNEL.message, CHANNEL.encomsp, CHANNEL.cliprdr];

  it('confirms joins in any order, all or some, and then takes Client Info', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(channels), fc.boolean(), (joined, erect) => {
        const server = serverAt('channelConnection');
        if (erect) expect(server.receive(wire.mcs({ tag: 'erectDomainRequest', subHeight: 0, subInterval: 0 }), 0)).toEqual([]);
        expect(sent(server.receive(wire.mcs({ tag: 'attachUserRequest' }), 0))).toEqual([
          { tag: 'attachUserConfirm', result: 0, initiator: CHANNEL.user },
        ]);
        for (const id of joined) {
          expect(sent(server.receive(wire.join(id), 0))).toEqual([
            { tag: 'channelJoinConfirm', result: 0, initiator: CHANNEL.user, requested: id, channelId: id },
          ]);
        }
        expect(tags(server.receive(wire.clientInfo(), 0))).toEqual(['clientInfo']);
        const list = (['encomsp', 'cliprdr', 'rdpdr'] as const).map((name) => new RecordedChannel(name));
        server.admit(DESKTOP, silent(...list));
        expect(list.every(({ port }) => port === undefined)).toBe(true);
        server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);
        const names = (['encomsp', 'cliprdr'] as const).filter((name) => joined.includes(CHANNEL[name]));
        expect(list.filter(({ port }) => port !== undefined).map(({ name }) => name)).toEqual(names);
      }),
    );
  });

  it("takes rdesktop's Erect Domain, which has no lengths", () => {
    const mcs = Uint8Array.of(2, 0xf0, 0x80, 0x04, 0, 1, 0, 1);
    expect(serverAt('channelConnection').receive(encodeTpkt(mcs), 0)).toEqual([]);
  });

  it('says no to a channel that does not exist', () => {
    expect(sent(serverAt('attached').receive(wire.join(1234), 0))).toMatchObject([
      { tag: 'channelJoinConfirm', result: 3, requested: 1234 },
    ]);
  });

  it('bounds the requests', () => {
    const server = serverAt('attached');
    expect(errorCode(() => server.receive(concat(Array.from({ length: 100 }, () => wire.join(IO_CHANNEL_ID))), 0))).toBe('TOO_LARGE');
  });

  it("refuses joins and data before Attach User, and data in another user's name", () => {
    expect(errorCode(() => serverAt('channelConnection').receive(wire.join(IO_CHANNEL_ID), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('channelConnection').receive(wire.clientInfo(), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('attached').receive(wire.clientInfo(CHANNEL.user + 1), 0))).toBe('UNEXPECTED');
  });

  it('wants Client Info and nothing else on the I/O channel, unencrypted', () => {
    expect(errorCode(() => serverAt('attached').receive(wire.on(IO_CHANNEL_ID, Uint8Array.of(0x80, 0, 0, 0)), 0))).toBe('UNEXPECTED');
    expect(errorCode(() => serverAt('attached').receive(wire.on(IO_CHANNEL_ID, Uint8Array.of(0x48, 0, 0, 0)), 0))).toBe('REFUSED');
  });
});

describe('Client Info', () => {
  it('says who is there, and what it presents', () => {
    const outputs = serverAt('attached').receive(wire.clientInfo(), 0);
    const { domain, userName, password, alternateShell, workingDir } = INFO;
    expect(outputs).toEqual([
      { tag: 'clientInfo', info: { domain, userName, password, alternateShell, workingDir, clientName: 'tester', clientBuild: 2600 } },
    ]);
  });

  it('waits: nothing goes out, input and share data are errors, channel data is dropped', () => {
    const server = serverAt('awaitingAdmission');
    expect(server.receive(wire.on(CHANNEL.encomsp, Uint8Array.of(1, 2, 3)), 0)).toEqual([]);
    expect(errorCode(() => serverAt('awaitingAdmission').receive(wire.fontList(), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').receive(encodeFastPathInput([KEY]), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').sendGraphics([]))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').sendPointerShape(null))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').sendPointerPosition(1, 1))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').resize(DESKTOP))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('awaitingAdmission').sendChannel(new RecordedChannel(), [new Uint8Array(1)], 'control'))).toBe(
      'ILLEGAL_TRANSITION',
    );
    expect(errorCode(() => serverAt('awaitingAdmission').receive(wire.on(2000, Uint8Array.of(1)), 0))).toBe('UNEXPECTED');
  });
});

describe('admission', () => {
  it('licenses, then demands activation at the size of the desktop', () => {
    const outputs = serverAt('awaitingAdmission').admit(DESKTOP);
    const [licence, demand] = sentOn(outputs, IO_CHANNEL_ID);
    expect([...licence!.subarray(0, 4)]).toEqual([0x80, 0, 0, 0]);
    expect(decodeLicence(licence!.subarray(4))).toEqual({ tag: 'validClient' });
    const { sets } = decodeDemandActive(demand!.subarray(6));
    expect(findSet(sets, 'bitmap')).toEqual({
      tag: 'bitmap',
      preferredBitsPerPixel: 32,
      desktopWidth: 800,
      desktopHeight: 600,
      desktopResize: true,
      drawingFlags: 8,
    });
    expect(findSet(sets, 'general')?.extraFlags).toBe(0x0405);
    expect(findSet(sets, 'input')?.inputFlags).toBe(0x013d);
  });

  it.each([
    [0, 600],
    [800, 0],
    [40_000, 600],
    [800, 1.5],
  ])('refuses a desktop of %i × %i', (width, height) => {
    expect(errorCode(() => serverAt('awaitingAdmission').admit({ width, height }))).toBe('OUT_OF_RANGE');
  });

  it('is for a waiting client only', () => {
    for (const phase of ['tls', 'basicSettings', 'attached', 'capabilities', 'active'] as const satisfies readonly Phase[]) {
      expect(errorCode(() => serverAt(phase).admit(DESKTOP))).toBe('ILLEGAL_TRANSITION');
    }
  });
});

describe('capabilities exchange', () => {
  const graphicsWith = (sets: typeof CLIENT_SETS) =>
    only(serverAt('capabilities').receive(concat([wire.confirmActive(sets), wire.finalization()]), 0), 'active').graphics;

  it('chooses graphics by what the client can do', () => {
    expect(graphicsWith(CLIENT_SETS)).toMatchObject({
      encoder: { name: 'planar', scrollCopies: true, skipAlpha: true },
      acknowledgement: 'marked',
    });
    expect(graphicsWith(CLIENT_SETS.filter((set) => set.tag !== 'frameAcknowledge'))).toMatchObject({ acknowledgement: 'unmarked' });
    expect(graphicsWith(CLIENT_SETS.filter((set) => set.tag !== 'surfaceCommands'))).toMatchObject({ acknowledgement: 'unmarked' });
    expect(graphicsWith(CLIENT_SETS.map((set) => (set.tag === 'bitmap' ? { ...set, drawingFlags: 0 } : set)))).toMatchObject({
      encoder: { skipAlpha: false },
    });
  });

  it("follows the depth of either side's 32 bits, and refuses less", () => {
    const server = (bitsPerPixel: number) => {
      const made = serverAt('basicSettings');
      const core = { ...CLIENT_DATA.core, bitsPerPixel, earlyCapabilityFlags: EARLY_CAPABILITY.errInfoPdu };
      made.receive(concat([wire.connectInitial({ ...CLIENT_DATA, core }), wire.mcs({ tag: 'attachUserRequest' }), wire.clientInfo()]), 0);
      made.admit(DESKTOP);
      return made;
    };
    const confirming = (preferredBitsPerPixel: number) =>
      wire.confirmActive(CLIENT_SETS.map((set) => (set.tag === 'bitmap' ? { ...set, preferredBitsPerPixel } : set)));
    // rdesktop, node-rdpjs, and one that cannot
    expect(server(24).receive(confirming(32), 0)).toEqual([]);
    expect(server(32).receive(confirming(24), 0)).toEqual([]);
    expect(errorCode(() => server(16).receive(confirming(16), 0))).toBe('REFUSED');
  });

  it('refuses a client without fast-path output, and a foreign share', () => {
    const slow = CLIENT_SETS.filter((set) => set.tag !== 'general');
    expect(errorCode(() => serverAt('capabilities').receive(wire.confirmActive(slow), 0))).toBe('REFUSED');
    const foreign = wire.confirmActive();
    // shareId follows TPKT, X.224, MCS (channel, priority, length) and the share control header
    const at = foreign.findIndex((byte, index) => byte === 0xea && foreign[index + 1] === 0x03 && foreign[index + 2] === 0x01);
    foreign[at] = 0xeb;
    expect(errorCode(() => serverAt('capabilities').receive(foreign, 0))).toBe('UNEXPECTED');
  });

  it('wants Confirm Active here and nowhere else', () => {
    expect(errorCode(() => serverAt('capabilities').receive(wire.synchronize(), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('capabilities').receive(encodeFastPathInput([KEY]), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('finalization').receive(wire.confirmActive(), 0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => serverAt('active').receive(wire.confirmActive(), 0))).toBe('ILLEGAL_TRANSITION');
  });
});

describe('finalization', () => {
  it('answers each PDU by its counterpart and sends nothing else until Font Map', () => {
    const server = serverAt('finalization');
    const outputs = server.receive(wire.finalization(), 0);
    const data = sentShareData(outputs);
    expect(data.map((pdu) => pdu.pduType2)).toEqual([PDU_TYPE_2.synchronize, PDU_TYPE_2.control, PDU_TYPE_2.control, PDU_TYPE_2.fontMap]);
    expect(decodeControl(data[1]!.body).action).toBe(CONTROL_ACTION.cooperate);
    expect(decodeControl(data[2]!.body)).toEqual({ action: CONTROL_ACTION.grantedControl, grantId: CHANNEL.user, controlId: 1002 });
    expect(tags(outputs)).toEqual(['send', 'send', 'send', 'send', 'active']);
    expect(only(outputs, 'active')).toMatchObject({ desktop: DESKTOP });
  });

  it('pauses round trips and drops input before Font List', () => {
    const server = serverAt('finalization');
    server.receive(wire.synchronize(), 0);
    expect(server.tick(1000)).toEqual([]);
    expect(server.receive(encodeFastPathInput([{ tag: 'pointerMove', x: 1, y: 1 }]), 0)).toEqual([]);
    expect(server.receive(wire.share(PDU_TYPE_2.bitmapCachePersistentList, new Uint8Array(24)), 0)).toEqual([]);
    expect(server.receive(wire.control(CONTROL_ACTION.detach), 0)).toEqual([]);
    expect(errorCode(() => server.sendGraphics([]))).toBe('ILLEGAL_TRANSITION');
  });
});

it('does the same whatever the chunks', () => {
  const whole = concat([
    wire.connectInitial(),
    wire.mcs({ tag: 'erectDomainRequest', subHeight: 1, subInterval: 1 }),
    wire.mcs({ tag: 'attachUserRequest' }),
    joinAll(),
    wire.clientInfo(),
  ]);
  const rest = concat([wire.confirmActive(), wire.finalization(), encodeFastPathInput([KEY])]);
  const run = (sizes: readonly number[]) => {
    const server = serverAt('basicSettings');
    const first = chunks(whole, sizes).flatMap((chunk) => server.receive(chunk, 0));
    const admitted = server.admit(DESKTOP);
    return [...first, ...admitted, ...chunks(rest, sizes).flatMap((chunk) => server.receive(chunk, 0))];
  };
  const expected = run([whole.length]);
  expect(tags(expected).filter((tag) => tag !== 'send')).toEqual(['clientInfo', 'active', 'input']);
  expect(run([1])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      expect(run(sizes)).toEqual(expected);
    }),
  );
});
