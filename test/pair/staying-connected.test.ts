import { describe, expect, it } from 'vitest';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import { AGAIN_CHANNEL } from '../../src/protocol/assistance/again-messages.ts';
import { SEARCH_MS } from '../../src/protocol/assistance/reconnection.ts';
import { GOING_ON } from '../../src/protocol/assistance/application.ts';
import { createPair, EXPERT, FakeViewer, NOVICE } from '../support/pair.ts';

const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });

/** A running session of two programs that can find each other again, with control granted. */
async function running(prepare: (pair: Awaited<ReturnType<typeof createPair>>) => void = () => undefined, ms = 1_000) {
  const pair = await createPair();
  pair.internet.channels = [...pair.internet.channels, AGAIN_CHANNEL];
  prepare(pair);
  await pair.connect(ms);
  const viewer = new FakeViewer();
  pair.expert.assistance.attachViewer(viewer);
  pair.expert.assistance.requestControl();
  await pair.clock.advance(100);
  const { novice, expert, internet, clock } = pair;
  const line = async (silent: boolean): Promise<void> => {
    for (const link of [internet.novices.at(-1), internet.experts.at(-1)]) link?.emitter.emit({ tag: 'line', silent });
    await clock.settle();
  };
  const statuses = () => [novice.assistance.status, expert.assistance.status];
  const type = async (...events: InputEvent[]): Promise<void> => {
    viewer.act({ tag: 'input', events });
    await clock.advance(100);
  };
  const asked = [...novice.prompts.asked];
  return { ...pair, viewer, line, statuses, type, asked };
}

