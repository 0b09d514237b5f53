import { describe, expect, test } from 'vitest';
import { createPair, stepStates } from '../support/pair.ts';
import { inMemory } from '../support/in-memory-messenger.ts';

describe('the seven steps, two machines in virtual time', () => {
  test('reverse connect: the novice dials back, the expert sees the desktop', async () => {
    const pair = await createPair();
    await pair.connect();
    const novice = pair.novice.assistance.status;
    const expert = pair.expert.assistance.status;
    expect(novice?.phase.tag).toBe('connected');
    expect(expert?.phase.tag).toBe('connected');
    expect(novice?.connection?.by).toBe('reverse');
    expect(expert?.connection?.by).toBe('reverse');
    expect(stepStates(novice)).toBe('done done done done done done notNeeded');
    expect(stepStates(expert)).toBe('done done done done done done notNeeded');
    expect(expert?.desktop).toEqual({ width: 640, height: 480 });
    expect(pair.internet.listeners).toBe(0);
    expect(pair.internet.sockets).toBe(1);
    const times = novice?.steps.map((step) => step.atMs ?? 0) ?? [];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['closedByExpert', 'closedByExpert']);
    await pair.expectNothingLeft();
    expect(pair.internet.sessions).toBe(1);
    expect(pair.novice.history).toMatchObject([
      { role: 'novice', connectedBy: 'reverse', viewed: true, controlled: false, reason: 'closedByExpert' },
    ]);
    expect(pair.expert.history).toMatchObject([
      { role: 'expert', connectedBy: 'reverse', viewed: true, controlled: false, reason: 'closedByExpert' },
    ]);
  });

  test('both get ready to be reached from elsewhere with the invitation, long before either ticket', async () => {
    const pair = await createPair();
    const { internet } = pair;
    await pair.novice.assistance.askForHelp(inMemory('edgar@example.test'));
    expect([internet.prepared, internet.listeners]).toEqual([['192.168.1.10'], 0]);
    await pair.clock.advance(1_000);
    expect([internet.prepared, internet.listeners]).toEqual([['192.168.1.10', '192.168.1.20'], 0]);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    expect(internet.prepared).toHaveLength(3);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(1_000);
    await pair.expectNothingLeft();
  });

  test('forward connect: five seconds after the novice ticket the expert dials', async () => {
    const pair = await createPair();
    pair.internet.reachable = (from) => from === '192.168.1.20';
    await pair.connect(4_500);
    expect(pair.expert.assistance.status?.phase).toMatchObject({ tag: 'connecting', way: 'reverse' });
    expect(stepStates(pair.novice.assistance.status)).toBe('done done done done failed pending active');
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    expect(pair.novice.assistance.status?.connection?.by).toBe('forward');
    expect(stepStates(pair.novice.assistance.status)).toBe('done done done done failed done done');
    expect(stepStates(pair.expert.assistance.status)).toBe('done done done done failed done done');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['stoppedByNovice', 'stoppedByNovice']);
    await pair.expectNothingLeft();
  });

  test('the five seconds run from the novice ticket, not from anything earlier', async () => {
    const pair = await createPair({ latencyMs: 2_000 });
    pair.internet.reachable = () => false;
    pair.internet.noDoor = { '192.168.1.10': 'doubleNat' };
    await pair.novice.assistance.askForHelp(inMemory('edgar@example.test'));
    await pair.clock.advance(2_000);
    const id = pair.expert.assistance.invitations[0]?.id ?? '';
    pair.expert.assistance.acceptInvitation(id);
    await pair.clock.advance(8_000);
    const phase = pair.expert.assistance.status?.phase;
    expect(phase).toEqual({ tag: 'connecting', way: 'reverse', next: { way: 'forward', atMs: pair.clock.now() + 5_000 } });
    await pair.clock.advance(4_999);
    expect(pair.expert.assistance.status?.phase).toMatchObject({ tag: 'connecting', way: 'reverse' });
    await pair.clock.advance(1);
    expect(pair.expert.assistance.status?.phase).toEqual({ tag: 'connecting', way: 'forward' });
    await pair.clock.advance(30_000);
    expect(pair.reasons()).toEqual(['noConnection', 'noConnection']);
    // What the router of the one in front of it said, which may help next time.
    expect([pair.novice.assistance.status?.noDoor, pair.expert.assistance.status?.noDoor]).toEqual(['doubleNat', undefined]);
    await pair.expectNothingLeft();
  });

  test.each([
    ['reverse arriving during the forward dial', 5_300, 1_000, 'reverse'],
    ['forward overtaking a slow reverse', 9_000, 20, 'forward'],
    ['both at the same moment', 5_500, 500, undefined],
  ] as const)('%s: one session, everything else closed', async (_name, reverseMs, forwardMs, winner) => {
    const pair = await createPair();
    pair.internet.connectMs = { reverse: reverseMs, forward: forwardMs };
    await pair.connect(20_000);
    const [novice, expert] = [pair.novice.assistance.status, pair.expert.assistance.status];
    expect(novice?.phase.tag).toBe('connected');
    expect(expert?.phase.tag).toBe('connected');
    expect(novice?.connection?.by).toBe(expert?.connection?.by);
    if (winner !== undefined) expect(expert?.connection?.by).toBe(winner);
    expect(pair.internet.sockets).toBe(1);
    expect(pair.internet.listeners).toBe(0);
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
    expect(pair.internet.sessions).toBe(1);
  });

  test('a stranger with another certificate does not stop the forward connect', async () => {
    const pair = await createPair();
    pair.internet.wrongPin = new Set(['reverse']);
    await pair.connect(8_000);
    expect(pair.expert.assistance.status?.connection?.by).toBe('forward');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('only strangers answer: pin mismatch', async () => {
    const pair = await createPair();
    pair.internet.wrongPin = new Set(['reverse', 'forward']);
    await pair.connect(60_000);
    expect(pair.reasons()).toEqual(['noConnection', 'pinMismatch']);
    await pair.expectNothingLeft();
  });
});
