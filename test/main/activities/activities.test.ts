import type { ProgramChoice } from '../../../src/facts/programs.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIVITY_GUIDS, createActivities } from '../../../src/main/activities/activities.ts';
import {
  ActivityError,
  type Activities,
  type ActivityNews,
  type LaunchTarget,
  type ProgramChoices,
} from '../../../src/main/activities/contract.ts';
import type { Messenger, RendezvousSession } from '../../../src/main/messenger/contract.ts';
import { ACTIVITY_KINDS, APPLICATIONS, applicationOfActivity, type ActivityKind } from '../../../src/protocol/applications/applications.ts';
import {
  createInMemoryNetwork,
  type InMemoryMessage,
  type InMemoryNetwork,
  inMemory,
  onlyMessenger,
} from '../../support/in-memory-messenger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ANNA = 'anna@home.example';
const PETER = 'peter@home.example';
const own = (line: string): ProgramChoice => ({ use: 'own', line });
const ALL: ProgramChoices = Object.fromEntries(
  ACTIVITY_KINDS.map((kind) => [kind, own(`run ${kind} {role} {address} {contact} {ownAddress}`)]),
);

interface Side {
  readonly activities: Activities;
  readonly messenger: Messenger;
  readonly news: ActivityNews[];
  readonly started: LaunchTarget[];
  readonly log: string[];
  programs: ProgramChoices;
  handlers: boolean;
  failWith: ActivityError | undefined;
  /** Ends the program that was started last. */
  exit: (code: number | null) => void;
}