describe('staying connected', () => {
  it('the connection breaks: both say so, nothing is held, and the picture is back over another one without a question', async () => {
    const session = await running();
    const { novice, expert, internet, clock, viewer, type, statuses, asked } = session;
    await type(key(0x1e, true));
    expect(novice.desktop.held).toBe(1);

    internet.reachable = () => false;
    internet.cut();
    await clock.settle();
    const atMs = clock.now();
    for (const status of statuses())
      expect(status).toMatchObject({
        phase: { tag: 'connected' },
        viewing: false,
        control: 'no',
        silentSinceMs: atMs,
        search: { sinceMs: atMs, untilMs: atMs + SEARCH_MS },
      });
    expect([novice.desktop.held, novice.desktop.openCaptures, novice.desktop.openInjectors]).toEqual([0, 0, 0]);
    expect(viewer.control).toBe(false);
    const injected = novice.desktop.injected.length;
    await type(key(0x1f, true), key(0x1f, false));
    expect(novice.desktop.injected).toHaveLength(injected);

    await clock.advance(10_000);
    const shown = viewer.graphics;
    internet.reachable = () => true;
    await clock.advance(2_500);
    for (const status of statuses()) {
      expect(status).toMatchObject({ phase: { tag: 'connected' }, viewing: true, control: 'no', found: 1 });
      expect(status).not.toHaveProperty('search');
      expect(status).not.toHaveProperty('silentSinceMs');
    }
    expect(novice.prompts.asked).toEqual(asked);
    expect(viewer.graphics).toBeGreaterThan(shown);
    // Nothing that was typed into the frozen picture comes now, and control is asked for again.
    expect(novice.desktop.injected).toHaveLength(injected);
    await type(key(0x20, true));
    expect(novice.desktop.held).toBe(0);
    expert.assistance.requestControl();
    await clock.advance(100);
    expect(novice.prompts.asked).toEqual([...asked, 'control']);
    await type(key(0x20, true));
    expect(novice.desktop.held).toBe(1);

    await expert.assistance.endSession();
    await clock.advance(100);
    expect(session.reasons()).toEqual(['closedByExpert', 'closedByExpert']);
    expect([novice.history[0]?.found, expert.history[0]?.found]).toEqual([1, 1]);
    expect([novice.history, expert.history].map(({ length }) => length)).toEqual([1, 1]);
    await session.expectNothingLeft();
  });

  it('a silent line is looked past after half a second more, and goes on without a question when it is back', async () => {
    const { line, clock, statuses, internet, expectNothingLeft, novice, viewer, asked } = await running();
    internet.reachable = () => false;
    await line(true);
    await clock.advance(400);
    for (const status of statuses()) expect(status).not.toHaveProperty('search');
    await clock.advance(100);
    for (const status of statuses()) expect(status).toMatchObject({ viewing: false, control: 'granted', search: {} });
    await clock.advance(30_000);
    await line(false);
    for (const status of statuses()) {
      expect(status).toMatchObject({ phase: { tag: 'connected' }, viewing: true, control: 'granted' });
      expect(status).not.toHaveProperty('search');
      expect(status).not.toHaveProperty('found');
    }
    // A call that was under way when the line came back does not take it away.
    internet.reachable = () => true;
    await clock.advance(5_000);
    expect(novice.assistance.status).not.toHaveProperty('found');
    expect(viewer.control).toBe(true);
    expect(novice.prompts.asked).toEqual(asked);
    await novice.assistance.endSession();
    await clock.advance(100);
    await expectNothingLeft();
  });

  it('the network is back before the silent line: that line gets its time, and then the other one is taken', async () => {
    const { line, clock, statuses, internet, novice, asked, expert, expectNothingLeft } = await running();
    internet.reachable = () => false;
    await line(true);
    await clock.advance(10_000);
    internet.reachable = () => true;
    await clock.advance(2_500);
    for (const status of statuses()) {
      expect(status).toMatchObject({ search: {} });
      expect(status).not.toHaveProperty('found');
    }
    await clock.advance(1_700);
    for (const status of statuses()) expect(status).toMatchObject({ viewing: true, control: 'no', found: 1 });
    expect(novice.prompts.asked).toEqual(asked);
    expect(internet.sockets).toBe(1);
    await expert.assistance.endSession();
    await clock.advance(100);
    await expectNothingLeft();
  });

  it('what was on the way when the connection broke is typed again with the novice’s yes, once, and nothing else is', async () => {
    const session = await running();
    const { novice, expert, internet, clock, viewer, type } = session;
    await type(key(0x1e, true), key(0x1e, false));
    // These two leave and never come.
    viewer.act({ tag: 'input', events: [key(0x1f, true), { tag: 'pointerMove', x: 5, y: 5 }, key(0x1f, false)] });
    internet.cut();
    await clock.advance(3_000);
    expect(novice.assistance.status).toMatchObject({ viewing: true, found: 1, control: 'no' });
    const typed = () => novice.desktop.injected.filter(({ tag }) => tag === 'key');
    expect(typed()).toEqual([key(0x1e, true), key(0x1e, false)]);
    expert.assistance.requestControl();
    await clock.advance(1_000);
    expect(typed()).toEqual([0x1e, 0x1f].flatMap((code) => [key(code, true), key(code, false)]));
    await type(key(0x20, true), key(0x20, false));
    // And once more, with nothing on the way.
    internet.cut();
    await clock.advance(3_000);
    expert.assistance.requestControl();
    await clock.advance(11_000);
    expect(novice.assistance.status).toMatchObject({ found: 2, control: 'granted' });
    expect(typed()).toEqual([0x1e, 0x1f, 0x20].flatMap((code) => [key(code, true), key(code, false)]));
    expect(novice.desktop.held).toBe(0);
    await expert.assistance.endSession();
    await clock.advance(100);
    await session.expectNothingLeft();
  });

  it('what is typed again comes before whatever the expert presses next, and before a click that would lead it elsewhere', async () => {
    const session = await running();
    const { novice, expert, internet, clock, viewer, type } = session;
    for (const [lost, next] of [
      [key(0x1e, true), key(0x1f, true)],
      [key(0x20, true), { tag: 'pointerButton', button: 'left', down: true, x: 1, y: 1 }],
    ] satisfies [InputEvent, InputEvent][]) {
      viewer.act({ tag: 'input', events: [lost] });
      internet.cut();
      await clock.advance(3_000);
      const before = novice.desktop.injected.length;
      expert.assistance.requestControl();
      await clock.advance(200);
      await type(next);
      await clock.advance(1_000);
      const pressed = novice.desktop.injected.slice(before).filter((event) => 'down' in event && event.down);
      expect(pressed).toEqual([lost, next]);
    }
    await expert.assistance.endSession();
    await clock.advance(100);
    await session.expectNothingLeft();
  });

  it('only one of the two hears nothing: the other one is taken along', async () => {
    const session = await running();
    const { clock, statuses, internet, novice } = session;
    await clock.advance(6_000);
    internet.novices.at(-1)?.emitter.emit({ tag: 'line', silent: true });
    await clock.advance(3_000);
    for (const status of statuses()) expect(status).toMatchObject({ viewing: true });
    expect(novice.assistance.status).toMatchObject({ found: 1 });
    expect(internet.novices).toHaveLength(2);
    await novice.assistance.endSession();
    await clock.advance(100);
    expect(session.reasons()).toEqual(['stoppedByNovice', 'stoppedByNovice']);
    await session.expectNothingLeft();
  });

  it('after two minutes it is over', async () => {
    const session = await running();
    session.internet.reachable = () => false;
    session.internet.cut('peerGone');
    await session.clock.advance(SEARCH_MS - 1_000);
    expect(session.reasons()).toEqual([undefined, undefined]);
    await session.clock.advance(1_100);
    expect(session.reasons()).toEqual(['connectionLost', 'connectionLost']);
    await session.expectNothingLeft();
  });

  it.each(['novice', 'expert'] as const)('Stop of the %s during the search ends it at once, on both sides', async (who) => {
    const session = await running();
    session.internet.reachable = () => false;
    session.internet.cut();
    await session.clock.advance(3_000);
    await session[who].assistance.endSession();
    await session.clock.advance(100);
    const reason = who === 'novice' ? 'stoppedByNovice' : 'closedByExpert';
    expect(session.reasons()).toEqual([reason, reason]);
    await session.expectNothingLeft();
  });

  it('both programs quit during the search: nothing is left of it', async () => {
    const session = await running();
    session.internet.reachable = () => false;
    session.internet.cut();
    await session.clock.advance(5_000);
    await Promise.all([session.novice.assistance.close(), session.expert.assistance.close()]);
    await session.clock.advance(100);
    expect([session.novice, session.expert].map(({ history }) => history.length)).toEqual([1, 1]);
    await session.expectNothingLeft();
  });

  it('neither the first session id nor a guess opens the door, and another device of the expert has no key to it', async () => {
    const session = await running();
    const { internet, clock, novice } = session;
    const [first, door] = internet.noviceEndpoints;
    if (first === undefined || door === undefined) throw new Error('no door');
    expect(door.sessionId).not.toEqual(first.sessionId);
    const stop = new AbortController();
    const other = await internet.room('192.168.1.30').openExpert({ engine: 'ringback', userName: 'other' }, stop.signal);
    for (const sessionId of [first.sessionId, new Uint8Array(32)]) {
      const expert = await internet.room('192.168.1.30').openExpert({ engine: 'ringback', userName: 'other' }, stop.signal);
      expert.expect({ sessionId, pin: door.pin, addresses: door.ticket.addresses });
      expert.reach('forward');
      await clock.advance(1_000);
    }
    expect(internet.novices).toHaveLength(1);
    expect(novice.assistance.status).toMatchObject({ viewing: true, control: 'granted' });
    // By the messenger: who takes the expert's place there still cannot write a letter.
    internet.reachable = () => false;
    internet.cut();
    const rendezvous = session.expert.messenger.invite(NOVICE, GOING_ON);
    await clock.advance(500);
    expect(rendezvous.state).toBe('CONNECTED');
    const opened = internet.noviceEndpoints.length;
    rendezvous.sendContextData('AAAA'.repeat(30), 'again');
    await clock.advance(500);
    expect(internet.noviceEndpoints).toHaveLength(opened);
    await novice.assistance.endSession();
    await other.close();
    stop.abort();
    await clock.advance(100);
    await session.expectNothingLeft();
  });

  it('who goes by a word of the other side, or has another program, does not look for it', async () => {
    const pair = await createPair();
    await pair.connect();
    pair.internet.cut();
    await pair.clock.advance(100);
    expect(pair.reasons()).toEqual(['connectionLost', 'connectionLost']);
    await pair.expectNothingLeft();
    const session = await running();
    await session.novice.assistance.endSession();
    await session.clock.advance(100);
    expect(session.reasons()).toEqual(['stoppedByNovice', 'stoppedByNovice']);
    await session.expectNothingLeft();
  });

  it('it is lost and found again and again, in one session', async () => {
    const session = await running();
    for (const round of [1, 2, 3]) {
      session.internet.cut();
      await session.clock.advance(3_000);
      for (const status of session.statuses()) expect(status).toMatchObject({ viewing: true, found: round });
    }
    expect(session.internet.sockets).toBe(1);
    expect(session.novice.desktop.openCaptures).toBe(1);
    await session.expert.assistance.endSession();
    await session.clock.advance(100);
    await session.expectNothingLeft();
  });

  describe('both are elsewhere, so that only a messenger can tell where', () => {
    async function elsewhere() {
      const session = await running();
      const { internet } = session;
      const left = ['192.168.1.10', '192.168.1.20'];
      internet.reachable = (from, to) => !left.includes(from) && !left.includes(to);
      internet.move('192.168.1.10', '172.16.0.10');
      internet.move('192.168.1.20', '172.16.0.20');
      return session;
    }

    it('on the conversation that they began with, if that lives', async () => {
      const session = await elsewhere();
      const { internet, clock, statuses, novice, asked, messages } = session;
      const invited = messages.open;
      internet.cut();
      await clock.advance(3_000);
      for (const status of statuses()) expect(status).toMatchObject({ viewing: true, found: 1 });
      expect(novice.assistance.status?.connection?.address).toMatch(/^172\.16\.0\.20:/);
      expect(novice.prompts.asked).toEqual(asked);
      expect(messages.open).toBe(invited);
      await novice.assistance.endSession();
      await clock.advance(100);
      expect(session.reasons()).toEqual(['stoppedByNovice', 'stoppedByNovice']);
      await session.expectNothingLeft();
    });

    it('on another one, which rings nowhere, once both are signed in again', async () => {
      const session = await elsewhere();
      const { internet, clock, statuses, novice, expert, messages, asked } = session;
      internet.cut();
      for (const address of [NOVICE, EXPERT]) messages.cutOff(address);
      await clock.advance(1_000);
      for (const address of [NOVICE, EXPERT]) messages.restore(address);
      for (const status of statuses()) expect(status).toMatchObject({ search: {} });
      await clock.advance(30_000);
      for (const status of statuses()) expect(status).toMatchObject({ viewing: true, found: 1 });
      expect([novice.prompts.asked, expert.assistance.invitations, novice.assistance.invitations]).toEqual([asked, [], []]);
      await expert.assistance.endSession();
      await clock.advance(100);
      expect(session.reasons()).toEqual(['closedByExpert', 'closedByExpert']);
      await session.expectNothingLeft();
    });

    it('a conversation for a session of somebody who is not missing is declined without a word to anybody', async () => {
      const session = await running();
      const { clock, expert, novice } = session;
      const rendezvous = expert.messenger.invite(NOVICE, GOING_ON);
      const heard: string[] = [];
      rendezvous.onEvent(({ tag }) => heard.push(tag));
      await clock.advance(1_000);
      expect([heard, novice.assistance.invitations]).toEqual([['appNotPresent'], []]);
      await novice.assistance.endSession();
      await clock.advance(100);
      await session.expectNothingLeft();
    });
  });

  describe('through somebody else’s server', () => {
    async function relayed() {
      const session = await running((pair) => {
        pair.internet.reachable = () => false;
        pair.internet.relays = true;
      }, 4_000);
      for (const status of session.statuses()) expect(status).toMatchObject({ connection: { by: 'relay', relayed: true } });
      return session;
    }

    it('the relay dies: another one carries the session, without a question', async () => {
      const session = await relayed();
      const { internet, clock, statuses, novice, asked } = session;
      internet.cut();
      await clock.advance(2_000);
      for (const status of statuses()) expect(status).toMatchObject({ viewing: true, found: 1, connection: { by: 'relay' } });
      expect(novice.prompts.asked).toEqual(asked);
      await novice.assistance.endSession();
      await clock.advance(100);
      await session.expectNothingLeft();
    });

    it('a direct way appears: the picture moves there by itself, and not while the expert has control', async () => {
      const session = await relayed();
      const { internet, clock, statuses, novice, expert, viewer, asked } = session;
      internet.reachable = () => true;
      await clock.advance(120_000);
      for (const status of statuses()) expect(status).toMatchObject({ control: 'granted', connection: { by: 'relay' } });
      expert.assistance.releaseControl();
      const shown = viewer.graphics;
      await clock.advance(61_000);
      for (const status of statuses()) {
        expect(status).toMatchObject({ viewing: true, control: 'no' });
        expect(status?.connection).not.toHaveProperty('relayed');
        for (const key of ['found', 'search', 'silentSinceMs']) expect(status).not.toHaveProperty(key);
      }
      expect([novice.prompts.asked, internet.sockets]).toEqual([asked, 1]);
      expect(viewer.graphics).toBeGreaterThan(shown);
      await expert.assistance.endSession();
      await clock.advance(100);
      expect(session.reasons()).toEqual(['closedByExpert', 'closedByExpert']);
      expect(novice.history[0]).not.toHaveProperty('found');
      await session.expectNothingLeft();
    });
  });
});
