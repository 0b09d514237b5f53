import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../src/protocol/host-port.ts';
import { type Expert, type Novice, Race, type Rooms, dial, has, refusals, tags, ticketOf } from './race.ts';

/** Two computers and what is between them; what a connection room has to bring to be tested. */
export interface ComplianceInternet extends Rooms {
  /** Lets time pass until `condition` holds; rejects, naming `what`, when it never does. */
  until(condition: () => unknown, what: string): Promise<void>;
  /** An address that the other computer reaches and where nobody listens. */
  nobody(): Promise<HostPort>;
  /** Listeners and connections that are open. */
  open(): number;
}

const DESKTOP = { width: 640, height: 480 };

/** What every connection room must do, whatever is under it. */
export function describeCompliance(name: string, connect: () => ComplianceInternet): void {
  describe(`connection compliance: ${name}`, () => {
    let net: ComplianceInternet;
    let race: Race;
    let openBefore: number;

    beforeEach(() => {
      net = connect();
      openBefore = net.open();
      race = new Race(undefined, net);
    });
    afterEach(async () => {
      await race.end();
      await net.until(() => net.open() <= openBefore, 'everything to be closed');
    });

    const both = (): Promise<[Novice, Expert]> => Promise.all([race.novice(), race.expert()]);

    async function connected(novice: Novice, expert: Expert) {
      await net.until(() => novice.link() !== undefined && expert.link() !== undefined, 'both links');
      novice.link()?.admit(DESKTOP, [novice.channel]);
      await net.until(() => has(novice.linkEvents, 'active') && has(expert.linkEvents, 'active'), 'an active session');
    }

    /** A running session on the first way. */
    async function session(): Promise<[Novice, Expert]> {
      const [novice, expert] = await both();
      expert.endpoint.expect(ticketOf(novice));
      dial(novice, expert.endpoint.ticket.addresses);
      await connected(novice, expert);
      return [novice, expert];
    }

    it('says which ways there are, and what a ticket needs', async () => {
      const [novice, expert] = await both();
      for (const room of [net.novice, net.expert]) expect(room.ways.map(({ id }) => id)).toEqual(['reverse', 'relay', 'forward']);
      for (const { endpoint } of [novice, expert]) {
        expect(endpoint.ticket.addresses.length).toBeGreaterThan(0);
        for (const { port } of endpoint.ticket.addresses) expect(port).toBeGreaterThan(1024);
      }
      expect([novice.endpoint.sessionId, novice.endpoint.pin].map(({ length }) => length)).toEqual([32, 32]);
      const other = await race.novice();
      expect(other.endpoint.sessionId).not.toEqual(novice.endpoint.sessionId);
      expect(other.endpoint.pin).not.toEqual(novice.endpoint.pin);
    });

    it.each(['reverse', 'forward'] as const)('%s: one link on each side, in this order, and nothing else is left', async (way) => {
      const [novice, expert] = await both();
      expert.endpoint.expect(ticketOf(novice));
      novice.endpoint.expect(expert.endpoint.ticket);
      (way === 'reverse' ? novice : expert).endpoint.reach(way);
      await connected(novice, expert);
      expect(tags(novice.events)).toEqual(['attempt', 'presented']);
      expect(tags(expert.events)).toEqual(['attempt', 'verified']);
      expect(novice.events[0]).toMatchObject({ by: way });
      expect([novice.link()?.connection.by, expert.link()?.connection.by]).toEqual([way, way]);
      const ofExpert = tags(expert.linkEvents).filter((tag) => tag !== 'roundTrip');
      expect(ofExpert.slice(0, 2)).toEqual(['presented', 'active']);
      expect(has(expert.linkEvents, 'active')?.desktop).toEqual(DESKTOP);
      await net.until(() => net.open() <= openBefore + 2, 'the listeners to go');
    });

    it('a connection that comes before the novice ticket waits for it', async () => {
      const [novice, expert] = await both();
      dial(novice, expert.endpoint.ticket.addresses);
      await net.until(() => has(expert.events, 'attempt'), 'the attempt');
      expect(expert.link()).toBeUndefined();
      expert.endpoint.expect(ticketOf(novice));
      await connected(novice, expert);
    });

    it('both ways at once make one session, on which both ends agree', async () => {
      const [novice, expert] = await both();
      expert.endpoint.expect(ticketOf(novice));
      expert.endpoint.reach('forward');
      dial(novice, expert.endpoint.ticket.addresses);
      await connected(novice, expert);
      expect(novice.link()?.connection.by).toBe(expert.link()?.connection.by);
      expect(
        [tags(novice.events), tags(expert.events)].map((all) => all.filter((tag) => tag === 'presented' || tag === 'verified')),
      ).toEqual([['presented'], ['verified']]);
    });

    it('nothing is reached before the other side is expected, and its first ticket is the one that counts', async () => {
      const [novice, expert] = await both();
      novice.endpoint.reach('reverse');
      expert.endpoint.reach('forward');
      expert.endpoint.expect(ticketOf(novice));
      expert.endpoint.expect({ ...ticketOf(novice), pin: new Uint8Array(32) });
      novice.endpoint.expect(expert.endpoint.ticket);
      novice.endpoint.expect({ addresses: [await net.nobody()] });
      novice.endpoint.reach('reverse');
      await connected(novice, expert);
      expect(tags(novice.events)).toEqual(['attempt', 'presented']);
    });

    it('where nobody answers the way fails, and the other one goes on', async () => {
      const [novice, expert] = await both();
      expert.endpoint.expect(ticketOf(novice));
      dial(novice, [await net.nobody(), await net.nobody()]);
      await net.until(() => has(novice.events, 'wayFailed'), 'the way to fail');
      expect(has(novice.events, 'wayFailed')).toEqual({ tag: 'wayFailed', by: 'reverse', failure: 'unreachable' });
      expect(refusals(novice.events)).toEqual(['SOCKET', 'SOCKET']);
      expert.endpoint.reach('forward');
      await connected(novice, expert);
    });

    it('a way without an address, and one that is not there, fail at once', async () => {
      const novice = await race.novice();
      novice.endpoint.expect({ addresses: [] });
      novice.endpoint.reach('reverse');
      novice.endpoint.reach('pigeon');
      await net.until(() => novice.events.length === 2, 'both failures');
      expect(novice.events).toEqual([
        { tag: 'wayFailed', by: 'reverse', failure: 'unreachable' },
        { tag: 'wayFailed', by: 'pigeon', failure: 'unavailable' },
      ]);
    });

    it('another certificate than the pinned one is refused, and that side hears nothing', async () => {
      const [novice, expert] = await both();
      expert.endpoint.expect({ ...ticketOf(novice), pin: new Uint8Array(32) });
      expert.endpoint.reach('forward');
      await net.until(() => has(expert.events, 'wayFailed'), 'the refusal');
      expect(has(expert.events, 'refused')).toMatchObject({ by: 'forward', failure: 'stranger', error: { code: 'PIN_MISMATCH' } });
      expect(has(expert.events, 'wayFailed')).toEqual({ tag: 'wayFailed', by: 'forward', failure: 'stranger' });
      await net.until(() => has(novice.events, 'refused'), 'the novice to notice');
      expect(novice.link()).toBeUndefined();
      expect(refusals(novice.events)).not.toContain('WRONG_SESSION_ID');
    });

    it('another session id is refused, and the right one is still let in', async () => {
      const [novice, wrong, expert] = await Promise.all([race.novice(), race.expert(), race.expert()]);
      wrong.endpoint.expect({ ...ticketOf(novice), sessionId: new Uint8Array(32) });
      wrong.endpoint.reach('forward');
      await net.until(() => has(novice.events, 'refused') && has(wrong.linkEvents, 'ended'), 'the refusal');
      expect(has(novice.events, 'refused')).toMatchObject({ by: 'forward', failure: 'stranger', error: { code: 'WRONG_SESSION_ID' } });
      expect(has(wrong.linkEvents, 'ended')?.end).toBe('lost');
      expert.endpoint.expect(ticketOf(novice));
      expert.endpoint.reach('forward');
      await connected(novice, expert);
    });

    it('a standing endpoint lets in one after the other', async () => {
      const novice = await race.novice({ standing: true });
      for (const round of [1, 2]) {
        const expert = await race.expert();
        expert.endpoint.expect(ticketOf(novice));
        expert.endpoint.reach('forward');
        await net.until(() => tags(novice.events).filter((tag) => tag === 'presented').length === round, `expert ${round}`);
        await net.until(() => has(expert.linkEvents, 'presented'), 'the expert to know');
        await expert.link()?.close();
        await net.until(() => tags(novice.linkEvents).filter((tag) => tag === 'ended').length === round, 'the end');
      }
    });

    it('a returning endpoint lets its expert in again while the connection before still stands, and nobody with another id', async () => {
      const first = await race.novice();
      const { identity } = first.endpoint;
      const novice = await race.novice({ returning: true, identity, sessionId: new Uint8Array(32).fill(3) });
      expect(novice.endpoint.pin).toEqual(identity.pin);
      const stranger = await race.expert();
      stranger.endpoint.expect({ ...ticketOf(novice), sessionId: first.endpoint.sessionId });
      stranger.endpoint.reach('forward');
      await net.until(() => has(novice.events, 'refused') && has(stranger.linkEvents, 'ended'), 'the refusal');
      expect(has(novice.events, 'refused')).toMatchObject({ failure: 'stranger', error: { code: 'WRONG_SESSION_ID' } });
      const [one, other] = await Promise.all([race.expert(), race.expert()]);
      for (const [index, expert] of [one, other].entries()) {
        expert.endpoint.expect({ ...ticketOf(novice), addresses: [await net.nobody()] });
        expert.endpoint.reach('forward');
        await net.until(() => has(expert.events, 'wayFailed'), 'nobody to be there');
        expert.endpoint.moved(novice.endpoint.ticket);
        expert.endpoint.reach('forward');
        await net.until(() => tags(novice.events).filter((tag) => tag === 'presented').length === index + 1, 'the expert');
      }
      expect(has(one.linkEvents, 'ended')).toBeUndefined();
      for (const expert of [one, other]) await expert.link()?.close();
      await net.until(() => has(one.linkEvents, 'ended') && has(other.linkEvents, 'ended'), 'the end');
    });

    it('carries channels both ways and input, and counts', async () => {
      const [novice, expert] = await session();
      void novice.channel.port?.send([Uint8Array.of(4, 5)]);
      void expert.channel.port?.send([Uint8Array.of(1, 2, 3)]);
      expert.link()?.sendInput([{ tag: 'pointerMove', x: 10, y: 20 }]);
      await net.until(() => novice.channel.heard.length > 0 && expert.channel.heard.length > 0, 'both messages');
      await net.until(() => has(novice.linkEvents, 'input'), 'the input');
      expect([...(novice.channel.heard[0] ?? [])]).toEqual([1, 2, 3]);
      expect([...(expert.channel.heard[0] ?? [])]).toEqual([4, 5]);
      expect(has(novice.linkEvents, 'input')?.events).toEqual([{ tag: 'pointerMove', x: 10, y: 20 }]);
    });

    it.each(['denied', 'timeout', 'userRequested'] as const)(
      'the novice closes: %s is told, once, and to who listens late',
      async (reason) => {
        const [novice, expert] = await both();
        expert.endpoint.expect(ticketOf(novice));
        dial(novice, expert.endpoint.ticket.addresses);
        await net.until(() => novice.link() !== undefined && has(expert.linkEvents, 'presented'), 'both links');
        const [link, other] = [novice.link(), expert.link()];
        void link?.close(reason);
        void link?.close('protocolError');
        await net.until(() => has(expert.linkEvents, 'ended') && has(novice.linkEvents, 'ended'), 'the end');
        expect(has(expert.linkEvents, 'ended')?.end).toBe(reason);
        expect(has(novice.linkEvents, 'ended')?.end).toBe(reason);
        expect(tags(expert.linkEvents).filter((tag) => tag === 'ended')).toHaveLength(1);
        const late: string[] = [];
        other?.onEvent(({ tag }) => late.push(tag));
        await net.until(() => late.length > 0, 'the last event again');
        expect(late).toEqual(['ended']);
        await expect(link?.sendGraphics([])).rejects.toMatchObject({ code: 'SOCKET' });
      },
    );

    it('the expert closes', async () => {
      const [novice, expert] = await session();
      void expert.link()?.close();
      await net.until(() => has(expert.linkEvents, 'ended') && has(novice.linkEvents, 'ended'), 'the end');
      expect(has(expert.linkEvents, 'ended')?.end).toBe('userRequested');
      expect(has(novice.linkEvents, 'ended')?.end).toBe('disconnected');
    });

    it('stopped before it begins, nothing is opened', async () => {
      race.abort.abort();
      await expect(race.novice()).rejects.toMatchObject({ code: 'ABORTED' });
      await expect(race.expert()).rejects.toMatchObject({ code: 'ABORTED' });
      expect(net.open()).toBe(openBefore);
    });

    it.each(['by its signal', 'by close'] as const)('stopped %s, nothing is left and nobody is told anything more', async (how) => {
      const [novice, expert] = await both();
      dial(novice, expert.endpoint.ticket.addresses);
      await net.until(() => has(expert.events, 'attempt'), 'the attempt');
      const told = novice.events.length;
      if (how === 'by its signal') race.abort.abort();
      await Promise.all([novice.endpoint.close(), expert.endpoint.close(), novice.endpoint.close()]);
      await net.until(() => net.open() <= openBefore, 'everything to be closed');
      novice.endpoint.reach('reverse');
      expert.endpoint.expect(ticketOf(novice));
      expect(tags(novice.events).slice(told)).toEqual([]);
      expect(novice.link()).toBeUndefined();
    });
  });
}
