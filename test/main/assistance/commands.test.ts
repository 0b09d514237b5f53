import { describe, expect, test } from 'vitest';
import { AssistanceError } from '../../../src/main/assistance/contract.ts';
import { askPerson, askWhatToShow } from '../../../src/main/assistance/prompt.ts';
import { Scope } from '../../../src/main/assistance/scope.ts';
import { EXPERT, FakeViewer, NOVICE, createPair } from '../../support/pair.ts';
import { inMemory } from '../../support/in-memory-messenger.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';

const code = (run: () => unknown): string => {
  try {
    run();
    return 'no error';
  } catch (error) {
    return error instanceof AssistanceError ? error.code : String(error);
  }
};
const codeOf = async (run: () => Promise<unknown>): Promise<string> =>
  run().then(
    () => 'no error',
    (error: unknown) => (error instanceof AssistanceError ? error.code : String(error)),
  );

describe('commands', () => {
  test('without a session', async () => {
    const pair = await createPair();
    const { assistance } = pair.novice;
    expect(await codeOf(() => assistance.endSession())).toBe('NO_SESSION');
    for (const run of [
      () => assistance.offerControl(),
      () => assistance.takeBackControl(),
      () => assistance.requestControl(),
      () => assistance.releaseControl(),
      () => assistance.attachViewer(new FakeViewer()),
    ]) {
      expect(code(run)).toBe('NO_SESSION');
    }
    expect(code(() => assistance.acceptInvitation('x'))).toBe('UNKNOWN_INVITATION');
    expect(code(() => assistance.declineInvitation('x'))).toBe('UNKNOWN_INVITATION');
    expect(code(() => assistance.dismissSession())).toBe('no error');
    await pair.expectNothingLeft();
  });

  test('not signed in', async () => {
    const pair = await createPair();
    await pair.novice.messenger.signOut();
    expect(await codeOf(() => pair.novice.assistance.askForHelp(inMemory(EXPERT)))).toBe('NOT_SIGNED_IN');
    await pair.expectNothingLeft();
  });

  test('a desktop that cannot be shared is said before anyone is invited', async () => {
    const pair = await createPair();
    pair.novice.desktop.answer = { capture: false, input: false, reason: 'desktop.wayland' };
    expect(await codeOf(() => pair.novice.assistance.askForHelp(inMemory(EXPERT)))).toBe('DESKTOP_UNAVAILABLE');
    pair.novice.desktop.support = () => Promise.reject(new Error('x'));
    expect(await codeOf(() => pair.novice.assistance.askForHelp(inMemory(EXPERT)))).toBe('DESKTOP_UNAVAILABLE');
    expect(pair.messages.sent).toEqual([]);
    await pair.expectNothingLeft();
  });

  test('one session at a time, the second click included', async () => {
    const pair = await createPair();
    const first = pair.novice.assistance.askForHelp(inMemory(EXPERT));
    expect(await codeOf(() => pair.novice.assistance.askForHelp(inMemory(EXPERT)))).toBe('BUSY');
    await first;
    expect(await codeOf(() => pair.novice.assistance.askForHelp(inMemory(EXPERT)))).toBe('BUSY');
    expect(code(() => pair.novice.assistance.dismissSession())).toBe('BUSY');
    await pair.clock.advance(50);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(1_000);
    expect(await codeOf(() => pair.expert.assistance.askForHelp(inMemory(NOVICE)))).toBe('BUSY');
    expect(code(() => pair.expert.assistance.takeBackControl())).toBe('WRONG_ROLE');
    expect(code(() => pair.novice.assistance.requestControl())).toBe('WRONG_ROLE');
    expect(code(() => pair.novice.assistance.attachViewer(new FakeViewer()))).toBe('WRONG_ROLE');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(code(() => pair.expert.assistance.requestControl())).toBe('NO_SESSION');
    pair.novice.assistance.dismissSession();
    expect(pair.novice.assistance.status).toBeUndefined();
    await pair.expectNothingLeft();
  });

  test('asking while an invitation is being accepted: the first one counts', async () => {
    const pair = await createPair();
    await pair.invite();
    const asking = codeOf(() => pair.expert.assistance.askForHelp(inMemory(NOVICE)));
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    expect(await asking).toBe('BUSY');
    await pair.clock.advance(1_000);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('a second invitation while busy stays listed and can be accepted later', async () => {
    const pair = await createPair();
    await pair.novice.assistance.askForHelp(inMemory(EXPERT));
    await pair.expert.assistance.askForHelp(inMemory(NOVICE));
    await pair.clock.advance(50);
    const id = pair.expert.assistance.invitations[0]?.id ?? '';
    expect(code(() => pair.expert.assistance.acceptInvitation(id))).toBe('BUSY');
    expect(pair.expert.assistance.invitations).toHaveLength(1);
    await pair.expert.assistance.endSession();
    pair.expert.assistance.acceptInvitation(id);
    await pair.clock.advance(1_000);
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.novice.assistance.invitations).toEqual([]);
    await pair.expectNothingLeft();
  });

  test('ended sessions can follow one another', async () => {
    const pair = await createPair();
    for (let times = 0; times < 3; times += 1) {
      await pair.connect();
      expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
      await pair.expert.assistance.endSession();
      await pair.clock.advance(100);
    }
    await pair.expectNothingLeft();
    expect(pair.novice.history).toHaveLength(3);
  });

  test('a flood of invitations is bounded', async () => {
    const pair = await createPair();
    for (let times = 0; times < 20; times += 1)
      pair.novice.messenger.invite(EXPERT, { guid: '{56B994A7-380F-410B-9985-C809D78C1BDC}', name: 'x' });
    await pair.clock.advance(50);
    const { invitations } = pair.expert.assistance;
    expect([invitations.filter(({ quiet }) => quiet !== true).length, invitations.length]).toEqual([3, 12]);
    await pair.clock.advance(130_000);
    expect(pair.expert.assistance.invitations).toEqual([]);
    await pair.expectNothingLeft();
  });

  test('a history that fails does not keep the session open', async () => {
    const pair = await createPair();
    pair.novice.history.push = () => {
      throw new Error('disk full');
    };
    await pair.connect();
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(pair.novice.log.some((line) => line.includes('disk full'))).toBe(true);
    await pair.expectNothingLeft();
  });
});

describe('scope', () => {
  test('everything is closed, newest first, whatever throws; late comers at once', async () => {
    const order: string[] = [];
    const errors: unknown[] = [];
    const scope = new Scope((error) => errors.push(error));
    scope.add(() => order.push('first'));
    scope.add(() => {
      throw new Error('x');
    });
    scope.add(async () => {
      await Promise.resolve();
      order.push('slow');
    });
    await scope.close();
    expect(order).toEqual(['first', 'slow']);
    expect(errors).toHaveLength(1);
    scope.add(() => order.push('late'));
    await scope.close();
    expect(order).toEqual(['first', 'slow', 'late']);
  });
});

describe('asking a person', () => {
  test('only a plain yes is a yes', async () => {
    const { signal } = new AbortController();
    expect(await askPerson(() => Promise.resolve(true), signal)).toBe(true);
    expect(await askPerson(() => Promise.resolve('yes' as unknown as boolean), signal)).toBe(false);
    expect(await askPerson(() => Promise.reject(new Error('x')), signal)).toBe(false);
    const abort = new AbortController();
    const pending = askPerson(() => new Promise(() => {}), abort.signal);
    abort.abort();
    expect(await pending).toBe(false);
    expect(await askPerson(() => Promise.resolve(true), abort.signal)).toBe(false);
  });

  test('what may be shown is only what is named', async () => {
    const { signal } = new AbortController();
    const answered = (answer: unknown) => askWhatToShow(() => Promise.resolve(answer as SharedPart), signal);
    expect(await answered({ tag: 'all' })).toEqual({ tag: 'all' });
    expect(await answered({ tag: 'screen', id: 'DP-1' })).toEqual({ tag: 'screen', id: 'DP-1' });
    for (const answer of [true, undefined, null, 'all', {}, { tag: 'screen' }, { tag: 'everything', id: '' }])
      expect(await answered(answer)).toBeUndefined();
    expect(await askWhatToShow(() => Promise.resolve({ tag: 'all' }), AbortSignal.abort())).toBeUndefined();
  });
});
