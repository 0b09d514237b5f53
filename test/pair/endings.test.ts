import { describe, expect, test } from 'vitest';
import { EXPERT, FakeViewer, NOVICE, createPair } from '../support/pair.ts';
import { LONGEST_MS } from '../../src/main/assistance/attendance.ts';
import { inMemory } from '../support/in-memory-messenger.ts';
import type { SharedPart } from '../../src/protocol/rdp/shared-part.ts';
import { ALL } from '../support/shared-part.ts';

type Pair = Awaited<ReturnType<typeof createPair>>;

describe('before a connection', () => {
  test('declined', async () => {
    const pair = await createPair();
    pair.expert.assistance.declineInvitation(await pair.invite());
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['declined', undefined]);
    expect(pair.expert.log).toContain('invitation gone {"reason":"declined"}');
    await pair.expectNothingLeft();
    expect(pair.expert.history).toMatchObject([{ role: 'expert', viewed: false, reason: 'declined' }]);
  });

  test('the novice cancels before the answer: the notification is withdrawn', async () => {
    const pair = await createPair();
    await pair.invite();
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['cancelledByYou', undefined]);
    expect(pair.expert.log).toContain('invitation gone {"reason":"cancelledByPeer"}');
    await pair.expectNothingLeft();
  });

  test('nobody answers for two minutes', async () => {
    const pair = await createPair();
    await pair.invite();
    await pair.clock.advance(119_900);
    expect(pair.reasons()).toEqual([undefined, undefined]);
    expect(pair.expert.assistance.invitations).toHaveLength(1);
    await pair.clock.advance(200);
    expect(pair.reasons()).toEqual(['timedOut', undefined]);
    expect(pair.expert.log).toContain('invitation gone {"reason":"timedOut"}');
    await pair.expectNothingLeft();
  });

  test('the expert is offline', async () => {
    const pair = await createPair();
    await pair.expert.messenger.signOut();
    await pair.novice.assistance.askForHelp(inMemory(EXPERT));
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['contactOffline', undefined]);
    expect(pair.novice.assistance.status?.steps[0]?.state).toBe('failed');
    await pair.expectNothingLeft();
  });

  test('the expert has no Remote Assistance', async () => {
    const pair = await createPair({ expertApplications: [] });
    await pair.novice.assistance.askForHelp(inMemory(EXPERT));
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['appNotPresent', undefined]);
    await pair.expectNothingLeft();
  });

  test.each([
    ['novice', 'acceptance', 5, 'cancelledByYou', 'cancelledByPeer'],
    ['novice', 'tickets', 35, 'cancelledByYou', 'cancelledByPeer'],
    ['novice', 'connecting', 2_000, 'cancelledByYou', 'cancelledByPeer'],
    ['expert', 'acceptance', 5, 'cancelledByPeer', 'cancelledByYou'],
    ['expert', 'tickets', 35, 'cancelledByPeer', 'cancelledByYou'],
    ['expert', 'connecting', 2_000, 'cancelledByPeer', 'cancelledByYou'],
    ['expert', 'forward dial', 7_000, 'cancelledByPeer', 'cancelledByYou'],
  ] as const)('the %s cancels during %s', async (who, _when, atMs, noviceReason, expertReason) => {
    const pair = await createPair();
    pair.internet.reachable = () => false;
    await pair.connect(atMs);
    await pair[who].assistance.endSession();
    await pair.clock.advance(200);
    expect(pair.reasons()).toEqual([noviceReason, expertReason]);
    await pair.expectNothingLeft();
  });

  test.each([
    ['novice', 5],
    ['novice', 25],
    ['novice', 35],
    ['novice', 2_000],
    ['novice', 7_000],
    ['expert', 5],
    ['expert', 25],
    ['expert', 35],
    ['expert', 2_000],
    ['expert', 7_000],
  ] as const)('the %s loses the messenger %i ms after the acceptance', async (who, atMs) => {
    const pair = await createPair();
    pair.internet.reachable = () => false;
    await pair.connect(atMs);
    pair.messages.cutOff(who === 'novice' ? NOVICE : EXPERT);
    await pair.clock.advance(200);
    expect(pair.reasons()).toEqual(who === 'novice' ? ['messengerLost', 'peerLeftMessenger'] : ['peerLeftMessenger', 'messengerLost']);
    await pair.expectNothingLeft();
  });

  test('the messenger is lost while the invitation is shown', async () => {
    const pair = await createPair();
    await pair.invite();
    pair.messages.cutOff(NOVICE);
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['messengerLost', undefined]);
    expect(pair.expert.log).toContain('invitation gone {"reason":"peerLeftMessenger"}');
    await pair.expectNothingLeft();
  });

  test.each([
    ['novice', '192.168.1.10'],
    ['expert', '192.168.1.20'],
  ] as const)('the %s cannot listen', async (_who, host) => {
    const pair = await createPair();
    pair.internet.failNextOpen(host);
    await pair.connect();
    expect(pair.reasons()).toEqual(['noConnection', 'noConnection']);
    await pair.expectNothingLeft();
  });
});

