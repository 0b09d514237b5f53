import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RdpClientOutput } from '../../../../src/protocol/rdp/client/contract.ts';
import { RdpClient } from '../../../../src/protocol/rdp/client/rdp-client.ts';
import type { InputEvent } from '../../../../src/protocol/rdp/input/events.ts';
import { DRAWING_FLAG } from '../../../../src/protocol/rdp/pdu/capabilities/bitmap.ts';
import type { CapabilitySet } from '../../../../src/protocol/rdp/pdu/capabilities/capability-sets.ts';
import { encodeAutoDetectRequest } from '../../../../src/protocol/rdp/pdu/auto-detect.ts';
import { decodeClientData, EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeClientInfo } from '../../../../src/protocol/rdp/pdu/client-info.ts';
import { decodeFastPathInput } from '../../../../src/protocol/rdp/pdu/fast-path-input.ts';
import { encodeFastPathFragments, encodeFastPathUpdate, FAST_PATH_UPDATE } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { decodeConferenceCreateRequest } from '../../../../src/protocol/rdp/pdu/gcc.ts';
import { decodeConnectInitial } from '../../../../src/protocol/rdp/pdu/mcs-connect.ts';
import { encodeMonitorLayout } from '../../../../src/protocol/rdp/pdu/monitor-layout.ts';
import { encodePointerCached, encodePointerNew } from '../../../../src/protocol/rdp/pdu/pointer-update.ts';
import { encodeSecurityHeader, SEC } from '../../../../src/protocol/rdp/pdu/security-header.ts';
import { encodeSetErrorInfo, ERRINFO } from '../../../../src/protocol/rdp/pdu/set-error-info.ts';
import { encodeShareControl, SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import { decodeSlowPathInput } from '../../../../src/protocol/rdp/pdu/slow-path-input.ts';
import { decodeSuppressOutput } from '../../../../src/protocol/rdp/pdu/suppress-output.ts';
import { encodeTpkt } from '../../../../src/protocol/rdp/pdu/tpkt.ts';
import type { RecordedChannel } from '../../../support/recorded-channel.ts';
import { encodeChannelChunks } from '../../../../src/protocol/rdp/pdu/virtual-channel.ts';
import {
  decodeConnectionRequest,
  decodeX224Data,
  encodeConnectionConfirm,
  encodeX224Data,
  PROTOCOL,
} from '../../../../src/protocol/rdp/pdu/x224.ts';
import { chunks, concat, damaged, errorCode, onlyProtocolErrors } from '../pdu/arbitrary-bytes.ts';
import {
  clientAt,
  CONFIG,
  confirmedSet,
  DESKTOP,
  ID,
  only,
  PHASES,
  sent,
  sentFastPath,
  sentOn,
  sentShareData,
  SERVER_DATA,
  SERVER_SETS,
  tags,
  wire,
} from './scripted-server.ts';

const KEY_UP: InputEvent = { tag: 'key', scancode: 0x1e, prefix: 'none', down: false };
const MOVE: InputEvent = { tag: 'pointerMove', x: 3, y: 4 };
const rtt = (phase: 'connectTime' | 'continuous', sequence = 1) =>
  wire.on(ID.message, concat([encodeSecurityHeader(SEC.autodetectReq), encodeAutoDetectRequest({ tag: 'rttRequest', sequence, phase })]));

const ENCOMSP = CONFIG.channels.list[0] as RecordedChannel;

describe('connection', () => {
  it('offers TLS and nothing else, and no name in plain text', () => {
    const [request] = new RdpClient(CONFIG).start(0);
    expect(request?.tag === 'send' && decodeConnectionRequest(request.bytes.subarray(4))).toEqual({ protocols: PROTOCOL.ssl, flags: 0 });
    expect(request?.tag === 'send' && request.bytes).toHaveLength(19);
    expect(errorCode(() => clientAt('awaitingTls').start(0))).toBe('ILLEGAL_TRANSITION');
  });

  it.each([
    ['plain RDP security', wire.confirm(PROTOCOL.rdp)],
    ['CredSSP', wire.confirm(PROTOCOL.hybrid)],
    ['a server without negotiation', encodeTpkt(Uint8Array.of(6, 0xd0, 0, 0, 0x12, 0x34, 0))],
    ['SSL_NOT_ALLOWED_BY_SERVER', encodeConnectionConfirm({ tag: 'failure', failureCode: 2 })],
  ])('refuses %s', (_, confirm) => {
    expect(errorCode(() => clientAt('awaitingConnectionConfirm').receive(confirm, 0))).toBe('REFUSED');
  });

  it('refuses encryption below TLS, by method and by level', () => {
    for (const security of [
      { encryptionMethod: 2, encryptionLevel: 0 },
      { encryptionMethod: 0, encryptionLevel: 1 },
    ]) {
      expect(errorCode(() => clientAt('awaitingConnectResponse').receive(wire.connectResponse({ ...SERVER_DATA, security }), 0))).toBe(
        'REFUSED',
      );
    }
  });

  it('joins its own channel, then I/O, message and static ones, one after the other, then presents itself', () => {
    const client = clientAt('awaitingAttachUserConfirm');
    let outputs = client.receive(wire.attachConfirm(), 0);
    for (const channelId of [ID.user, ID.io, ID.message, ID.encomsp]) {
      expect(sent(outputs)).toEqual([{ tag: 'channelJoinRequest', initiator: ID.user, channelId }]);
      outputs = client.receive(wire.joinConfirm(channelId), 0);
    }
    expect(tags(outputs)).toEqual(['send', 'presented']);
    expect(sentOn(outputs, ID.io)).toHaveLength(1);
  });

  it('does without a message channel, and without a static channel that the server has not got', () => {
    const { messageChannelId: _, ...data } = { ...SERVER_DATA, network: { ioChannelId: ID.io, channelIds: [0] } };
    const client = clientAt('awaitingConnectResponse');
    client.receive(concat([wire.connectResponse(data), wire.attachConfirm(), wire.joinConfirm(ID.user), wire.joinConfirm(ID.io)]), 0);
    const outputs = client.receive(concat([wire.licence(), wire.demandActive(), wire.fontMap()]), 0);
    expect(only(outputs, 'active').desktop).toEqual(DESKTOP);
    expect(errorCode(() => client.sendChannel(ENCOMSP, [new Uint8Array(1)], 'control'))).toBe('ILLEGAL_TRANSITION');
  });

  it('takes no for an answer to a join, and no other channel', () => {
    expect(errorCode(() => clientAt('joiningChannels').receive(wire.joinConfirm(ID.user, 14), 0))).toBe('REFUSED');
    expect(errorCode(() => clientAt('joiningChannels').receive(wire.joinConfirm(ID.io), 0))).toBe('UNEXPECTED');
  });

  it('says in Client Info what every common client says', () => {
    const client = clientAt('awaitingAttachUserConfirm');
    const outputs = client.receive(
      concat([wire.attachConfirm(), ...[ID.user, ID.io, ID.message, ID.encomsp].map((id) => wire.joinConfirm(id))]),
      0,
    );
    const { flags } = decodeClientInfo((sentOn(outputs, ID.io)[0] ?? new Uint8Array(0)).subarray(4));
    // RDP_LOGON_NORMAL of xrdp: mouse, disableCtrlAltDel, unicode, maximizeShell.
    expect(flags & 0x33).toBe(0x33);
  });

  it('answers a request for a licence with an error that ends licensing, once, and goes on', () => {
    const request = Uint8Array.of(1, 3, 16, 0);
    const client = clientAt('licensing');
    const answers = sentOn(client.receive(wire.licence(request), 0), ID.io);
    // SEC_LICENSE_PKT; ERROR_ALERT, ERR_NO_LICENSE, ST_TOTAL_ABORT and an empty BB_ERROR_BLOB.
    expect(answers).toEqual([Uint8Array.of(0x80, 0, 0, 0, 0xff, 3, 16, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0)]);
    expect(only(client.receive(concat([wire.licence(), wire.demandActive(), wire.fontMap()]), 0), 'active').desktop).toEqual(DESKTOP);
    const asked = clientAt('licensing');
    asked.receive(wire.licence(request), 0);
    expect(errorCode(() => asked.receive(wire.licence(request), 0))).toBe('REFUSED');
  });

  it('refuses a server that insists on a licence, to be licensed below TLS, and to be redirected', () => {
    const other = Uint8Array.of(2, 3, 16, 0);
    const refused = Uint8Array.of(0xff, 3, 16, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0);
    expect(errorCode(() => clientAt('licensing').receive(wire.licence(other), 0))).toBe('REFUSED');
    expect(errorCode(() => clientAt('licensing').receive(wire.licence(refused), 0))).toBe('REFUSED');
    expect(errorCode(() => clientAt('licensing').receive(wire.licence(undefined, SEC.licensePkt | SEC.encrypt), 0))).toBe('REFUSED');
    expect(errorCode(() => clientAt('licensing').receive(wire.licence(undefined, 0), 0))).toBe('UNEXPECTED');
    const redirect = wire.on(ID.io, encodeShareControl(SHARE_CONTROL_TYPE.serverRedirect, ID.server, new Uint8Array(8)));
    for (const phase of ['awaitingDemandActive', 'finalizing', 'active'] as const) {
      expect(errorCode(() => clientAt(phase).receive(redirect, 0))).toBe('REFUSED');
    }
  });

  it("confirms the server's desktop, and keeps its own wish when that is unusable", () => {
    const outputs = clientAt('awaitingDemandActive').receive(wire.demandActive(), 0);
    expect(confirmedSet(outputs, 'bitmap')).toMatchObject({ desktopWidth: 640, desktopHeight: 480, preferredBitsPerPixel: 32 });
    expect(confirmedSet(outputs, 'frameAcknowledge')).toBeDefined();
    // What the planar decoder refuses is not asked for: no colour loss, no subsampling.
    expect(confirmedSet(outputs, 'bitmap')?.drawingFlags).toBe(DRAWING_FLAG.skipAlpha);
    expect(sentShareData(outputs).map((pdu) => pdu.pduType2)).toEqual([
      PDU_TYPE_2.synchronize,
      PDU_TYPE_2.control,
      PDU_TYPE_2.control,
      PDU_TYPE_2.fontList,
    ]);
    for (const desktopWidth of [0, 20_000]) {
      const sets = SERVER_SETS.map((set) => (set.tag === 'bitmap' ? { ...set, desktopWidth } : set));
      const active = clientAt('awaitingDemandActive').receive(concat([wire.demandActive(sets), wire.fontMap()]), 0);
      expect(only(active, 'active').desktop).toEqual(CONFIG.desktop);
    }
  });
});

describe('the monitors of the desktop', () => {
  const LEFT = { area: { x: 0, y: 80, width: 240, height: 400 }, primary: false };
  const RIGHT = { area: { x: 240, y: 0, width: 400, height: 480 }, primary: true };
  const layout = wire.share(PDU_TYPE_2.monitorLayout, encodeMonitorLayout([LEFT, RIGHT]));

  it('are announced to be read', () => {
    const [initial] = clientAt('awaitingTls').tlsEstablished(0);
    if (initial?.tag !== 'send') throw new Error('nothing sent');
    const { userData } = decodeConnectInitial(decodeX224Data(initial.bytes.subarray(4)));
    const { core } = decodeClientData(decodeConferenceCreateRequest(userData));
    expect(core.earlyCapabilityFlags & EARLY_CAPABILITY.monitorLayoutPdu).not.toBe(0);
  });

  it('come after Demand Active, and are those of the activation', () => {
    const client = clientAt('finalizing');
    expect(client.receive(layout, 0)).toEqual([]);
    expect(client.receive(wire.fontMap(), 0)).toContainEqual({ tag: 'active', desktop: { ...DESKTOP, monitors: [LEFT, RIGHT] } });
    client.receive(concat([wire.deactivateAll(), wire.demandActive()]), 0);
    expect(client.receive(wire.fontMap(), 0)).toContainEqual({ tag: 'active', desktop: DESKTOP });
  });

  it('may change within a session', () => {
    expect(clientAt('active').receive(layout, 0)).toEqual([{ tag: 'monitors', monitors: [LEFT, RIGHT] }]);
  });

  it('that cannot be end the connection with a typed error', () => {
    const broken = wire.share(PDU_TYPE_2.monitorLayout, Uint8Array.of(17, 0, 0, 0));
    expect(errorCode(() => clientAt('active').receive(broken, 0))).toBe('TOO_LARGE');
  });
});

describe('order', () => {
  const PDUS = {
    confirm: wire.confirm(),
    connectResponse: wire.connectResponse(),
    attachConfirm: wire.attachConfirm(),
    joinConfirm: wire.joinConfirm(ID.user),
    demandActive: wire.demandActive(),
    fastPath: encodeFastPathUpdate(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0)),
    request: wire.mcs({ tag: 'sendDataRequest', initiator: ID.user, channelId: ID.io, data: new Uint8Array(8) }),
  } as const;

  it.each<[(typeof PHASES)[number], readonly (keyof typeof PDUS)[]]>([
    ['awaitingConnectionConfirm', ['fastPath']],
    ['awaitingTls', ['confirm', 'connectResponse', 'fastPath', 'demandActive']],
    ['awaitingConnectResponse', ['fastPath']],
    ['awaitingAttachUserConfirm', ['joinConfirm', 'demandActive', 'fastPath', 'request']],
    ['joiningChannels', ['attachConfirm', 'demandActive', 'fastPath', 'request']],
    ['licensing', ['attachConfirm', 'joinConfirm', 'fastPath', 'request']],
    ['awaitingDemandActive', ['attachConfirm', 'joinConfirm', 'request']],
    ['finalizing', ['demandActive', 'attachConfirm', 'request']],
    ['active', ['demandActive', 'joinConfirm', 'request']],
  ])('in phase %s these are illegal: %s', (phase, names) => {
    for (const name of names) expect([name, errorCode(() => clientAt(phase).receive(PDUS[name], 0))]).toEqual([name, 'ILLEGAL_TRANSITION']);
  });

  it('TLS is believed once and in its place; what is coalesced with the confirm in plain text is refused', () => {
    expect(errorCode(() => clientAt('awaitingConnectionConfirm').tlsEstablished(0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => clientAt('awaitingConnectResponse').tlsEstablished(0))).toBe('ILLEGAL_TRANSITION');
    expect(errorCode(() => clientAt('awaitingConnectionConfirm').receive(concat([wire.confirm(), wire.connectResponse()]), 0))).toBe(
      'ILLEGAL_TRANSITION',
    );
  });

  it('before it has been active it sends neither input nor wishes, and channel data are an error', () => {
    for (const phase of PHASES.slice(0, -1)) {
      const client = clientAt(phase);
      expect([
        ...client.sendInput([KEY_UP]),
        ...client.acknowledgeFrame(1),
        ...client.setDisplayWanted(false),
        ...client.refresh([{ x: 0, y: 0, width: 1, height: 1 }]),
      ]).toEqual([]);
      expect(errorCode(() => client.sendChannel(ENCOMSP, [new Uint8Array(1)], 'control'))).toBe('ILLEGAL_TRANSITION');
    }
    const client = clientAt('finalizing');
    client.sendInput([KEY_UP]);
    expect(tags(client.receive(wire.fontMap(), 0))).toEqual(['active']);
  });
});

describe('the active session', () => {
  it('sends input by fast path where the server has it, by slow path elsewhere, in pieces', () => {
    const events = Array.from({ length: 300 }, (): InputEvent => MOVE);
    const fast = sentFastPath(clientAt('active').sendInput(events));
    expect(fast.map((pdu) => decodeFastPathInput(pdu).length)).toEqual([255, 45]);
    const old = clientAt('awaitingDemandActive');
    old.receive(
      concat([wire.demandActive(SERVER_SETS.map((set) => (set.tag === 'input' ? { ...set, inputFlags: 1 } : set))), wire.fontMap()]),
      0,
    );
    const slow = sentShareData(old.sendInput(events));
    expect(slow.map((pdu) => [pdu.pduType2, decodeSlowPathInput(pdu.body).length])).toEqual([
      [28, 100],
      [28, 100],
      [28, 100],
    ]);
    expect(old.sendInput([])).toEqual([]);
  });

  it('says to a server only what it understands', () => {
    const plain = clientAt('awaitingDemandActive');
    const general: CapabilitySet = {
      tag: 'general',
      osMajorType: 0,
      osMinorType: 0,
      extraFlags: 0x0401,
      refreshRectSupport: false,
      suppressOutputSupport: false,
    };
    const sets = [general, ...SERVER_SETS.filter((set) => set.tag !== 'general' && set.tag !== 'frameAcknowledge')];
    plain.receive(concat([wire.demandActive(sets), wire.fontMap()]), 0);
    const ask = (client: RdpClient) => [
      ...client.acknowledgeFrame(1),
      ...client.setDisplayWanted(false),
      ...client.refresh([{ x: 0, y: 0, width: 1, height: 1 }]),
    ];
    expect(ask(plain)).toEqual([]);
    expect(sentShareData(ask(clientAt('active'))).map((pdu) => pdu.pduType2)).toEqual([
      PDU_TYPE_2.frameAcknowledge,
      PDU_TYPE_2.suppressOutput,
      PDU_TYPE_2.refreshRect,
    ]);
  });

  it('hands graphics on, joined from fragments and in one shape from both paths', () => {
    const data = Uint8Array.from({ length: 500 }, (_, index) => (index === 0 ? 1 : index === 1 ? 0 : index));
    const expected: RdpClientOutput[] = [{ tag: 'graphics', graphics: { tag: 'update', updateCode: FAST_PATH_UPDATE.bitmap, data } }];
    expect(clientAt('active').receive(concat(encodeFastPathFragments(FAST_PATH_UPDATE.bitmap, data, 100)), 0)).toEqual(expected);
    expect(clientAt('active').receive(wire.share(PDU_TYPE_2.update, data), 0)).toEqual(expected);
    // synchronize, which says nothing
    expect(clientAt('active').receive(wire.share(PDU_TYPE_2.update, Uint8Array.of(3, 0, 0, 0)), 0)).toEqual([]);
  });

  it('resolves pointers; one that was never sent is the default, one beyond our cache an error', () => {
    const client = clientAt('active');
    const shape = { width: 1, height: 1, hotX: 0, hotY: 0, pixels: Uint8Array.of(1, 2, 3, 4) };
    const pointer = (code: number, data: Uint8Array) => client.receive(encodeFastPathUpdate(code, data), 0);
    expect(pointer(FAST_PATH_UPDATE.pointerNew, encodePointerNew({ cacheIndex: 63, shape }))).toEqual([{ tag: 'pointerShape', shape }]);
    expect(pointer(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0))).toEqual([{ tag: 'pointerShape', shape: null }]);
    expect(pointer(FAST_PATH_UPDATE.pointerCached, encodePointerCached(63))).toEqual([{ tag: 'pointerShape', shape }]);
    expect(pointer(FAST_PATH_UPDATE.pointerCached, encodePointerCached(2))).toEqual([{ tag: 'pointerShape', shape: 'default' }]);
    expect(errorCode(() => pointer(FAST_PATH_UPDATE.pointerNew, encodePointerNew({ cacheIndex: 64, shape })))).toBe('OUT_OF_RANGE');
    expect(client.receive(wire.share(PDU_TYPE_2.pointer, Uint8Array.of(3, 0, 0, 0, 7, 0, 8, 0)), 0)).toEqual([
      { tag: 'pointerPosition', x: 7, y: 8 },
    ]);
  });

  it('takes channel data in chunks, and none from a channel it did not ask for', () => {
    const client = clientAt('active');
    const data = Uint8Array.from({ length: 4000 }, (_, index) => index);
    const before = ENCOMSP.heard.length;
    expect(encodeChannelChunks(data).flatMap((chunk) => client.receive(wire.on(ID.encomsp, chunk), 0))).toEqual([]);
    expect(ENCOMSP.heard.slice(before)).toEqual([data]);
    expect(errorCode(() => client.receive(wire.on(1999, new Uint8Array(8)), 0))).toBe('UNEXPECTED');
  });
});