describe('activities between two people', () => {
  let clock: VirtualClock;
  let network: InMemoryNetwork;
  let anna: Side;
  let peter: Side;

  const side = (address: string, ownAddress: string): Side => {
    const messenger = network.messenger({ applications: [...ACTIVITY_GUIDS, APPLICATIONS.remoteAssistance.guid] });
    const it: Side = {
      programs: ALL,
      news: [],
      started: [],
      log: [],
      failWith: undefined,
      handlers: true,
      exit: () => undefined,
      messenger,
      activities: undefined as never,
    };
    const activities = createActivities({
      messengers: onlyMessenger(messenger),
      clock,
      programs: () => it.programs,
      ownAddress: () => ownAddress,
      log: (event, facts) => void it.log.push(`${event} ${JSON.stringify(facts)}`),
      launcher: {
        start: async (target) => {
          if (it.failWith !== undefined) throw it.failWith;
          it.started.push(target);
          if (target.tag === 'url') return { exited: undefined };
          return { exited: new Promise((resolve) => (it.exit = resolve)) };
        },
        knows: async (target) => target.tag === 'program' || it.handlers,
        freePort: async () => 50_123,
      },
    });
    activities.onNews((news) => void it.news.push(news));
    messenger.signIn(network.account(address, address.split('@')[0]));
    return Object.assign(it, { activities });
  };
  const settle = () => clock.advance(50);
  const start = async (kind: ActivityKind) => {
    await anna.activities.start(inMemory(PETER), kind);
    await settle();
    return peter.activities.list[0]?.id ?? '';
  };
  const play = async (kind: ActivityKind) => {
    await peter.activities.accept(await start(kind));
    await settle();
  };
  const said = (kind: InMemoryMessage['kind']): InMemoryMessage[] => network.sent.filter((message) => message.kind === kind);
  const tags = (from: Side): string[] => from.news.map(({ tag }) => tag);

  beforeEach(async () => {
    clock = new VirtualClock();
    network = createInMemoryNetwork({ clock, latencyMs: 10 });
    anna = side(ANNA, '192.0.2.1');
    peter = side(PETER, '192.0.2.2');
    await settle();
  });

  it.each(ACTIVITY_KINDS)('%s: shown by its name, accepted, started on both sides with the other one’s address', async (kind) => {
    const id = await start(kind);
    expect(peter.activities.list).toMatchObject([
      { kind, role: 'invitee', phase: 'waiting', peer: { address: ANNA }, line: `run ${kind} {role} {address} {contact} {ownAddress}` },
    ]);
    expect(anna.activities.list).toMatchObject([{ kind, role: 'inviter', phase: 'waiting', peer: { address: PETER } }]);
    expect([anna.started, peter.started]).toEqual([[], []]);
    await peter.activities.accept(id);
    await settle();
    expect(anna.started).toEqual([{ tag: 'program', program: 'run', args: [kind, 'inviter', '192.0.2.2', PETER, '192.0.2.1'] }]);
    expect(peter.started).toEqual([{ tag: 'program', program: 'run', args: [kind, 'invitee', '192.0.2.1', ANNA, '192.0.2.2'] }]);
    expect([tags(anna), tags(peter), anna.activities.list, peter.activities.list]).toEqual([['started'], ['started'], [], []]);
    const { guid, name, url } = applicationOfActivity(kind);
    expect(said('INVITE')[0]).toMatchObject({ application: { guid, name, ...(url === undefined ? {} : { url }) } });
  });

  it('voice where the system has no program for such addresses: neither side reads that it has been started', async () => {
    anna.programs = peter.programs = {};
    anna.handlers = false;
    await expect(anna.activities.start(inMemory(PETER), 'voice')).rejects.toMatchObject({ code: 'NO_PROGRAM' });
    expect(network.sent).toEqual([]);
    anna.handlers = true;
    peter.handlers = false;
    await play('voice');
    expect([tags(anna), tags(peter), anna.started, peter.started]).toEqual([['notInstalledThere'], ['notInstalledHere'], [], []]);
  });

  it.each([
    ['applicationSharing', 10_337],
    ['whiteboard', 10_869],
  ] as const)(
    '%s: no port in either ACCEPT, then the invitee’s with %d as context data, to which the inviter connects',
    async (kind, port) => {
      anna.programs = peter.programs = { [kind]: own('share {role} {address}:{port}') };
      await play(kind);
      expect(said('ACCEPT')).toMatchObject([{ answer: { ipAddress: '192.0.2.2' } }]);
      expect(said('LAUNCH')).toMatchObject([{ answer: { ipAddress: '192.0.2.1' } }]);
      expect(said('CONTEXT')).toMatchObject([{ from: PETER, data: `192.0.2.2:${port}` }]);
      expect(anna.started).toEqual([{ tag: 'program', program: 'share', args: ['inviter', `192.0.2.2:${port}`] }]);
    },
  );

  it('the inviter waits for the context message, and connects where that says', async () => {
    anna.programs = { whiteboard: own('share {address} {port}') };
    peter.programs = { whiteboard: own('share {ownPort}') };
    network.intercept((message) => (message.kind === 'CONTEXT' ? { delayMs: 5_000 } : 'deliver'));
    await play('whiteboard');
    expect([anna.started, anna.activities.list]).toMatchObject([[], [{ phase: 'negotiating' }]]);
    await clock.advance(5_000);
    expect(anna.started).toEqual([{ tag: 'program', program: 'share', args: ['192.0.2.2', '50123'] }]);
    expect(peter.started).toEqual([{ tag: 'program', program: 'share', args: ['50123'] }]);
  });

  it('Baldur’s Gate 2: always 47624, which no ACCEPT says', async () => {
    anna.programs = { baldursGate2: own('bg2 {address} {port} {ownPort}') };
    await play('baldursGate2');
    expect(said('LAUNCH')).toMatchObject([{ answer: { ipAddress: '192.0.2.1' } }]);
    expect(anna.started).toEqual([{ tag: 'program', program: 'bg2', args: ['192.0.2.2', '47624', '47624'] }]);
  });

  it.each<[ActivityKind, ProgramChoices, string, string]>([
    ['video', ALL, 'Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;', 'Requested:SIP_A,SIP_V,;'],
    ['voice', ALL, 'Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;', 'Requested:SIP_A,;'],
    ['voice', { video: { use: 'none' } }, 'Requested:SIP_A,;Capabilities:SIP_A,;', 'Requested:SIP_A,;'],
  ])('%s: capabilities in the INVITE, what was requested in the ACCEPT, addresses with ports', async (kind, programs, invite, accept) => {
    anna.programs = programs;
    peter.programs = { [kind]: own('phone {address} {port} {ownPort}') };
    await play(kind);
    expect(said('INVITE')).toMatchObject([{ contextData: invite, application: { guid: APPLICATIONS.conversation.guid } }]);
    // Peter's program takes its port, so it is one of the moment; Anna's does not and listens where SIP does.
    expect(said('ACCEPT')).toMatchObject([{ answer: { ipAddress: '192.0.2.2:50123', contextData: accept } }]);
    expect(said('LAUNCH')).toMatchObject([{ answer: { ipAddress: '192.0.2.1:5060' } }]);
    expect(peter.started).toEqual([{ tag: 'program', program: 'phone', args: ['192.0.2.1', '5060', '50123'] }]);
  });

  it('voice and NetMeeting work without registration, through the system’s handlers', async () => {
    anna.programs = peter.programs = {};
    await play('voice');
    await play('netMeeting');
    expect(peter.started).toEqual([
      { tag: 'url', url: 'sip:192.0.2.1:5060' },
      { tag: 'url', url: 'callto:192.0.2.1' },
    ]);
    expect(anna.started).toEqual([
      { tag: 'url', url: 'sip:192.0.2.2:5060' },
      { tag: 'url', url: 'callto:192.0.2.2' },
    ]);
  });

  it('nothing registered: answered at once, said to both, and nothing can be started', async () => {
    peter.programs = {};
    await start('webcam');
    expect(said('CANCEL')).toMatchObject([{ code: 'REJECT_NOT_INSTALLED' }]);
    expect(anna.news).toMatchObject([{ tag: 'notInstalledThere', kind: 'webcam', peer: { address: PETER } }]);
    expect(peter.news).toMatchObject([{ tag: 'notInstalledHere', kind: 'webcam', peer: { address: ANNA } }]);
    await expect(peter.activities.start(inMemory(ANNA), 'webcam')).rejects.toMatchObject({ code: 'NO_PROGRAM' });
    peter.programs = { webcam: own('./damaged') };
    await expect(peter.activities.start(inMemory(ANNA), 'webcam')).rejects.toMatchObject({ code: 'NO_PROGRAM' });
  });

  it('an unknown application is answered by the transport and shown with its name; Remote Assistance is left to others', async () => {
    anna.messenger.invite(PETER, { guid: '{00000000-0000-0000-0000-000000000001}', name: 'Chess' });
    await settle();
    expect(peter.news).toEqual([{ tag: 'unknown', what: 'Chess', peer: { ...inMemory(ANNA), friendlyName: 'anna' } }]);
    expect(said('CANCEL')).toMatchObject([{ code: 'REJECT_NOT_INSTALLED' }]);
    const rung: RendezvousSession[] = [];
    peter.messenger.onEvent((event) => void (event.tag === 'invitation' && rung.push(event.session)));
    anna.messenger.invite(PETER, APPLICATIONS.remoteAssistance);
    await settle();
    expect([rung[0]?.state, peter.activities.list, peter.news.length]).toEqual(['INVITATION', [], 1]);
  });

  it('somebody who sends one after the other that nobody can do anything with is told of three times', async () => {
    peter.programs = {};
    for (let time = 0; time < 8; time += 1) {
      anna.messenger.invite(PETER, { guid: '{00000000-0000-0000-0000-000000000001}', name: `Chess ${time}` });
      anna.messenger.invite(PETER, APPLICATIONS.conversation, { contextData: `nonsense ${time}` });
      anna.messenger.invite(PETER, applicationOfActivity('webcam'));
      await settle();
    }
    expect(peter.news).toHaveLength(3);
    expect(peter.log.filter((line) => line.includes('invitation refused'))).toHaveLength(16);
  });

  it.each(['', 'Requested:;', 'nonsense', ';;'])('capabilities %j are refused and logged', async (contextData) => {
    anna.messenger.invite(PETER, APPLICATIONS.conversation, { contextData });
    await settle();
    expect([tags(peter), peter.log.join().includes('invitation refused')]).toEqual([['malformed'], true]);
    expect(said('CANCEL')).toMatchObject([{ code: 'REJECT' }]);
  });

  it.each(['-oProxyCommand=reboot', '$(reboot)', '; rm -rf ~', '1.2.3.4 --exec=x', '1.2.3.4:99999', '', '../x', '%2e', 'a:b:c'])(
    'an address like %j starts nothing, on either side',
    async (ipAddress) => {
      anna.messenger.invite(PETER, APPLICATIONS.netMeeting, { answer: { ipAddress } });
      await settle();
      await peter.activities.accept(peter.activities.list[0]?.id ?? '');
      await settle();
      expect([peter.started, peter.news]).toMatchObject([[], [{ tag: 'failedHere', code: 'BAD_ADDRESS' }]]);
      // And as an answer, and as context data.
      const rung: RendezvousSession[] = [];
      peter.activities.close();
      peter.messenger.onEvent((event) => void (event.tag === 'invitation' && rung.push(event.session)));
      await anna.activities.start(inMemory(PETER), 'jediKnight');
      await anna.activities.start(inMemory(PETER), 'whiteboard');
      await settle();
      rung[0]?.accept({ ipAddress });
      rung[1]?.accept({ ipAddress: '192.0.2.9' });
      await settle();
      rung[1]?.sendContextData(ipAddress);
      await settle();
      expect([anna.started, tags(anna)]).toEqual([[], ['failedHere', 'failedHere']]);
      expect(rung.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED']);
    },
  );

  it('is declined', async () => {
    peter.activities.cancel(await start('webcam'));
    await settle();
    expect([tags(anna), tags(peter), anna.activities.list, peter.activities.list]).toEqual([['declined'], [], [], []]);
  });

  it('is taken back', async () => {
    await start('webcam');
    anna.activities.cancel(anna.activities.list[0]?.id ?? '');
    await settle();
    expect([tags(anna), tags(peter)]).toEqual([[], ['takenBack']]);
    expect(() => peter.activities.cancel('gone')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ACTIVITY' }));
    await expect(peter.activities.accept('gone')).rejects.toMatchObject({ code: 'UNKNOWN_ACTIVITY' });
  });

  it('nobody answers, or the other side says nothing after its yes: both end by themselves', async () => {
    await start('webcam');
    await clock.advance(120_000);
    expect([tags(anna), tags(peter)]).toEqual([['noAnswer'], ['takenBack']]);
    network.intercept((message) => (message.kind === 'LAUNCH' ? 'drop' : 'deliver'));
    await play('webcam');
    await clock.advance(30_000);
    expect([peter.news.at(-1), peter.started]).toMatchObject([{ tag: 'failedThere' }, []]);
  });

  it('the contact is offline, or we are', async () => {
    await peter.messenger.signOut();
    await anna.activities.start(inMemory(PETER), 'webcam');
    await settle();
    expect(tags(anna)).toEqual(['contactOffline']);
    await anna.messenger.signOut();
    await expect(anna.activities.start(inMemory(PETER), 'webcam')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  });

  it('the program cannot be started: both are told', async () => {
    peter.failWith = new ActivityError('PROGRAM_NOT_FOUND', 'x');
    await play('whiteboard');
    expect(peter.news).toMatchObject([{ tag: 'failedHere', code: 'PROGRAM_NOT_FOUND' }]);
    expect(tags(anna)).toEqual(['failedThere']);
  });

  it('the session ends with the program, and the other’s program is left alone', async () => {
    await play('webcam');
    await clock.advance(60_000);
    peter.exit(0);
    await settle();
    expect(said('CANCEL')).toMatchObject([{ from: PETER, code: 'OUTBANDCANCEL' }]);
    expect(tags(anna)).toEqual(['started']);
    anna.exit(0);
    await settle();
    expect(said('CANCEL')).toHaveLength(1);
  });

  it('a program that fails at once says so; one that hands on at once keeps the session, one a person', async () => {
    await play('webcam');
    peter.exit(1);
    await settle();
    expect(peter.news.at(-1)).toMatchObject({ tag: 'failedHere', code: 'PROGRAM_FAILED' });
    await play('jediKnight');
    peter.exit(0);
    anna.exit(0);
    await settle();
    expect(said('CANCEL')).toHaveLength(1);
    await play('baldursGate2');
    peter.exit(0);
    await settle();
    expect(said('CANCEL')).toMatchObject([{}, { code: 'OUTBANDCANCEL', from: PETER }]);
  });

  it('has bounds, and leaves nothing behind', async () => {
    for (let index = 0; index < 12; index += 1) await anna.activities.start(inMemory(PETER), 'webcam');
    await expect(anna.activities.start(inMemory(PETER), 'webcam')).rejects.toMatchObject({ code: 'TOO_MANY_ACTIVITIES' });
    await settle();
    expect(peter.activities.list).toHaveLength(12);
    anna.activities.close();
    peter.activities.close();
    await Promise.all([anna.messenger.signOut(), peter.messenger.signOut()]);
    await settle();
    expect([network.open, clock.pendingTimers]).toEqual([0, 0]);
  });
});
