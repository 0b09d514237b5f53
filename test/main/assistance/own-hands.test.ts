import { expect, test } from 'vitest';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';
import { createPair, FakeViewer } from '../../support/pair.ts';

const key = (down: boolean): InputEvent => ({ tag: 'key', scancode: 0x1e, prefix: 'none', down });
const capsLock: InputEvent = { tag: 'locks', locks: { scrollLock: false, numLock: false, capsLock: true, kanaLock: false } };

async function controlled() {
  const pair = await createPair();
  const viewer = new FakeViewer();
  await pair.connect();
  pair.expert.assistance.attachViewer(viewer);
  pair.expert.assistance.requestControl();
  await pair.clock.advance(1_050);
  const { desktop } = pair.novice;
  const type = async (...events: InputEvent[]): Promise<void> => {
    viewer.act({ tag: 'input', events });
    await pair.clock.advance(20);
  };
  const use = async (holding = false): Promise<void> => {
    desktop.injector.emit({ tag: 'ownInput', holding });
    await pair.clock.advance(20);
  };
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  };
  const novice = () => pair.novice.assistance.status;
  const expert = () => pair.expert.assistance.status;
  return { pair, clock: pair.clock, desktop, viewer, type, use, finish, novice, expert };
}

test('while the novice uses mouse or keyboard control pauses at once, on both sides, and comes back by itself', async () => {
  const { clock, desktop, viewer, type, use, finish, novice, expert } = await controlled();
  await type(key(true));
  expect(desktop.held).toBe(1);
  desktop.injector.emit({ tag: 'ownInput', holding: false });
  expect(desktop.held).toBe(0);
  expect(novice()).toMatchObject({ control: 'granted', controlPause: { quietSeconds: 3 } });
  await clock.advance(20);
  expect(expert()).toMatchObject({ control: 'granted', controlPause: { quietSeconds: 3 } });
  expect(viewer.control).toBe(false);
  const before = desktop.injected.length;
  await type(key(true), key(false));
  expect(desktop.injected).toHaveLength(before);
  // Each use begins the wait anew.
  await clock.advance(2_900);
  await use();
  await clock.advance(2_900);
  expect(novice()?.controlPause).toBeDefined();
  await clock.advance(200);
  expect([novice()?.controlPause, expert()?.controlPause, viewer.control]).toEqual([undefined, undefined, true]);
  await type(key(true));
  expect(desktop.held).toBe(1);
  await finish();
});

test('an expert that sends input all the same is not heard, and its locks are set when control comes back', async () => {
  const { pair, clock, desktop, use, finish } = await controlled();
  await use();
  const before = desktop.injected.length;
  pair.internet.experts[0]?.sendInput([key(true), capsLock]);
  await clock.advance(20);
  expect(desktop.injected).toHaveLength(before);
  await clock.advance(3_000);
  expect(desktop.injected.slice(before)).toEqual([capsLock]);
  await finish();
});

test('a key that the novice holds is waited for, but not for ever', async () => {
  const { clock, use, finish, novice } = await controlled();
  await use(true);
  await clock.advance(20_000);
  expect(novice()?.controlPause).toBeDefined();
  await use(false);
  await clock.advance(3_000);
  expect(novice()?.controlPause).toBeUndefined();
  await use(true);
  await clock.advance(31_000);
  expect(novice()?.controlPause).toBeUndefined();
  await finish();
});

test('the hand that has just said yes is no reason to pause', async () => {
  const { pair, clock, desktop, use, finish, novice } = await controlled();
  pair.novice.assistance.takeBackControl();
  pair.novice.assistance.offerControl();
  await clock.advance(500);
  desktop.injector.emit({ tag: 'ownInput', holding: true });
  expect(novice()?.controlPause).toBeUndefined();
  await clock.advance(1_000);
  await use();
  expect(novice()?.controlPause).toBeDefined();
  await finish();
});

test('taken back in a pause it is over, and granted anew it does not pause', async () => {
  const { pair, clock, use, finish, novice, expert } = await controlled();
  await use();
  pair.novice.assistance.takeBackControl();
  await clock.advance(20);
  expect([novice()?.control, novice()?.controlPause]).toEqual(['no', undefined]);
  expect([expert()?.control, expert()?.controlPause]).toEqual(['no', undefined]);
  pair.novice.assistance.offerControl();
  await clock.advance(5_000);
  expect([expert()?.control, expert()?.controlPause]).toEqual(['granted', undefined]);
  await finish();
});

test('the novice chooses how long', async () => {
  const { pair, clock, use, finish, novice, expert } = await controlled();
  pair.novice.quietSeconds = 10;
  await use();
  expect(expert()?.controlPause).toEqual({ quietSeconds: 10 });
  await clock.advance(9_000);
  expect(novice()?.controlPause).toEqual({ quietSeconds: 10 });
  await clock.advance(1_000);
  expect(novice()?.controlPause).toBeUndefined();
  await finish();
});

test('what was kept from Ringback’s own windows is told to the expert and on this side, not over and over', async () => {
  const { clock, desktop, finish, novice, expert } = await controlled();
  for (let times = 0; times < 50; times += 1) desktop.injector.emit({ tag: 'keptAway', what: 'keys' });
  await clock.advance(20);
  expect(expert()?.keptAway).toEqual({ what: 'keys', count: 1 });
  expect(novice()?.keptAway).toEqual({ what: 'keys', count: 1 });
  desktop.injector.emit({ tag: 'keptAway', what: 'pointer' });
  await clock.advance(1_000);
  expect(expert()?.keptAway).toEqual({ what: 'pointer', count: 2 });
  desktop.injector.emit({ tag: 'keptAway', what: 'keys' });
  await clock.advance(20);
  expect(expert()?.keptAway).toEqual({ what: 'keys', count: 3 });
  expect(novice()?.keptAway).toEqual({ what: 'keys', count: 3 });
  await finish();
});

test('the expert is told the layout of the novice’s keyboard, anew with control', async () => {
  const { pair, clock, desktop, finish, expert } = await controlled();
  expect(expert()?.keyboard).toEqual({ code: 'de', name: 'German' });
  desktop.layout = { code: 'fr', name: 'French' };
  pair.novice.assistance.takeBackControl();
  pair.novice.assistance.offerControl();
  await clock.advance(50);
  expect(expert()?.keyboard).toEqual({ code: 'fr', name: 'French' });
  await finish();
});

test('an expert without the channel is told nothing, and the pause holds all the same', async () => {
  const pair = await createPair();
  pair.internet.channels = ['encomsp'];
  await pair.connect();
  pair.expert.assistance.requestControl();
  await pair.clock.advance(1_050);
  pair.novice.desktop.injector.emit({ tag: 'ownInput', holding: false });
  await pair.clock.advance(20);
  expect(pair.expert.assistance.status).toMatchObject({ control: 'granted' });
  expect(pair.expert.assistance.status?.controlPause).toBeUndefined();
  pair.internet.experts[0]?.sendInput([key(true)]);
  await pair.clock.advance(20);
  expect(pair.novice.desktop.held).toBe(0);
  await pair.novice.assistance.endSession();
  await pair.clock.advance(100);
  await pair.expectNothingLeft();
});