describe('reactivation', () => {
  it('what is asked for meanwhile waits for its end, but for where the pointer was', () => {
    const client = clientAt('active');
    expect(client.receive(wire.deactivateAll(), 0)).toEqual([{ tag: 'suspended' }]);
    expect([...client.sendInput([MOVE, KEY_UP]), ...client.sendInput([MOVE]), ...client.setDisplayWanted(true)]).toEqual([]);
    client.receive(wire.demandActive(), 0);
    const outputs = client.receive(wire.fontMap(), 0);
    // What is said because the session is active comes after what was said before.
    expect(outputs.at(-1)).toEqual({ tag: 'active', desktop: DESKTOP });
    expect(sentFastPath(outputs).flatMap(decodeFastPathInput)).toEqual([KEY_UP]);
    expect(sentShareData(outputs).map((pdu) => decodeSuppressOutput(pdu.body))).toEqual([true]);
    // once
    client.receive(concat([wire.deactivateAll(), wire.demandActive()]), 0);
    expect(tags(client.receive(wire.fontMap(), 0))).toEqual(['active']);
  });

  it('keeps a bounded number', () => {
    const client = clientAt('active');
    client.receive(wire.deactivateAll(), 0);
    for (let count = 0; count < 5_000; count += 1) client.sendInput([KEY_UP]);
    expect(sentFastPath(client.receive(concat([wire.demandActive(), wire.fontMap()]), 0))).toHaveLength(1024);
  });

  it('an update that was cut off by it is forgotten', () => {
    const client = clientAt('active');
    const [first] = encodeFastPathFragments(FAST_PATH_UPDATE.bitmap, new Uint8Array(500), 100);
    client.receive(first!, 0);
    client.receive(concat([wire.deactivateAll(), wire.demandActive(), wire.fontMap()]), 0);
    expect(tags(client.receive(encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, Uint8Array.of(1, 0, 0, 0)), 0))).toEqual(['graphics']);
  });

  it('graphics around it are dropped', () => {
    const client = clientAt('active');
    client.receive(wire.deactivateAll(), 0);
    expect(client.receive(encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, Uint8Array.of(1, 0, 0, 0)), 0)).toEqual([]);
  });
});