describe('consent', () => {
  test.each(['no', 'error'] as const)('view: %s', async (answer) => {
    const pair = await createPair();
    pair.novice.prompts.view = answer;
    await pair.connect();
    expect(pair.reasons()).toEqual(['viewRefused', 'viewRefused']);
    expect(pair.novice.desktop.captures).toEqual([]);
    await pair.expectNothingLeft();
  });

  test('view: nobody answers; no capture is open, no pixel sent', async () => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    await pair.connect(119_000);
    expect(pair.novice.assistance.status?.phase.tag).toBe('awaitingConsent');
    expect(pair.expert.assistance.status?.phase.tag).toBe('awaitingConsent');
    expect(pair.novice.desktop.captures).toEqual([]);
    expect(pair.novice.prompts.open).toBe(1);
    await pair.clock.advance(2_000);
    expect(pair.reasons()).toEqual(['consentTimedOut', 'consentTimedOut']);
    await pair.expectNothingLeft();
  });

  test.each([
    ['novice', 'cancelledByYou', 'cancelledByPeer'],
    ['expert', 'cancelledByPeer', 'cancelledByYou'],
  ] as const)('the %s leaves while the novice is being asked: the prompt closes', async (who, noviceReason, expertReason) => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    await pair.connect();
    await pair[who].assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual([noviceReason, expertReason]);
    await pair.expectNothingLeft();
  });

  test('an answer that comes after the end changes nothing', async () => {
    const pair = await createPair();
    let answer: (yes: SharedPart) => void = () => {};
    pair.novice.prompts.allowView = () => new Promise((resolve) => (answer = resolve));
    await pair.connect();
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    answer(ALL);
    await pair.clock.advance(100);
    expect(pair.novice.desktop.captures).toEqual([]);
    await pair.expectNothingLeft();
  });

  test('the messenger may go while the novice is being asked', async () => {
    const pair = await createPair();
    pair.novice.prompts.view = 'wait';
    await pair.connect();
    pair.messages.cutOff(NOVICE);
    await pair.clock.advance(100);
    pair.novice.prompts.answer(true);
    await pair.clock.advance(100);
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });
});

describe('a running session', () => {
  const connected = async (): Promise<Pair> => {
    const pair = await createPair();
    await pair.connect();
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    return pair;
  };

  test.each([NOVICE, EXPERT])('does not need the messenger: %s loses it', async (who) => {
    const pair = await connected();
    pair.messages.cutOff(who);
    await pair.clock.advance(60_000);
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test.each(['novice', 'expert'] as const)(
    'an error that nobody caught on the side of the %s ends it on both, says so, and no key stays down',
    async (who) => {
      const pair = await connected();
      const viewer = new FakeViewer();
      pair.expert.assistance.attachViewer(viewer);
      pair.expert.assistance.requestControl();
      await pair.clock.advance(100);
      viewer.act({ tag: 'input', events: [{ tag: 'key', scancode: 0x1e, prefix: 'none', down: true }] });
      await pair.clock.advance(100);
      expect(pair.novice.desktop.held).toBe(1);
      pair[who].assistance.failSession(new TypeError('undefined is not a function'));
      expect(pair[who].assistance.status?.phase).toMatchObject({
        tag: 'ended',
        reason: 'internalError',
        detail: 'undefined is not a function',
      });
      await pair.clock.advance(100);
      expect(pair.novice.desktop.held).toBe(0);
      expect(pair.reasons()[who === 'novice' ? 1 : 0]).toBeDefined();
      await pair.expectNothingLeft();
      // Later ones find nothing to end.
      pair[who].assistance.failSession(new Error('again'));
    },
  );

  test('says afterwards since when it was connected, which is not when it was asked for', async () => {
    const pair = await connected();
    const before = pair.novice.assistance.status;
    const sinceMs = before?.phase.tag === 'connected' ? before.phase.sinceMs : Number.NaN;
    expect(sinceMs).toBeGreaterThan(before?.startedAtMs ?? Number.NaN);
    await pair.clock.advance(3_000);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.novice.assistance.status?.phase).toMatchObject({ tag: 'ended', sinceMs });
    expect(pair.expert.assistance.status?.phase).toMatchObject({ tag: 'ended', sinceMs });
    for (const { history } of [pair.novice, pair.expert]) expect(history).toMatchObject([{ connectedAtMs: sinceMs }]);
    await pair.expectNothingLeft();
  });

  test('ends the invitation too', async () => {
    const pair = await connected();
    await pair.novice.assistance.endSession();
    expect(pair.messages.sent.at(-1)).toMatchObject({ kind: 'CANCEL', code: 'OUTBANDCANCEL' });
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test.each([
    ['lost', 'connectionLost'],
    ['peerGone', 'peerGone'],
  ] as const)('the cable is cut: %s', async (end, reason) => {
    const pair = await connected();
    pair.internet.cut(end);
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual([reason, reason]);
    await pair.expectNothingLeft();
  });

  test('after four hours: both are told that it was the time, and the record says so', async () => {
    const pair = await connected();
    await pair.clock.advance(LONGEST_MS);
    expect(pair.reasons()).toEqual(['timeUp', 'timeUp']);
    await pair.expectNothingLeft();
    expect([pair.novice.history[0]?.reason, pair.expert.history[0]?.reason]).toEqual(['timeUp', 'timeUp']);
  }, 60_000);

  test('the capture breaks', async () => {
    const pair = await connected();
    pair.novice.desktop.capture.fail();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['desktopUnavailable', 'desktopUnavailable']);
    expect(pair.novice.assistance.status?.phase).toMatchObject({ detail: 'the display is gone' });
    await pair.expectNothingLeft();
  });

  test('the capture cannot be opened', async () => {
    const pair = await createPair();
    pair.novice.desktop.failCapture = true;
    await pair.connect();
    expect(pair.reasons()).toEqual(['desktopUnavailable', 'protocolError']);
    await pair.expectNothingLeft();
  });

  test('quitting either program leaves nothing', async () => {
    const pair = await connected();
    await pair.novice.assistance.close();
    await pair.expert.assistance.close();
    await pair.expectNothingLeft();
  });
});
