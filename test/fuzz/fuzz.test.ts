import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/protocol/bytes/errors.ts';
import { decodeFriendlyName } from '../../src/protocol/msnp/friendly-name.ts';
import { damaged } from './damage.ts';
import { fuzz } from './engine.ts';
import { Random } from './random.ts';
import { checkBeforeConsent, driveServer, recordRdpSession } from './rdp-session.ts';
import { joined } from './mutations.ts';
import { replay } from './replay.ts';
import { anyChunks, decoding, type Target } from './rules.ts';
import { TARGETS } from './targets.ts';

const SEED = 20_261_122;
/** So that all targets together take some seconds. */
const EXECUTIONS = 200;
const ROUNDS = 2;

function broken(check: (input: Uint8Array) => void): Target {
  return { name: 'broken', seeds: () => [Uint8Array.of(1, 2, 3, 4)], check };
}

describe('the fuzzer finds', () => {
  const run = (check: (input: Uint8Array) => void) => fuzz(broken(check), { seed: SEED, executions: 20_000, guided: false }).finding;

  it('an error without a type, and makes its input short', () => {
    const finding = run((input) => {
      if (input.length > 6 && input.includes(0x7f)) throw new RangeError('out of range');
    });
    expect(finding?.rule).toBe('error');
    expect(finding?.detail).toContain('out of range');
    expect(finding?.input.length).toBe(7);
  });

  it('an encoder that loses something', () => {
    const finding = run(
      decoding(
        (input) => input[0],
        (first) => (first === undefined ? undefined : Uint8Array.of(first & 0x7f)),
      ),
    );
    expect(finding?.detail).toContain('decode(encode(x))');
  });

  it('a reader that minds how its stream is cut', () => {
    const finding = run(anyChunks(() => (chunk) => [chunk.length]));
    expect(finding?.detail).toContain('in parts');
  });

  it('memory set aside on the word of a length field', () => {
    const finding = run((input) => void new Uint8Array((input[0] ?? 0) * 1_000_000).length);
    expect(finding?.rule).toBe('memory');
  });

  it('time that the input does not justify', { timeout: 120_000 }, () => {
    const finding = run((input) => {
      const started = process.cpuUsage();
      while (input.length > 5 && process.cpuUsage(started).user < 130_000);
    });
    expect(finding?.rule).toBe('time');
  });

  it('nothing where only typed errors are thrown', () => {
    expect(
      run((input) => {
        if (input.length % 2 === 1) throw new ProtocolError('MALFORMED', 'test', 'even', 'odd');
      }),
    ).toBeUndefined();
  });

  it('code that its seeds do not reach', () => {
    const { covered, corpus } = fuzz(
      broken((input) => void decodeFriendlyName(Buffer.from(input).toString('latin1'))),
      { seed: SEED, executions: 2_000 },
    );
    expect(covered).toBeGreaterThan(0);
    expect(corpus.length).toBeGreaterThan(1);
  });
});

describe('a short run', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
    const { executions, finding } = fuzz(target, { seed: SEED, executions: EXECUTIONS, guided: false });
    expect(finding && { ...finding, input: Buffer.from(finding.input).toString('hex') }).toBeUndefined();
    expect(executions).toBeGreaterThanOrEqual(EXECUTIONS);
  });
});

describe('a recorded session', () => {
  it('undamaged, goes through to its end on the server and never shows anything before the yes', () => {
    const { toServer } = recordRdpSession();
    const told = driveServer(toServer, true).map(({ tag }) => tag);
    for (const tag of ['startTls', 'clientInfo', 'active', 'input', 'refresh', 'display', 'frameAcknowledged', 'suspended'] as const)
      expect(told).toContain(tag);
    const onChannels = driveServer(toServer, true).flatMap((output) => (output.tag === 'send' ? [output.urgency] : []));
    expect(new Set(onChannels)).toEqual(new Set([undefined, 'control', 'bulk']));
    const sent = (consent: boolean) =>
      joined(...driveServer(toServer.slice(0, 10), consent).flatMap((output) => (output.tag === 'send' ? [output.bytes] : [])));
    checkBeforeConsent(sent(false));
    expect(() => checkBeforeConsent(sent(true))).toThrow();
  });

  it('is damaged in the same way by the same seed, and always damaged', () => {
    const { toClient } = recordRdpSession();
    expect(damaged(toClient, new Random(3))).toEqual(damaged(toClient, new Random(3)));
    expect(damaged(toClient, new Random(3))).not.toEqual(damaged(toClient, new Random(4)));
  });

  it('damaged, ends with typed errors on that connection alone, in memory and over sockets', { timeout: 60_000 }, async () => {
    expect(await replay({ seed: SEED, rounds: ROUNDS, log: () => undefined })).toEqual([]);
  });
});