describe('the end', () => {
  it('error info explains the ultimatum after it, also during a reactivation', () => {
    const client = clientAt('active');
    client.receive(wire.share(PDU_TYPE_2.setErrorInfo, encodeSetErrorInfo(ERRINFO.idleTimeout)), 0);
    client.receive(wire.deactivateAll(), 0);
    expect(client.receive(wire.leave(3), 0)).toEqual([{ tag: 'closed', reason: 'timeout' }]);
  });

  it('without error info an ultimatum during a reactivation means what it means in a session: nobody was denied', () => {
    const client = clientAt('active');
    client.receive(wire.deactivateAll(), 0);
    expect(client.receive(wire.leave(3), 0)).toEqual([{ tag: 'closed', reason: 'userRequested' }]);
    const { messageChannelId: _, ...data } = { ...SERVER_DATA, network: { ioChannelId: ID.io, channelIds: [0] } };
    const without = clientAt('awaitingConnectResponse');
    without.receive(concat([wire.connectResponse(data), wire.attachConfirm(), wire.joinConfirm(ID.user), wire.joinConfirm(ID.io)]), 0);
    // Where nobody can be asked, nobody has said no.
    expect(without.receive(wire.leave(3), 0)).toEqual([{ tag: 'closed', reason: 'incompatible' }]);
    expect(clientAt('licensing').receive(wire.leave(3), 0)).toEqual([{ tag: 'closed', reason: 'denied' }]);
  });

  it('nothing comes after it, whatever arrives', () => {
    const client = clientAt('active');
    client.receive(concat([wire.leave(1), wire.demandActive()]), 0);
    expect(client.receive(Uint8Array.of(0xff, 0xff), 0)).toEqual([]);
    expect([...client.tick(1e9), ...client.disconnect(), ...client.sendInput([KEY_UP])]).toEqual([]);
  });

  it.each(PHASES)('leaving in phase %s tells the server once there is MCS', (phase) => {
    const outputs = clientAt(phase).disconnect();
    const mcs = PHASES.indexOf(phase) >= PHASES.indexOf('awaitingAttachUserConfirm');
    expect(tags(outputs)).toEqual(mcs ? ['send', 'closed'] : ['closed']);
    if (mcs) expect(sent(outputs)).toEqual([{ tag: 'disconnectProviderUltimatum', reason: 3 }]);
    expect(only(outputs, 'closed').reason).toBe('disconnected');
  });
});

