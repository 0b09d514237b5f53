import { describe, expect, it } from 'vitest';
import { decodeAutoDetectRequest, encodeRttResponse } from '../../../../src/protocol/rdp/pdu/auto-detect.ts';
import { EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { encodeSecurityHeader, SEC } from '../../../../src/protocol/rdp/pdu/security-header.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import type { RdpServer } from '../../../../src/protocol/rdp/server/rdp-server.ts';
import { concat } from '../pdu/arbitrary-bytes.ts';
import { CHANNEL, CLIENT_DATA, DESKTOP, joinAll, only, SILENCE, type Phase, sentOn, serverAt, wire } from './scripted-client.ts';

const requests = (outputs: readonly RdpServerOutput[]) =>
  sentOn(outputs, CHANNEL.message).map((data) => decodeAutoDetectRequest(data.subarray(4)));
const answer = (sequence: number) =>
  wire.on(CHANNEL.message, concat([encodeSecurityHeader(SEC.autodetectRsp), encodeRttResponse(sequence)]));

/** Ticks four times a second from `fromMs`; answers while `answers` says so. What was said of the line, and when. */
function run(server: RdpServer, fromMs: number, toMs: number, answers: (ms: number) => boolean, owedMs = 0): [number, string][] {
  const said: [number, string][] = [];
  for (let now = fromMs; now <= toMs; now += 250) {
    const outputs = server.tick(now, owedMs);
    for (const output of outputs) {
      if (output.tag === 'line') said.push([now, output.silent ? 'silent' : 'back']);
      if (output.tag === 'closed') said.push([now, output.reason]);
    }
    for (const request of requests(outputs)) if (answers(now)) server.receive(answer(request.sequence), now + 20);
  }
  return said;
}

describe('round trips', () => {
  it.each([
    ['awaitingAdmission', 'connectTime'],
    ['active', 'continuous'],
  ] as const)('are asked for four times a second while %s, as %s requests', (phase, kind) => {
    const server = serverAt(phase);
    expect(requests(server.tick(0))).toEqual([{ tag: 'rttRequest', sequence: 0, phase: kind }]);
    expect(requests(server.tick(100))).toEqual([]);
    expect(requests(server.tick(250))).toEqual([{ tag: 'rttRequest', sequence: 1, phase: kind }]);
  });

  it.each(['tls', 'basicSettings', 'channelConnection', 'attached', 'capabilities', 'finalization'] as const satisfies readonly Phase[])(
    'are not while %s',
    (phase) => {
      expect(serverAt(phase).tick(1_000)).toEqual([]);
    },
  );

  it('are told to the client once a second, and where they are others', () => {
    const server = serverAt('active');
    const toldAfter = (atMs: number, ms: number): boolean => {
      const [question] = requests(server.tick(atMs));
      const outputs = server.receive(answer(question?.tag === 'rttRequest' ? question.sequence : 0), atMs + ms);
      expect(only(outputs, 'roundTrip').ms).toBeCloseTo(ms);
      return requests(outputs).length === 1;
    };
    const times = [20, 30, 30, 30, 30, 30, 30, 30, 30, 30, 20, 20.4];
    expect(times.map((ms, index) => toldAfter(index * 250, ms))).toEqual([
      true,
      false,
      false,
      false,
      true,
      ...Array<boolean>(5).fill(false),
      true,
      false,
    ]);
  });

  it('are measured by the matching answer, and told to the client', () => {
    const server = serverAt('active');
    server.tick(1_000);
    server.tick(2_000);
    const outputs = server.receive(answer(0), 2_041);
    expect(only(outputs, 'roundTrip').ms).toBe(1_041);
    expect(requests(outputs)).toEqual([{ tag: 'characteristics', sequence: 0, averageRttMs: 1_041 }]);
    expect(only(server.receive(answer(1), 2_055), 'roundTrip').ms).toBe(55);
    // twice, never asked, or something else altogether
    expect(server.receive(answer(1), 2_060)).toEqual([]);
    expect(server.receive(answer(999), 2_060)).toEqual([]);
    expect(server.receive(wire.on(CHANNEL.message, encodeSecurityHeader(SEC.heartbeat)), 2_060)).toEqual([]);
  });

  it('stay out of the activation: a late answer is measured, but nothing goes out between', () => {
    const server = serverAt('awaitingAdmission');
    server.tick(1_000);
    server.admit(DESKTOP);
    server.receive(concat([wire.confirmActive(), wire.synchronize()]), 1_010);
    expect(server.receive(answer(0), 1_020)).toEqual([{ tag: 'roundTrip', ms: 20 }]);
  });

  it('are not asked of a client that takes no part or has not joined the channel', () => {
    const without = serverAt('basicSettings');
    const core = { ...CLIENT_DATA.core, earlyCapabilityFlags: EARLY_CAPABILITY.want32Bpp };
    without.receive(
      concat([wire.connectInitial({ ...CLIENT_DATA, core }), wire.mcs({ tag: 'attachUserRequest' }), joinAll(), wire.clientInfo()]),
      0,
    );
    expect(without.tick(1_000)).toEqual([]);
    const unjoined = serverAt('attached');
    unjoined.receive(wire.clientInfo(), 0);
    expect(unjoined.tick(1_000)).toEqual([]);
  });
});

describe('a peer that goes away', () => {
  it.each(['awaitingAdmission', 'active'] as const)(
    'is silent within two seconds of its last sign and over after a minute while %s',
    (phase) => {
      // Last heard at 9,770.
      expect(run(serverAt(phase), 0, 80_000, (now) => now < 10_000)).toEqual([
        [11_250, 'silent'],
        [70_000, 'peerGone'],
      ]);
    },
  );

  it('and comes back goes on', () => {
    expect(run(serverAt('active'), 0, 40_000, (now) => now < 10_000 || now >= 16_000)).toEqual([
      [11_250, 'silent'],
      [16_250, 'back'],
    ]);
  });

  it('is not judged by its answers when it never answered, but by its system', () => {
    expect(run(serverAt('active'), 0, 80_000, () => false)).toEqual([]);
    expect(run(serverAt('active'), 0, 80_000, () => false, SILENCE.plainMs - 1)).toEqual([]);
    expect(run(serverAt('active'), 0, 59_000, () => false, SILENCE.plainMs)).toEqual([[0, 'silent']]);
    expect(run(serverAt('active'), 0, 250, () => false, SILENCE.overMs)).toEqual([[0, 'peerGone']]);
  });

  it('is there as long as anything comes', () => {
    const server = serverAt('active');
    run(server, 0, 3_000, () => true);
    for (let now = 4_000; now < 30_000; now += 1_000) {
      expect(server.tick(now).filter(({ tag }) => tag === 'closed' || tag === 'line')).toEqual([]);
      server.receive(wire.share(45, new Uint8Array(4)), now + 500);
    }
  });

  it('is there as long as what stands before the question moves', () => {
    const server = serverAt('active');
    run(server, 0, 3_000, () => true);
    for (let now = 4_000; now < 30_000; now += 1_000) {
      expect(server.tick(now).filter(({ tag }) => tag === 'closed' || tag === 'line')).toEqual([]);
      server.moving(now + 500);
    }
  });

  it('is not blamed for the sleep of this computer', () => {
    const server = serverAt('active');
    run(server, 0, 3_000, () => true);
    server.tick(4_000);
    expect(server.tick(3_600_000).filter(({ tag }) => tag === 'closed' || tag === 'line')).toEqual([]);
    expect(run(server, 3_600_250, 3_630_000, () => true)).toEqual([]);
    expect(run(server, 3_630_250, 3_660_000, () => false)).toHaveLength(1);
  });
});
