import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MessengerError, type Account, type Messenger, type Peer } from '../../../src/main/messenger/contract.ts';
import { until } from '../../support/programs.ts';
import { PATIENCE_MS, Person, REMOTE_ASSISTANCE, Side } from './people.ts';

const CONVERSATION = { guid: '{02D3C01F-BF30-4825-A83A-DE7AF41648AA}', name: 'Voice and video conversation', url: 'http://example.test' };
export const COMPLIANCE_APPLICATIONS = [REMOTE_ASSISTANCE.guid, CONVERSATION.guid];
const WHITEBOARD = { guid: '{1DF57D09-637A-4ca5-91B9-2C3EDAAF62FE}', name: 'Whiteboard' };

/** One network with users on it; what a transport has to bring to be tested. */
export interface ComplianceNetwork {
  account(address: string, friendlyName: string): Promise<Account>;
  /** The field of an account that proves whose it is. */
  readonly secret: string;
  /** Set where it tells nobody whose account there is, no strangers are heard, and no address is said that nobody has given. */
  readonly discreet?: true;
  /** For one user, with the COMPLIANCE_APPLICATIONS. */
  messenger(): Messenger;
  /** Breaks the user's connection and keeps it broken; `restore` lets the next attempt through. */
  cutOff(address: string): void;
  restore(address: string): void;
  /** Connections and sessions that are open, as far as the network can tell: zero once everybody has signed out. */
  open(): number;
  close(): Promise<void>;
}