describe('silence', () => {
  /** Ticks four times a second after `fromMs`; when the line was said to be silent. */
  const silentAt = (client: RdpClient, fromMs: number, owedMs = 0): number | undefined => {
    for (let nowMs = fromMs + 250; nowMs <= fromMs + 59_000; nowMs += 250) {
      const [output] = client.tick(nowMs, owedMs);
      if (output === undefined) continue;
      expect(output).toEqual({ tag: 'line', silent: true });
      return nowMs;
    }
    return undefined;
  };

  it('of a server that measured again and again is told in less than two seconds, its end after a minute', () => {
    const client = clientAt('active');
    for (const nowMs of [1_000, 2_000, 3_000]) client.receive(rtt('continuous'), nowMs);
    expect(silentAt(client, 3_000)).toBe(4_250);
    for (let nowMs = 4_500; nowMs < 63_000; nowMs += 250) expect(client.tick(nowMs)).toEqual([]);
    expect(client.tick(63_000)).toEqual([{ tag: 'closed', reason: 'peerGone' }]);
    const waiting = clientAt('licensing');
    for (const nowMs of [1_000, 2_000]) waiting.receive(rtt('connectTime'), nowMs);
    expect(silentAt(waiting, 2_000)).toBe(3_250);
  });

  it('ends with anything that comes', () => {
    const client = clientAt('active');
    for (const nowMs of [1_000, 2_000, 3_000]) client.receive(rtt('continuous'), nowMs);
    expect(silentAt(client, 3_000)).toBe(4_250);
    client.receive(rtt('continuous'), 30_000);
    expect(client.tick(30_100)).toEqual([{ tag: 'line', silent: false }]);
  });

  it('of other servers is that of their system', () => {
    expect(silentAt(clientAt('active'), 0, 4_000)).toBeUndefined();
    const client = clientAt('active');
    expect(client.tick(4_500, 4_500)).toEqual([{ tag: 'line', silent: true }]);
    expect(client.tick(4_750, 0)).toEqual([{ tag: 'line', silent: false }]);
    expect(client.tick(60_000, 60_000)).toEqual([{ tag: 'closed', reason: 'peerGone' }]);
  });

  it('of other servers means nothing: never measured, measured while connecting, or now and then', () => {
    expect(silentAt(clientAt('active'), 0)).toBeUndefined();
    const connecting = clientAt('licensing');
    for (let count = 0; count < 5; count += 1) connecting.receive(rtt('connectTime'), 0);
    connecting.receive(concat([wire.licence(), wire.demandActive(), wire.fontMap()]), 0);
    expect(silentAt(connecting, 0)).toBeUndefined();
    const rarely = clientAt('active');
    for (const nowMs of [0, 10_000, 20_000]) rarely.receive(rtt('continuous'), nowMs);
    expect(silentAt(rarely, 20_000)).toBeUndefined();
  });

  it('while nothing was read is not held against the server, and counts from then on', () => {
    const client = clientAt('active');
    for (const nowMs of [1_000, 2_000, 3_000]) client.receive(rtt('continuous'), nowMs);
    for (let nowMs = 4_000; nowMs <= 10_000; nowMs += 1_000) {
      client.unread(nowMs);
      expect(client.tick(nowMs)).toEqual([]);
    }
    expect(silentAt(client, 10_000)).toBe(11_250);
  });

  it('while this computer slept is not held against the server', () => {
    const client = clientAt('active');
    for (const nowMs of [1_000, 2_000]) client.receive(rtt('continuous'), nowMs);
    expect(client.tick(2_500)).toEqual([]);
    expect(client.tick(1_000_000)).toEqual([]);
    expect(silentAt(client, 1_000_000)).toBe(1_001_250);
  });

  it('measurements are answered with their own number', () => {
    const outputs = clientAt('active').receive(rtt('continuous', 0x1234), 0);
    expect(sentOn(outputs, ID.message)).toEqual([Uint8Array.of(0, 0x20, 0, 0, 6, 1, 0x34, 0x12, 0, 0)]);
  });
});

