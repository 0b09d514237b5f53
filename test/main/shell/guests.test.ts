import { describe, expect, it } from 'vitest';
import type { GuestCode } from '../../../src/facts/invitations.ts';
import { AssistanceError, type Assistance } from '../../../src/main/assistance/contract.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import { MessengerError, type Account, type Messenger, type Messengers } from '../../../src/main/messenger/contract.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../src/main/settings/settings-store.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import type { AppModel } from '../../../src/main/shell/app-model.ts';
import { createGuestAccess } from '../../../src/main/shell/guest-access.ts';
import { createGuestAsking } from '../../../src/main/shell/guest-asking.ts';
import { createNewcomers } from '../../../src/main/shell/newcomers.ts';
import { readHelpLink, writeHelpLink } from '../../../src/protocol/xmpp/help-link.ts';
import { createInMemoryNetwork } from '../../support/in-memory-messenger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ACCOUNT = { transport: 'xmpp', address: 'erik@help.example', friendlyName: 'Erik', password: 'x' };

/** A messenger that lets anybody in on some hosts, under an address of its own making. */
function lettingIn(hosts: readonly string[], clock: VirtualClock): { readonly messenger: Messenger; readonly hosts: string[] } {
  const asked: string[] = [];
  const network = createInMemoryNetwork({ clock, transport: 'guest' });
  const messenger = network.messenger();
  const closed = network.account('nobody@closed.example');
  return {
    hosts: asked,
    messenger: new Proxy(messenger, {
      get(target, name) {
        if (name === 'signIn')
          return (account: { guestHost: string; friendlyName: string }) => {
            asked.push(account.guestHost);
            target.signIn(
              hosts.includes(account.guestHost)
                ? network.account(`840912@${account.guestHost}`, account.friendlyName)
                : { ...closed, accessToken: 'wrong' },
            );
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
  };
}

interface World {
  readonly clock: VirtualClock;
  readonly facts: () => AppFacts;
  readonly hosts: readonly string[];
  readonly messengers: Messengers;
  readonly newcomers: ReturnType<typeof createNewcomers>;
  readonly asking: ReturnType<typeof createGuestAsking>;
  /** How the run with a code comes out: undefined for well. */
  outcome: AssistanceError | undefined;
  readonly asked: unknown[][];
  endSession(): Promise<void>;
}

async function world(
  options: { hosts?: readonly string[]; account?: boolean | Partial<Account>; settings?: Partial<Settings> } = {},
): Promise<World> {
  const clock = new VirtualClock();
  const { messenger, hosts } = lettingIn(options.hosts ?? ['guest.help.example'], clock);
  const xmpp = createInMemoryNetwork({ clock, transport: 'xmpp' });
  const own = xmpp.messenger();
  if (options.account !== false) own.signIn(xmpp.account(ACCOUNT.address, 'Erik'));
  await clock.advance(1);
  const messengers = createMessengers(
    new Map([
      ['xmpp', own],
      ['guest', messenger],
    ]),
  );
  let facts = { settings: { ...DEFAULT_SETTINGS, ...options.settings } } as AppFacts;
  const model = {
    get facts() {
      return facts;
    },
    update: (change: Partial<AppFacts>) => void (facts = { ...facts, ...change }),
  } as AppModel;
  const changes = new Emitter();
  let code: GuestCode | undefined;
  let status: Assistance['status'];
  const asked: unknown[][] = [];
  const help = {
    get guestCode() {
      return code;
    },
    get status() {
      return status;
    },
    invitations: [],
    onChange: changes.on,
    openGuestCode: () => {
      // The one before is put away first, and that is told.
      code = undefined;
      changes.emit();
      code = { code: 'K7QM2CFH', state: 'open', expiresAtMs: 1, wrong: 0 };
      changes.emit();
    },
    closeGuestCode: () => {
      code = undefined;
      changes.emit();
    },
    stopAskingAsGuest: () => undefined,
    askAsGuest: (...said: unknown[]) => {
      asked.push(said);
      if (made.outcome !== undefined) return Promise.reject(made.outcome);
      status = { role: 'novice', peer: { transport: 'guest' }, phase: { tag: 'inviting' } } as Assistance['status'];
      return Promise.resolve();
    },
  };
  const guests = createGuestAccess(messengers, clock);
  const accounts = {
    of: (transport: string) =>
      transport === 'xmpp' && options.account !== false ? { ...ACCOUNT, ...(options.account === true ? {} : options.account) } : undefined,
  };
  const made: World = {
    clock,
    facts: () => facts,
    hosts,
    messengers,
    newcomers: createNewcomers({ help, messengers, accounts, guests, model, name: () => 'Nora' }),
    asking: createGuestAsking({ help, guests, model }),
    outcome: undefined,
    asked,
    async endSession() {
      status = status && { ...status, phase: { tag: 'ended', reason: 'stoppedByNovice', atMs: 0 } };
      changes.emit();
      await clock.settle();
    },
  };
  return made;
}

async function codeOf(promise: Promise<unknown>, clock: VirtualClock): Promise<string> {
  let outcome = 'open';
  promise.then(
    () => (outcome = 'done'),
    (error: unknown) => (outcome = (error as { code?: string }).code ?? String(error)),
  );
  await clock.advance(30_000);
  return outcome;
}

describe('a place to meet somebody new', () => {
  it('is the server of the own account, where it lets guests in: the link and the address say so', async () => {
    const { newcomers, clock, facts, messengers } = await world();
    expect(await codeOf(newcomers.begin(), clock)).toBe('done');
    expect(facts().newcomer).toMatchObject({ address: 'erik@help.example', code: 'K7QM2CFH', byPage: false });
    expect(readHelpLink(facts().newcomer?.link ?? '')).toEqual({ to: 'erik@help.example', name: 'Nora', code: 'K7QM2CFH' });
    // It was only looked at.
    expect(messengers.stateOf('guest').tag).toBe('signedOut');
    newcomers.end();
    expect(facts().newcomer).toBeUndefined();
  });

  it('says what has to be typed or sent beside the code, where the own account needs it', async () => {
    const { newcomers, clock, facts } = await world({ account: { server: '192.0.2.7:5222', authority: '/media/stick/help.pem' } });
    expect(await codeOf(newcomers.begin(), clock)).toBe('done');
    expect(facts().newcomer).toMatchObject({ address: 'erik@help.example', server: '192.0.2.7:5222', authority: '/media/stick/help.pem' });
    expect(readHelpLink(facts().newcomer?.link ?? '')).toMatchObject({ server: '192.0.2.7:5222' });
  });

  it('is looked for once, however often it is asked for meanwhile', async () => {
    const { newcomers, clock, facts, hosts } = await world();
    const both = [newcomers.begin(), newcomers.begin()];
    expect(await codeOf(Promise.all(both), clock)).toBe('done');
    expect(hosts).toEqual(['guest.help.example']);
    expect(facts().newcomer).toMatchObject({ code: 'K7QM2CFH' });
    // And anew, once that is done.
    expect(await codeOf(newcomers.begin(), clock)).toBe('done');
    expect(hosts).toHaveLength(2);
  });

  it('is the server that Settings name, where the own one lets nobody in: both are guests there, and only the link leads there', async () => {
    const { newcomers, clock, facts, messengers, hosts } = await world({
      hosts: ['guests.example'],
      settings: { guestServer: 'guests.example', helpPage: 'https://page.example/h' },
    });
    expect(await codeOf(newcomers.begin(), clock)).toBe('done');
    expect(hosts).toEqual(['guest.help.example', 'guests.example']);
    expect(facts().newcomer).not.toHaveProperty('address');
    expect(facts().newcomer?.link).toMatch(/^https:\/\/page\.example\/h#v=1&/);
    expect(readHelpLink(facts().newcomer?.link ?? '')).toMatchObject({ to: '840912@guests.example', host: 'guests.example' });
    expect(messengers.stateOf('guest').tag).toBe('signedIn');
    newcomers.end();
    await clock.settle();
    expect(messengers.stateOf('guest').tag).toBe('signedOut');
  });

  it.each([
    [{ hosts: [] }, 'NO_GUESTS'],
    [{ hosts: [], account: false }, 'NO_GUEST_SERVER'],
    [{ hosts: [], settings: { guestServer: 'guests.example' } }, 'NAMED_SERVER_CLOSED'],
  ])('%j: says what is missing', async (options, code) => {
    const { newcomers, clock, facts, messengers } = await world(options);
    expect(await codeOf(newcomers.begin(), clock)).toBe(code);
    expect(facts().newcomer).toBeUndefined();
    expect(messengers.stateOf('guest').tag).toBe('signedOut');
  });
});

describe('asking as a guest', () => {
  const self = { name: 'Nora', authority: '' };
  const wish = { address: ' Erik@Help.example ', code: 'k7qm 2cfh', server: '', ...self };

  it('signs in where the address says, asks, and leaves when the session is over', async () => {
    const { asking, clock, hosts, asked, messengers, endSession } = await world();
    expect(await codeOf(asking.ask(wish), clock)).toBe('done');
    expect([hosts, asked]).toEqual([['guest.help.example'], [[{ transport: 'guest', address: 'erik@help.example' }, 'k7qm 2cfh']]]);
    expect(messengers.stateOf('guest').tag).toBe('signedIn');
    await endSession();
    expect(messengers.stateOf('guest').tag).toBe('signedOut');
  });

  it('a wrong code leaves, and says how often it may be tried; the fifth asks for a new one', async () => {
    const made = await world();
    made.outcome = new AssistanceError('GUEST_CODE_WRONG', 'wrong');
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await codeOf(made.asking.ask(wish), made.clock)).toBe('GUEST_CODE_WRONG');
      expect([made.facts().guestTriesLeft, made.messengers.stateOf('guest').tag]).toEqual([triesLeft, 'signedOut']);
    }
    expect(await codeOf(made.asking.ask(wish), made.clock)).toBe('GUEST_TRIES_USED');
    expect(made.facts().guestTriesLeft).toBeUndefined();
  });

  it.each([
    ['erik@closed.example', 'GUEST_SERVER_CLOSED'],
    ['erik', 'INVALID_ARGUMENT'],
    ['help.example', 'INVALID_ARGUMENT'],
  ])('%s: %s', async (address, code) => {
    const { asking, clock, messengers } = await world();
    expect(await codeOf(asking.ask({ ...wish, address }), clock)).toBe(code);
    expect(messengers.stateOf('guest').tag).toBe('signedOut');
  });

  it('is given up at once, also while the server says nothing, and can be begun again', async () => {
    const { asking, clock, messengers, asked } = await world();
    const tried = asking.ask(wish);
    const outcome = expect(tried).rejects.toMatchObject({ code: 'ENDED' });
    asking.stop();
    // No time passes.
    await outcome;
    expect([asked, messengers.stateOf('guest').tag]).toEqual([[], 'signedOut']);
    expect(await codeOf(asking.ask(wish), clock)).toBe('done');
  });

  it('a link is shown, and does nothing before the person says so; its code is in no window', async () => {
    const { asking, clock, facts, hosts, asked } = await world({ hosts: ['guests.example'] });
    asking.offer(`Open this: ${writeHelpLink({ to: 'erik@help.example', name: 'Еrik', host: 'guests.example', code: 'K7QM2CFH' })}`);
    await clock.advance(60_000);
    expect([hosts, asked]).toEqual([[], []]);
    expect(facts().offeredHelp).toEqual({ address: 'erik@help.example', claim: 'rik' });
    expect(JSON.stringify(facts().offeredHelp)).not.toContain('K7QM');
    expect(await codeOf(asking.useOffered(self), clock)).toBe('done');
    expect([hosts, facts().offeredHelp]).toEqual([['guests.example'], undefined]);
    await expect(asking.useOffered(self)).rejects.toMatchObject({ code: 'NO_LINK_OPEN' });
    expect(() => asking.offer('ringback:help?v=1&to=a')).toThrow(expect.objectContaining({ code: 'LINK_CUT_OFF' }));
  });

  it('a link that is opened while another one asks stays', async () => {
    const { asking, clock, facts } = await world();
    asking.offer(writeHelpLink({ to: 'erik@help.example', code: 'K7QM2CFH' }));
    const asked = asking.useOffered(self);
    asking.offer(writeHelpLink({ to: 'anna@help.example', code: 'K7QM2CFH' }));
    // Nothing changes under a finger that is about to come down.
    expect(facts().offeredHelp).toEqual({ address: 'erik@help.example', claim: '', another: true });
    expect(await codeOf(asked, clock)).toBe('done');
    expect(facts().offeredHelp).toEqual({ address: 'anna@help.example', claim: '' });
    // The same once more is no other one.
    asking.offer(writeHelpLink({ to: 'anna@help.example', code: 'K7QM2CFH' }));
    expect(facts().offeredHelp).toEqual({ address: 'anna@help.example', claim: '' });
    asking.putAway();
    expect(facts().offeredHelp).toBeUndefined();
  });

  it('a server that is not there is given up', async () => {
    const { clock } = await world();
    const guests = createGuestAccess(
      {
        stateOf: () => ({ tag: 'signedOut' }),
        signIn: () => undefined,
        signOut: () => Promise.resolve(),
        onEvent: () => () => undefined,
      } as unknown as Messengers,
      clock,
    );
    const trying = guests.signIn({ host: 'silent.example', domain: 'example' }, 'Nora');
    const failed = expect(trying).rejects.toMatchObject({ code: 'TIMEOUT', name: MessengerError.name });
    await clock.advance(20_000);
    await failed;
  });
});