/** What every transport must do, whatever is under it. */
export function describeCompliance(name: string, open: () => Promise<ComplianceNetwork>): void {
  describe(`messenger compliance: ${name}`, () => {
    let network: ComplianceNetwork;
    let novice: Person;
    let expert: Person;
    const persons: Person[] = [];
    const person = async (address: string, friendlyName: string): Promise<Person> => {
      const someone = new Person(await network.account(address, friendlyName), network.messenger());
      persons.push(someone);
      return someone;
    };

    beforeEach(async () => {
      network = await open();
      novice = await person('nora@home', 'Nora Novice');
      expert = await person('eric@home', 'Éric “Expert” 100%');
    });
    afterEach(async () => {
      await Promise.all(persons.splice(0).map(({ messenger }) => messenger.signOut()));
      await network.close();
    });

    /** Whoever is told of has the name of the transport beside the address. */
    const nameOf = ({ account: { transport, address, friendlyName } }: Person): Peer => ({ transport, address, friendlyName });
    const bothIn = async (): Promise<void> => {
      await Promise.all([novice.signIn(), expert.signIn()]);
      await novice.messenger.addContact('eric@home');
      await expert.messenger.addContact('nora@home');
      await novice.sees(expert, 'online');
    };
    const connected = async (): Promise<[Side, Side]> => {
      await bothIn();
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      rung.session.accept();
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      return [asked, rung];
    };

    it('signs in and says with which name', async () => {
      await novice.signIn();
      expect(novice.messenger.state).toEqual({ tag: 'signedIn', address: 'nora@home', friendlyName: 'Nora Novice' });
      await novice.messenger.setFriendlyName('Nora 诺拉');
      expect(novice.messenger.state).toEqual({ tag: 'signedIn', address: 'nora@home', friendlyName: 'Nora 诺拉' });
      await novice.messenger.signOut();
      expect(novice.messenger.state).toEqual({ tag: 'signedOut' });
    });

    it('ends in signedOut with wrong credentials, for a wrong token and for no account alike', async () => {
      novice.messenger.signIn({ ...novice.account, [network.secret]: 'wrong' });
      await novice.state('signedOut');
      expect(novice.messenger.state).toEqual({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' });
      expert.messenger.signIn({ ...expert.account, address: 'nobody@home' });
      await expert.state('signedOut');
      expect(expert.messenger.state).toEqual({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' });
    });

    it('refuses everything but signing in while signed out', async () => {
      const refused = { code: 'NOT_SIGNED_IN' };
      await expect(novice.messenger.addContact('eric@home')).rejects.toMatchObject(refused);
      await expect(novice.messenger.removeContact('eric@home')).rejects.toMatchObject(refused);
      await expect(novice.messenger.setPresence('busy')).rejects.toMatchObject(refused);
      await expect(novice.messenger.setFriendlyName('x')).rejects.toMatchObject(refused);
      expect(() => novice.messenger.invite('eric@home', REMOTE_ASSISTANCE)).toThrow(MessengerError);
    });

    it('adds contacts that see each other, with names, and keeps them', async () => {
      await bothIn();
      await expert.sees(novice, 'online');
      expect(novice.messenger.contacts).toEqual([
        { transport: novice.account.transport, address: 'eric@home', friendlyName: 'Éric “Expert” 100%', presence: 'online' },
      ]);
      await novice.messenger.addContact('ERIC@home');
      expect(novice.messenger.contacts).toHaveLength(1);
      await novice.messenger.signOut();
      await expert.sees(novice, 'offline');
      await novice.signIn();
      await Promise.all([novice.sees(expert, 'online'), expert.sees(novice, 'online')]);
    });

    it('puts nobody on the list of another, tells of who has listed us until we answer, and blocks', async () => {
      await Promise.all([novice.signIn(), expert.signIn()]);
      await novice.messenger.addContact('eric@home');
      const listed = await expert.record.find((event) => event.tag === 'listed', 'being listed');
      expect(listed).toMatchObject({ peer: { transport: expert.account.transport, address: 'nora@home', friendlyName: 'Nora Novice' } });
      await expert.messenger.declineListing('nora@home');
      expect(expert.messenger.contacts).toEqual([]);
      await expert.messenger.addContact('nora@home');
      await expert.sees(novice, 'online');
      await expert.messenger.blockContact('nora@home');
      expect(expert.messenger.contacts).toEqual([]);
      await novice.messenger.sendMessage('eric@home', 'Hello?').catch(() => undefined);
      // A later message than one that came would have come after it.
      await expert.messenger.setPresence('busy');
      expect(expert.record.events.filter(({ tag }) => tag === 'chat')).toEqual([]);
    });

    it('refuses a contact that does not exist, and removes one that does', async () => {
      await bothIn();
      await expect(novice.messenger.addContact('no address')).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
      const nobody = novice.messenger.addContact('nobody@home');
      if (network.discreet === true) {
        await nobody;
        expect(novice.messenger.contacts).toContainEqual(expect.objectContaining({ address: 'nobody@home', presence: 'offline' }));
        await novice.messenger.removeContact('nobody@home');
      } else await expect(nobody).rejects.toMatchObject({ code: 'NO_SUCH_USER' });
      await novice.messenger.removeContact('eric@home');
      expect(novice.messenger.contacts).toEqual([]);
    });

    it('shows presence and names both ways', async () => {
      await bothIn();
      await expert.sees(novice, 'online');
      await novice.messenger.setPresence('busy');
      await expert.sees(novice, 'busy');
      await expert.messenger.setPresence('away');
      await novice.sees(expert, 'away');
      await expert.messenger.setFriendlyName('Erika');
      await novice.record.until(() => novice.messenger.contacts[0]?.friendlyName === 'Erika', 'the new name');
      await expert.messenger.signOut();
      await novice.sees(expert, 'offline');
    });

    it('invites, accepts, and is ready on both sides', async () => {
      await bothIn();
      const asked = novice.invite(expert);
      expect(asked.session).toMatchObject({ flag: 'INVITER', state: 'INVITATION', peer: nameOf(expert) });
      const rung = await expert.invitation();
      expect(rung.session).toMatchObject({
        flag: 'INVITEE',
        state: 'INVITATION',
        peer: nameOf(novice),
      });
      expect(rung.session.application.guid.toLowerCase()).toBe(REMOTE_ASSISTANCE.guid);
      rung.session.accept();
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      expect(asked.tags).toEqual(['accepted', 'readyToLaunch']);
      expect(rung.tags).toEqual(['readyToLaunch']);
      expect([asked.session.state, rung.session.state]).toEqual(['CONNECTED', 'CONNECTED']);
    });

    it('declines', async () => {
      await bothIn();
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      rung.session.decline();
      await asked.event('declined');
      expect([asked.session.state, rung.session.state]).toEqual(['DECLINED', 'DECLINED']);
      expect(() => rung.session.accept()).toThrow(MessengerError);
    });

    it.each(['TIMEOUT', 'OUTBANDCANCEL'] as const)('takes an invitation back (%s), once', async (code) => {
      await bothIn();
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      asked.session.cancel(code);
      asked.session.cancel(code);
      expect(await rung.event('cancelled')).toEqual({ tag: 'cancelled', code });
      // What a second cancel did would be there before an invitation that comes after it.
      novice.invite(expert);
      await expert.invitation(1);
      expect([asked.session.state, rung.session.state]).toEqual(['CANCELLED', 'CANCELLED']);
      expect([asked.tags, rung.tags]).toEqual([[], ['cancelled']]);
    });

    it('cancels after the acceptance, from either side', async () => {
      const [asked, rung] = await connected();
      rung.session.cancel('FAIL');
      expect(await asked.event('cancelled')).toEqual({ tag: 'cancelled', code: 'FAIL' });
      const again = novice.invite(expert);
      const second = await expert.invitation(1);
      second.session.accept();
      await again.event('readyToLaunch');
      again.session.cancel();
      expect(await second.event('cancelled')).toEqual({ tag: 'cancelled', code: 'OUTBANDCANCEL' });
    });

    it('answers by itself where the application is not there', async () => {
      await bothIn();
      const asked = novice.invite(expert, WHITEBOARD);
      await asked.event('appNotPresent');
      expect(asked.session.state).toBe('DECLINED');
      expect(expert.record.events.some(({ tag }) => tag === 'invitation')).toBe(false);
      expect(expert.record.events).toContainEqual({
        tag: 'invitationRefused',
        peer: nameOf(novice),
        reason: 'notInstalled',
        what: 'Whiteboard',
      });
    });

    it('carries what INVITE and both ACCEPTs say: context data, the address with its port, the URL', async () => {
      await bothIn();
      const details = { contextData: 'Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;', answer: { ipAddress: '192.0.2.7:13455' } };
      const asked = new Side(novice.messenger.invite('eric@home', CONVERSATION, details));
      const rung = await expert.invitation();
      expect(rung.session.application).toEqual(CONVERSATION);
      expect(rung.session.contextData).toBe(details.contextData);
      expect([asked.session.peerAnswer, rung.session.peerAnswer]).toEqual([undefined, undefined]);
      rung.session.accept({ ipAddress: '[2001:db8::1]:16253', contextData: 'Requested:SIP_A,;' });
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      expect(asked.session.peerAnswer).toEqual({ ipAddress: '[2001:db8::1]:16253', contextData: 'Requested:SIP_A,;' });
      expect(rung.session.peerAnswer).toEqual({ ipAddress: '192.0.2.7:13455' });
    });

    it("says what the program is and can, in the INVITE and in both ACCEPTs, the application's own features among it", async () => {
      await bothIn();
      const features = new Map([['pake', 'ristretto255']]);
      const asked = new Side(novice.messenger.invite('eric@home', REMOTE_ASSISTANCE, { features }));
      expect(asked.session.peerFeatures).toBeUndefined();
      const rung = await expert.invitation();
      // Known before the invitee has said anything.
      expect(rung.session.peerFeatures).toEqual({ version: 1, named: new Map([['parts', ''], ...features]) });
      let atAccepted: unknown;
      asked.session.onEvent(({ tag }) => void (tag === 'accepted' && (atAccepted = asked.session.peerFeatures)));
      rung.session.accept();
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      expect(atAccepted).toEqual({ version: 1, named: new Map([['parts', '']]) });
      expect([asked.session.passedOver, rung.session.passedOver]).toEqual([0, 0]);
    });

    it("makes the inviter's ACCEPT when the other's has come, from what it says", async () => {
      await bothIn();
      const answer = vi.fn((theirs: { readonly contextData?: string }) => ({ ipAddress: '', contextData: `heard ${theirs.contextData}` }));
      const asked = new Side(novice.messenger.invite('eric@home', REMOTE_ASSISTANCE, { answer }));
      const rung = await expert.invitation();
      expect(answer).not.toHaveBeenCalled();
      rung.session.accept({ ipAddress: '', contextData: 'a nonce', features: new Map([['x', '1']]) });
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      // Nobody has said an address.
      expect(asked.session.peerAnswer).toEqual({ contextData: 'a nonce' });
      expect(rung.session.peerAnswer).toEqual({ contextData: 'heard a nonce' });
      expect(answer.mock.calls).toEqual([
        [
          { contextData: 'a nonce' },
          {
            version: 1,
            named: new Map([
              ['parts', ''],
              ['x', '1'],
            ]),
          },
        ],
      ]);
    });

    it.each([
      [
        'throws',
        () => {
          throw new Error('broken');
        },
        'PROTOCOL',
      ],
      ['is no line', () => ({ contextData: 'a\nb' }), 'REFUSED'],
    ] as const)('ends on both sides where that answer %s', async (_name, answer, code) => {
      await bothIn();
      const asked = new Side(novice.messenger.invite('eric@home', REMOTE_ASSISTANCE, { answer }));
      const rung = await expert.invitation();
      rung.session.accept();
      expect((await asked.event('sendError')).error.code).toBe(code);
      expect(await rung.event('cancelled')).toEqual({ tag: 'cancelled', code: 'FAIL' });
      expect([...asked.tags, ...rung.tags]).toEqual(['accepted', 'sendError', 'cancelled']);
    });

    it('says its own address where nobody gives another, and no more', async () => {
      const [asked, rung] = await connected();
      for (const side of [asked, rung]) {
        expect(side.session.contextData).toBeUndefined();
        expect(side.session.peerAnswer).toEqual(
          network.discreet === true ? {} : { ipAddress: expect.stringMatching(/^[0-9a-f.:]+$/) as unknown },
        );
      }
    });

    it('refuses details that would not be one short line, before anything is sent', async () => {
      await bothIn();
      for (const bad of [{ contextData: 'a\r\nb' }, { answer: { ipAddress: '1.2.3.4\r\nX: y' } }, { answer: { contextData: 'a\nb' } }]) {
        expect(() => novice.messenger.invite('eric@home', CONVERSATION, bad)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
      }
      expect(() => novice.messenger.invite('eric@home', CONVERSATION, { contextData: 'x'.repeat(301) })).toThrow(
        expect.objectContaining({ code: 'TOO_LARGE' }),
      );
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      expect(() => rung.session.accept({ ipAddress: '1.2.3.4\nX' })).toThrow(expect.objectContaining({ code: 'REFUSED' }));
      rung.session.accept();
      await asked.event('readyToLaunch');
    });

    it('says when the contact is offline or nobody', async () => {
      await bothIn();
      await expert.messenger.signOut();
      await novice.sees(expert, 'offline');
      const asked = novice.invite(expert);
      expect((await asked.event('sendError')).error.code).toBe('CONTACT_OFFLINE');
      expect(asked.session.state).toBe('TERMINATED');
      const lost = new Side(novice.messenger.invite('nobody@home', REMOTE_ASSISTANCE));
      expect((await lost.event('sendError')).error.code).toMatch(/^(CONTACT_OFFLINE|NO_SUCH_USER)$/);
    });

    it('carries context data in both directions, in order and unchanged', async () => {
      const [asked, rung] = await connected();
      const there = Array.from(
        { length: 8 },
        (_, index) => `65538,1,192.0.2.7:${4000 + index},*,${'q'.repeat(44)}=,*,*,${'p'.repeat(44)}=`,
      );
      const back = ['', ' : spaced  ', 'ünï → 💬', 'x'.repeat(300)];
      for (const data of there) rung.session.sendContextData(data);
      for (const data of back) asked.session.sendContextData(data);
      expect(await asked.data(there.length)).toEqual(there);
      expect(await rung.data(back.length)).toEqual(back);
    });

    it('refuses context data that is too long, has line breaks, or comes too early', async () => {
      await bothIn();
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      expect(() => asked.session.sendContextData('early')).toThrow(expect.objectContaining({ code: 'REFUSED' }));
      rung.session.accept();
      await asked.event('readyToLaunch');
      expect(() => asked.session.sendContextData('x'.repeat(301))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
      for (const bad of ['a\rb', 'a\nb', 'a\r\nInvitation-Command: CANCEL']) {
        expect(() => asked.session.sendContextData(bad)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
      }
      expect(asked.session.state).toBe('CONNECTED');
    });

    it('carries context data of a kind, in parts where it is long, in order and unchanged, a hundred messages and more', async () => {
      const [asked, rung] = await connected();
      const long = ['x'.repeat(440), ` ${'ünï → 💬 '.repeat(200)} `, 'y'.repeat(4_096)];
      for (const data of long) rung.session.sendContextData(data, 'sealed');
      asked.session.sendContextData('', 'empty');
      for (let count = 0; count < 100; count += 1) asked.session.sendContextData(`short ${count}`, 'candidate');
      expect(await asked.data(long.length)).toEqual(long);
      expect((await rung.data(101)).at(-1)).toBe('short 99');
      expect(asked.record.events.at(-1)).toEqual({ tag: 'contextData', data: long[2], kind: 'sealed' });
      expect(rung.record.events).toContainEqual({ tag: 'contextData', data: '', kind: 'empty' });
      expect([asked.session.passedOver, rung.session.passedOver]).toEqual([0, 0]);
    });

    it('refuses of it what the other side could not read', async () => {
      const [asked] = await connected();
      const refused = (data: string, kind: string | undefined, code: string): void =>
        expect(() => asked.session.sendContextData(data, kind)).toThrow(expect.objectContaining({ code }));
      refused('x'.repeat(4_097), 'k', 'TOO_LARGE');
      refused('ü'.repeat(2_049), 'k', 'TOO_LARGE');
      refused('a\nb', 'k', 'REFUSED');
      refused('a', 'no kind', 'REFUSED');
      refused('a', '', 'REFUSED');
      refused('!marked by hand', undefined, 'REFUSED');
      for (let count = 0; count < 18; count += 1) asked.session.sendContextData('x'.repeat(4_000), 'k');
      refused('x'.repeat(4_000), 'k', 'TOO_LARGE');
      expect(asked.session.state).toBe('CONNECTED');
    });

    it('tells when the other one leaves', async () => {
      const [asked, rung] = await connected();
      await expert.messenger.signOut();
      expect(await asked.event('terminated')).toEqual({ tag: 'terminated', reason: 'peerLeft' });
      expect(await rung.event('terminated')).toEqual({ tag: 'terminated', reason: 'connectionLost' });
      expect([asked.session.state, rung.session.state]).toEqual(['TERMINATED', 'TERMINATED']);
    });

    it('tells both sides when a connection is lost, comes back by itself, and presence with it', async () => {
      const [asked, rung] = await connected();
      await novice.messenger.setPresence('busy');
      await expert.sees(novice, 'busy');
      network.cutOff('nora@home');
      expect(await asked.event('terminated')).toEqual({ tag: 'terminated', reason: 'connectionLost' });
      expect(await rung.event('terminated')).toEqual({ tag: 'terminated', reason: 'peerLeft' });
      await Promise.all([novice.state('waiting'), expert.sees(novice, 'offline')]);
      network.restore('nora@home');
      await Promise.all([novice.state('signedIn'), expert.sees(novice, 'busy'), novice.sees(expert, 'online')]);
      const again = novice.invite(expert);
      (await expert.invitation(1)).session.accept();
      await again.event('readyToLaunch');
    });

    it('tells of no empty list while it says it is signed in: who keeps the list would lose it', async () => {
      await bothIn();
      const told: (readonly [string, number])[] = [];
      novice.messenger.onEvent((event) => {
        if (event.tag === 'contacts') told.push([novice.messenger.state.tag, event.contacts.length]);
      });
      network.cutOff('nora@home');
      await novice.state('waiting');
      network.restore('nora@home');
      await novice.sees(expert, 'online');
      await novice.messenger.signOut();
      expect(novice.messenger.contacts).toEqual([]);
      expect(told).toContainEqual(['signedIn', 1]);
      expect(told).not.toContainEqual(['signedIn', 0]);
    });

    it('is signed out by a second sign-in elsewhere, and stays out', async () => {
      await novice.signIn();
      const elsewhere = new Person(novice.account, network.messenger());
      persons.push(elsewhere);
      await elsewhere.signIn();
      await novice.state('signedOut');
      expect(novice.messenger.state).toEqual({ tag: 'signedOut', reason: 'SIGNED_IN_ELSEWHERE' });
      await elsewhere.messenger.addContact('eric@home');
      expect(elsewhere.messenger.state.tag).toBe('signedIn');
      expect(novice.messenger.state.tag).toBe('signedOut');
    });

    it('keeps two invitations apart, also when both ask each other', async () => {
      await bothIn();
      const third = await person('tess@home', 'Tess');
      await third.signIn();
      if (network.discreet === true) {
        await third.messenger.addContact('eric@home');
        await expert.messenger.addContact('tess@home');
        await third.sees(expert, 'online');
      }
      const asked = [novice.invite(expert), third.invite(expert), expert.invite(novice)] as const;
      const [first, second] = [await expert.invitation(0), await expert.invitation(1)];
      const fromNovice = first.session.peer.address === 'nora@home' ? first : second;
      const fromThird = fromNovice === first ? second : first;
      const fromExpert = await novice.invitation();
      expect(fromThird.session.peer.address).toBe('tess@home');
      fromNovice.session.accept();
      fromThird.session.decline();
      fromExpert.session.accept();
      await Promise.all([asked[0].event('readyToLaunch'), asked[1].event('declined'), asked[2].event('readyToLaunch')]);
      asked[0].session.sendContextData('to the expert');
      asked[2].session.sendContextData('to the novice');
      expect([await fromNovice.data(1), await fromExpert.data(1)]).toEqual([['to the expert'], ['to the novice']]);
    });

    const heard = (someone: Person): string[] =>
      someone.record.events.flatMap((event) => (event.tag === 'chat' && event.content.tag === 'text' ? [event.content.text] : []));

    it('carries what people say both ways, in order and unchanged, and that they are typing', async () => {
      await bothIn();
      novice.messenger.sendTyping('eric@home');
      await expert.record.until(
        () => expert.record.events.some((event) => event.tag === 'chat' && event.content.tag === 'typing'),
        'typing',
      );
      const there = [
        'Hello?',
        'ünï → 💬 100% ; a: b',
        'two\nlines\n\nand a third',
        ...Array.from({ length: 10 }, (_, index) => `word ${index}`),
      ];
      await Promise.all(there.map((text) => novice.messenger.sendMessage('ERIC@home', text)));
      await expert.record.until(() => heard(expert).length >= there.length, 'all that was said');
      expect(heard(expert)).toEqual(there);
      const said = expert.record.events.find((event) => event.tag === 'chat');
      expect(said).toMatchObject({ peer: nameOf(novice) });
      await expert.messenger.sendMessage('nora@home', 'Yes, I am here');
      await novice.record.until(() => heard(novice).length === 1, 'the answer');
      expect(heard(novice)).toEqual(['Yes, I am here']);
    });

    it('loses nothing when both begin to speak at once, and has room for invitations beside it', async () => {
      await bothIn();
      await Promise.all([
        ...['a', 'b', 'c'].map((text) => novice.messenger.sendMessage('eric@home', text)),
        ...['1', '2', '3'].map((text) => expert.messenger.sendMessage('nora@home', text)),
      ]);
      await Promise.all([
        expert.record.until(() => heard(expert).length >= 3, 'three words'),
        novice.record.until(() => heard(novice).length >= 3, 'three answers'),
      ]);
      expect([heard(expert), heard(novice)]).toEqual([
        ['a', 'b', 'c'],
        ['1', '2', '3'],
      ]);
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      rung.session.accept();
      await Promise.all([asked.event('readyToLaunch'), rung.event('readyToLaunch')]);
      rung.session.sendContextData('a ticket');
      await novice.messenger.sendMessage('eric@home', 'd');
      expect(await asked.data(1)).toEqual(['a ticket']);
      rung.session.cancel();
      await asked.event('cancelled');
      await novice.messenger.sendMessage('eric@home', 'e');
      await expert.record.until(() => heard(expert).length >= 5, 'what came after');
      expect(heard(expert)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('says when nobody hears: offline, signed out, too much, nothing', async () => {
      await bothIn();
      await expect(novice.messenger.sendMessage('eric@home', 'x'.repeat(1_401))).rejects.toMatchObject({ code: 'TOO_LARGE' });
      await expect(novice.messenger.sendMessage('eric@home', ' \n ')).rejects.toMatchObject({ code: 'REFUSED' });
      await novice.messenger.sendMessage('eric@home', 'x'.repeat(1_400));
      await novice.messenger.sendMessage('eric@home', 'still there?');
      await expert.messenger.signOut();
      await novice.sees(expert, 'offline');
      await expect(novice.messenger.sendMessage('eric@home', 'gone')).rejects.toMatchObject({ code: 'CONTACT_OFFLINE' });
      novice.messenger.sendTyping('eric@home');
      await expert.signIn();
      await novice.sees(expert, 'online');
      await novice.messenger.sendMessage('eric@home', 'back');
      await expert.record.until(() => heard(expert).includes('back'), 'the first word after');
      await novice.messenger.signOut();
      await expect(novice.messenger.sendMessage('eric@home', 'x')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
      novice.messenger.sendTyping('eric@home');
    });

    it('leaves nothing open after signing out, in the middle of everything', async () => {
      await bothIn();
      const asked = novice.invite(expert);
      const rung = await expert.invitation();
      novice.invite(expert);
      rung.session.accept();
      await asked.event('accepted');
      await Promise.all([novice.messenger.signOut(), expert.messenger.signOut()]);
      await until(
        () => network.open() === 0,
        () => `${network.open()} to close`,
        PATIENCE_MS,
      );
      expect(asked.session.state).toBe('TERMINATED');
    });
  });
}