it('does the same whatever the chunks', () => {
  const whole = concat([
    wire.connectResponse(),
    wire.attachConfirm(),
    ...[ID.user, ID.io, ID.message, ID.encomsp].map((id) => wire.joinConfirm(id)),
    wire.licence(),
    wire.demandActive(),
    wire.fontMap(),
    ...encodeFastPathFragments(FAST_PATH_UPDATE.bitmap, new Uint8Array(700), 200),
    rtt('continuous'),
    wire.leave(3),
  ]);
  const run = (sizes: readonly number[]) => {
    const client = clientAt('awaitingConnectResponse');
    return chunks(whole, sizes).flatMap((chunk) => client.receive(chunk, 0));
  };
  const expected = run([whole.length]);
  expect(tags(expected).filter((tag) => tag !== 'send')).toEqual(['presented', 'active', 'graphics', 'closed']);
  expect(run([1])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }), (sizes) => {
      expect(run(sizes)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

describe('arbitrary and damaged bytes', () => {
  const valid = concat([
    wire.confirm(),
    wire.connectResponse(),
    wire.attachConfirm(),
    wire.joinConfirm(ID.user),
    wire.licence(),
    wire.demandActive(),
    wire.fontMap(),
    rtt('continuous'),
  ]);
  const bytes = fc
    .uint8Array({ maxLength: 120 })
    .chain((inner) =>
      fc.constantFrom(
        inner,
        inner.length > 0 ? encodeTpkt(inner) : inner,
        encodeX224Data(inner),
        wire.on(ID.io, inner),
        wire.on(ID.message, inner),
        wire.on(ID.encomsp, inner),
        wire.share(inner[0] ?? 0, inner),
        encodeFastPathUpdate((inner[0] ?? 0) & 15, inner),
      ),
    );

  it.each(PHASES)('in phase %s give nothing worse than a ProtocolError', (phase) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, damaged(valid)), { minLength: 1, maxLength: 3 }), (parts) => {
        const client = clientAt(phase);
        onlyProtocolErrors(() => parts.map((part) => client.receive(part, 0)));
      }),
      { numRuns: 60 },
    );
  });
});
