import { describe, expect, test, vi } from 'vitest';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import type { FakeExpertLink } from '../../support/in-memory-link.ts';
import { FakeViewer, createPair } from '../../support/pair.ts';

const key = (down: boolean): InputEvent => ({ tag: 'key', scancode: 0x1e, prefix: 'none', down });

async function connected() {
  const pair = await createPair();
  const viewer = new FakeViewer();
  await pair.connect();
  pair.expert.assistance.attachViewer(viewer);
  await pair.clock.advance(50);
  const states = (): readonly unknown[] => [pair.novice.assistance.status?.control, pair.expert.assistance.status?.control, viewer.control];
  const type = async (...events: InputEvent[]): Promise<void> => {
    viewer.act({ tag: 'input', events });
    await pair.clock.advance(20);
  };
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(viewer.listenerCount).toBe(0);
    await pair.expectNothingLeft();
  };
  return { ...pair, pair, viewer, states, type, finish };
}

describe('control of mouse and keyboard', () => {
  test('input without control is dropped on both sides', async () => {
    const { type, novice, internet, clock, states, finish } = await connected();
    expect(states()).toEqual(['no', 'no', false]);
    const sendInput = vi.spyOn(internet.experts[0] as FakeExpertLink, 'sendInput');
    await type(key(true));
    expect(sendInput).not.toHaveBeenCalled();
    // An expert that sends it all the same.
    internet.experts[0]?.sendInput([key(true)]);
    await clock.advance(20);
    expect(novice.desktop.injectors).toEqual([]);
    await finish();
  });

  test('asked, granted, used, taken back: no key stays pressed', async () => {
    const { type, novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = 'wait';
    expert.assistance.requestControl();
    await clock.advance(20);
    expect(states()).toEqual(['asked', 'asked', false]);
    await type(key(true));
    expect(novice.desktop.injected).toEqual([]);
    novice.prompts.answer(true);
    await clock.advance(20);
    expect(states()).toEqual(['granted', 'granted', true]);
    await type(key(true));
    expect(novice.desktop.held).toBe(1);
    novice.assistance.takeBackControl();
    expect(novice.desktop.held).toBe(0);
    expect(novice.desktop.openInjectors).toBe(0);
    await clock.advance(20);
    expect(states()).toEqual(['no', 'no', false]);
    await type(key(true));
    expect(novice.desktop.held).toBe(0);
    await finish();
    expect(novice.history[0]).toMatchObject({ controlled: true });
    expect(expert.history[0]).toMatchObject({ controlled: true });
  });

  test.each(['no', 'error'] as const)('refused (%s); asked again within ten seconds nobody is bothered', async (answer) => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = answer;
    expert.assistance.requestControl();
    await clock.advance(20);
    expect(states()).toEqual(['refused', 'refused', false]);
    await clock.advance(5_000);
    expert.assistance.requestControl();
    await clock.advance(20);
    expect(states()).toEqual(['refused', 'refused', false]);
    expect(novice.prompts.asked.filter((what) => what === 'control')).toHaveLength(1);
    await clock.advance(5_000);
    novice.prompts.control = 'yes';
    expert.assistance.requestControl();
    await clock.advance(20);
    expect(states()).toEqual(['granted', 'granted', true]);
    await finish();
  });

  test('requests while the question is open are ignored', async () => {
    const { novice, expert, internet, clock, finish } = await connected();
    novice.prompts.control = 'wait';
    expert.assistance.requestControl();
    await clock.advance(20);
    for (let times = 0; times < 5; times += 1) internet.experts[0]?.sendChannel('encomsp', Uint8Array.of(9, 0, 10, 0, 3, 0, 7, 0, 0, 0));
    await clock.advance(20);
    expect(novice.prompts.asked).toEqual(['view', 'control']);
    expect(novice.prompts.open).toBe(1);
    await finish();
  });

  test('asked for and withdrawn over and over: one question, and the next only after a while', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = 'wait';
    for (let times = 0; times < 5; times += 1) {
      expert.assistance.requestControl();
      await clock.advance(20);
      expert.assistance.releaseControl();
      await clock.advance(20);
    }
    expect(novice.prompts.asked.filter((what) => what === 'control')).toHaveLength(1);
    expect(novice.prompts.open).toBe(0);
    expect(states()).toEqual(['no', 'refused', false]);
    await clock.advance(10_000);
    expert.assistance.requestControl();
    await clock.advance(20);
    expect(states()).toEqual(['asked', 'asked', false]);
    await finish();
  });

  test('after two refusals a quiet line instead of a question, until the novice offers it', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = 'no';
    const controlQuestions = () => novice.prompts.asked.filter((what) => what === 'control').length;
    for (let times = 0; times < 60; times += 1) {
      expert.assistance.requestControl();
      await clock.advance(10_000);
    }
    expect(controlQuestions()).toBe(2);
    expect(novice.assistance.status).toMatchObject({ control: 'refused', controlWished: true });
    expect(expert.assistance.status?.controlWished).toBeUndefined();
    novice.prompts.control = 'yes';
    novice.assistance.offerControl();
    await clock.advance(20);
    expect(states()).toEqual(['granted', 'granted', true]);
    expect(novice.assistance.status?.controlWished).toBeUndefined();
    await finish();
  });

  test('after it was taken back the expert may not ask until the novice offers it', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(20);
    novice.assistance.takeBackControl();
    const before = novice.prompts.asked.length;
    for (let times = 0; times < 10; times += 1) {
      expert.assistance.requestControl();
      await clock.advance(60_000);
    }
    expect(novice.prompts.asked).toHaveLength(before);
    expect(novice.assistance.status?.controlWished).toBeUndefined();
    expect(states()).toEqual(['no', 'refused', false]);
    novice.assistance.offerControl();
    await clock.advance(20);
    expect(states()).toEqual(['granted', 'granted', true]);
    await finish();
  });

  test('an expert who comes back for another session has no new patience to use up', async () => {
    const pair = await createPair();
    pair.novice.prompts.control = 'no';
    for (let session = 0; session < 5; session += 1) {
      await pair.connect();
      for (let times = 0; times < 3; times += 1) {
        pair.expert.assistance.requestControl();
        await pair.clock.advance(10_100);
      }
      await pair.novice.assistance.endSession();
      await pair.clock.advance(100);
      pair.novice.assistance.dismissSession();
      pair.expert.assistance.dismissSession();
    }
    expect(pair.novice.prompts.asked.filter((what) => what === 'control')).toHaveLength(6);
  });

  test('half an hour: a line that only the novice answers; ten minutes later control pauses until she does', async () => {
    const { novice, expert, clock, states, type, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(20);
    await clock.advance(30 * 60_000);
    expect(novice.assistance.status?.attendance).toBe('asking');
    expect(expert.assistance.status?.attendance).toBeUndefined();
    expect(() => expert.assistance.present()).toThrow(expect.objectContaining({ code: 'WRONG_ROLE' }));
    // What the expert does is no sign of the novice.
    await type(key(true));
    expect(novice.desktop.held).toBe(1);
    await clock.advance(10 * 60_000);
    expect(novice.assistance.status?.attendance).toBe('away');
    expect(novice.desktop.held).toBe(0);
    expect(states()[1]).not.toBe('granted');
    const before = novice.desktop.injected.length;
    await type(key(true));
    expect(novice.desktop.injected).toHaveLength(before);
    novice.assistance.present();
    await clock.advance(20);
    expect(novice.assistance.status?.attendance).toBeUndefined();
    expect(states()).toEqual(['granted', 'granted', true]);
    await type(key(true));
    expect(novice.desktop.held).toBe(1);
    await finish();
  }, 60_000);

  test('the request of the specification, as FreeRDP sends it, with id 0', async () => {
    const { novice, internet, clock, states, finish } = await connected();
    internet.experts[0]?.sendChannel('encomsp', Uint8Array.of(9, 0, 10, 0, 3, 0, 0, 0, 0, 0));
    await clock.advance(20);
    expect(novice.prompts.asked).toEqual(['view', 'control']);
    expect(states()).toEqual(['granted', 'granted', true]);
    await finish();
  });

  test('a request that crosses the first naming is not taken for refused', async () => {
    const pair = await createPair();
    pair.novice.prompts.control = 'wait';
    pair.expert.assistance.acceptInvitation(await pair.invite());
    while (pair.expert.assistance.status?.phase.tag !== 'connected') await pair.clock.advance(1);
    pair.expert.assistance.requestControl();
    await pair.clock.advance(50);
    expect(pair.expert.assistance.status?.control).toBe('asked');
    pair.novice.prompts.answer(true);
    await pair.clock.advance(50);
    expect(pair.expert.assistance.status?.control).toBe('granted');
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test('nobody answers for two minutes: refused', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = 'wait';
    expert.assistance.requestControl();
    await clock.advance(120_100);
    expect(states()).toEqual(['refused', 'refused', false]);
    expect(novice.prompts.open).toBe(0);
    await finish();
  });

  test('the novice offers', async () => {
    const { novice, clock, states, finish } = await connected();
    novice.assistance.offerControl();
    await clock.advance(20);
    expect(states()).toEqual(['granted', 'granted', true]);
    await finish();
  });

  test('the expert gives it back, pressed keys and all', async () => {
    const { type, novice, expert, clock, states, finish } = await connected();
    expert.assistance.requestControl();
    await clock.advance(20);
    await type(key(true));
    expert.assistance.releaseControl();
    await clock.advance(20);
    expect(states()).toEqual(['no', 'no', false]);
    expect(novice.desktop.held).toBe(0);
    await finish();
  });

  test.each(['stop', 'cable', 'expert leaves', 'capture breaks', 'injection breaks'] as const)('%s while a key is down', async (how) => {
    const { type, novice, expert, internet, clock, pair } = await connected();
    expert.assistance.requestControl();
    await clock.advance(20);
    await type(key(true));
    expect(novice.desktop.held).toBe(1);
    if (how === 'stop') void novice.assistance.endSession();
    if (how === 'cable') internet.cut('lost');
    if (how === 'expert leaves') await expert.assistance.endSession();
    if (how === 'capture breaks') novice.desktop.capture.fail();
    if (how === 'injection breaks') {
      novice.desktop.failInject = true;
      await type(key(true));
      expect(pair.reasons()[0]).toBe('desktopUnavailable');
    }
    expect(novice.desktop.held).toBe(0);
    await clock.advance(100);
    if (how.endsWith('breaks')) expect(pair.reasons()).toEqual(['desktopUnavailable', 'desktopUnavailable']);
    await pair.expectNothingLeft();
  });

  test('a desktop that takes no input: refused without a question, the session goes on', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.desktop.answer = { capture: true, input: false, reason: 'desktop.wayland' };
    expert.assistance.requestControl();
    await clock.advance(50);
    expect(states()).toEqual(['refused', 'refused', false]);
    expect(novice.prompts.asked).toEqual(['view']);
    expect(novice.assistance.status?.phase.tag).toBe('connected');
    await finish();
  });

  test('the injector cannot be opened', async () => {
    const { novice, expert, clock, pair } = await connected();
    novice.desktop.failInput = true;
    expert.assistance.requestControl();
    await clock.advance(50);
    expect(pair.reasons()).toEqual(['desktopUnavailable', 'desktopUnavailable']);
    await pair.expectNothingLeft();
  });

  test('taken back while the injector is still opening: it is closed, never used', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    expert.assistance.requestControl();
    let open: () => void = () => {};
    const real = novice.desktop.openInput.bind(novice.desktop);
    novice.desktop.openInput = async (signal) => {
      await new Promise<void>((resolve) => (open = resolve));
      return real(signal);
    };
    await clock.advance(20);
    novice.assistance.takeBackControl();
    open();
    await clock.advance(20);
    expect(novice.desktop.injectors).toHaveLength(1);
    expect(novice.desktop.openInjectors).toBe(0);
    expect(states()[0]).toBe('no');
    await finish();
  });

  test('granted while the resolution changes: the expert hears of it afterwards', async () => {
    const { novice, expert, clock, states, finish } = await connected();
    novice.prompts.control = 'wait';
    expert.assistance.requestControl();
    await clock.advance(20);
    novice.desktop.capture.resize({ width: 800, height: 600 });
    novice.prompts.answer(true);
    await clock.settle();
    expect(states()).toEqual(['granted', 'asked', false]);
    await clock.advance(50);
    expect(states()).toEqual(['granted', 'granted', true]);
    await finish();
  });

  test('no channel: asking is a typed error, an offer still works', async () => {
    const pair = await createPair();
    pair.internet.channels = [];
    const viewer = new FakeViewer();
    await pair.connect();
    pair.expert.assistance.attachViewer(viewer);
    expect(() => pair.expert.assistance.requestControl()).toThrow(expect.objectContaining({ code: 'NO_CHANNEL' }));
    viewer.act({ tag: 'input', events: [key(true)] });
    await pair.clock.advance(20);
    expect(pair.novice.desktop.injected).toEqual([]);
    pair.novice.assistance.offerControl();
    await pair.clock.advance(20);
    viewer.act({ tag: 'input', events: [key(true)] });
    await pair.clock.advance(20);
    expect(pair.novice.desktop.injected).toHaveLength(1);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  });

  test.each(['expert', 'novice'] as const)('rubbish on the control channel from the %s', async (who) => {
    const { internet, clock, pair } = await connected();
    internet[who === 'expert' ? 'experts' : 'novices'][0]?.sendChannel('encomsp', Uint8Array.of(9, 0, 200, 0, 3));
    await clock.advance(50);
    expect(pair.reasons()).toEqual(who === 'expert' ? ['protocolError', 'protocolError'] : ['closedByExpert', 'protocolError']);
    await pair.expectNothingLeft();
  });
});
