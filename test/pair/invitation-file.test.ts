import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance, NewFileInvitation } from '../../src/main/assistance/contract.ts';
import { type Clock, systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from '../support/engine-process.ts';
import type { ExpertLink, ExpertLinkEvent, NoviceEndpoint, NoviceLink } from '../../src/main/connection/contract.ts';
import { DesktopError } from '../../src/main/desktop/contract.ts';
import { formatExpertBlob } from '../../src/protocol/assistance/expert-blob.ts';
import { type InvitationDocument, openInvitation, readInvitation } from '../../src/protocol/assistance/invitation.ts';
import type { EndReason, HistoryEntry } from '../../src/protocol/assistance/status.ts';
import { utf8Encode } from '../../src/protocol/bytes/text.ts';
import { encodeEncomsp } from '../../src/protocol/rdp/channels/encomsp.ts';
import { encodeRemdesk } from '../../src/protocol/rdp/channels/remdesk.ts';
import { RecordedChannel } from '../support/recorded-channel.ts';
import type { FakeDesktop } from '../support/fake-desktop.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import { FakeViewer, stepStates } from '../support/pair.ts';
import { PictureDesktop } from '../support/picture-desktop.ts';
import { until } from '../support/programs.ts';
import { ShiftedClock } from '../support/shifted-clock.ts';
import { MemoryTrust } from '../support/trust.ts';
import { allOrNothing } from '../support/shared-part.ts';

const HOST = '127.0.0.1';

interface Side {
  readonly assistance: Assistance;
  readonly desktop: FakeDesktop;
  readonly history: HistoryEntry[];
  readonly asked: string[];
  readonly log: string[];
  readonly endpoints: NoviceEndpoint[];
  readonly links: NoviceLink[];
}

const sides: Side[] = [];
const links: ExpertLink[] = [];
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(sides.splice(0).map(({ assistance }) => assistance.close()));
});

function side(
  options: {
    readonly answer?: () => Promise<boolean>;
    readonly clock?: Clock;
    readonly allowPlain?: boolean;
    readonly allowUnverified?: boolean;
  } = {},
): Side {
  const clock = options.clock ?? systemClock;
  const desktop = new PictureDesktop();
  const history: HistoryEntry[] = [];
  const asked: string[] = [];
  const log: string[] = [];
  const endpoints: NoviceEndpoint[] = [];
  const presented: NoviceLink[] = [];
  const trust = new MemoryTrust('somebody');
  trust.unverified = options.allowUnverified ?? true;
  const room = createConnectionRoom({ clock, listenHost: HOST, startEngine: () => forkEngine() });
  const assistance = createAssistance({
    messengers: createMessengers(new Map()),
    trust,
    connection: {
      ways: room.ways,
      prepare: room.prepare,
      openExpert: room.openExpert,
      openNovice: async (signal, standing) => {
        const endpoint = await room.openNovice(signal, standing);
        endpoints.push(endpoint);
        endpoint.onEvent((event) => {
          if (event.tag === 'presented') presented.push(event.link);
        });
        return endpoint;
      },
    },
    desktop,
    consent: {
      allowView: async (peer) => {
        asked.push(peer.friendlyName);
        return allOrNothing((await options.answer?.()) ?? true);
      },
      allowPart: () => Promise.resolve(false),
      allowControl: () => {
        asked.push('control');
        return Promise.resolve(true);
      },
      allowSound: () => Promise.resolve(false),
    },
    clock,
    history: { add: (entry) => void history.push(entry) },
    engine: () => 'ringback',
    userName: () => 'Nora',
    allowPlainExperts: () => options.allowPlain ?? false,
    log: (event, facts) => void log.push(`${event} ${JSON.stringify(facts)}`),
  });
  const made = { assistance, desktop, history, asked, log, endpoints, links: presented };
  sides.push(made);
  return made;
}

function document(invitation: NewFileInvitation) {
  return readInvitation(utf8Encode(invitation.text));
}

function reasonOf({ assistance }: Side): EndReason | undefined {
  const phase = assistance.status?.phase;
  return phase?.tag === 'ended' ? phase.reason : undefined;
}

function untilEnded(who: Side): Promise<unknown> {
  return until(() => reasonOf(who) !== undefined, 'an end');
}

async function untilConnected(...both: Side[]): Promise<void> {
  const phases = () => both.map(({ assistance }) => assistance.status?.phase.tag);
  try {
    await until(() => phases().every((phase) => phase === 'connected'), 'a connection', 5_000);
  } catch (cause) {
    throw new Error(`${phases().join()} ${both.map(({ log }) => log.join()).join()}`, { cause });
  }
}

/** A client of our own without the use case around it: presents the session id and then does as the test says. */
async function intruder(
  invitation: NewFileInvitation,
  remdesk = true,
): Promise<{ link: ExpertLink; events: ExpertLinkEvent[]; say: (name: string, message: Uint8Array) => void }> {
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST, startEngine: () => forkEngine() });
  const channels = ['encomsp', ...(remdesk ? ['remdesk'] : [])].map((name) => new RecordedChannel(name));
  const endpoint = await room.openExpert(
    { engine: 'ringback', userName: 'Mallory', channels, invited: remdesk },
    new AbortController().signal,
  );
  const events: ExpertLinkEvent[] = [];
  const link = await new Promise<ExpertLink>((resolve) => {
    endpoint.onEvent((event) => {
      if (event.tag !== 'verified') return;
      event.link.onEvent((each) => events.push(each));
      resolve(event.link);
    });
    endpoint.expect(openInvitation(document(invitation), invitation.password));
    endpoint.reach('forward');
  });
  links.push(link);
  const say = (name: string, message: Uint8Array): void => void channels.find((channel) => channel.name === name)?.port?.send([message]);
  return { link, events, say };
}

describe('an invitation file', () => {
  it.each([1, 2] as const)('of type %i brings the one who has its password to the picture, once', async (type) => {
    const novice = side();
    const expert = side();
    const invitation = await novice.assistance.inviteByFile(type);
    expect(invitation.password).toMatch(/^[CFHKMQRWY24679]{16}$/);
    expect(novice.assistance.fileInvitation).toMatchObject({ state: 'waiting', wrongPasswords: 0 });
    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    const viewer = new FakeViewer();
    expert.assistance.attachViewer(viewer);
    await untilConnected(novice, expert);
    await until(
      () => viewer.messages.some((message) => message.tag === 'size' && message.size.width === novice.desktop.screen.width),
      'the size',
    );
    expect(novice.asked).toEqual(['Nora']);
    expect(novice.assistance.fileInvitation?.state).toBe('used');
    const steps = 'done notNeeded notNeeded notNeeded notNeeded done done';
    expect([stepStates(novice.assistance.status), stepStates(expert.assistance.status)]).toEqual([steps, steps]);

    const second = side();
    second.assistance.helpByInvitation(document(invitation), invitation.password);
    await untilEnded(second);
    expect(reasonOf(second)).toBe('noConnection');

    await expert.assistance.endSession();
    await untilEnded(novice);
    expect([reasonOf(novice), reasonOf(expert)]).toEqual(['closedByExpert', 'closedByExpert']);
    expect(novice.desktop.openCaptures).toBe(0);
    await until(() => novice.history.length + expert.history.length === 2, 'both histories');
    expect(novice.history[0]).toMatchObject({ role: 'novice', viewed: true, connectedBy: 'forward', reason: 'closedByExpert' });
    expect(JSON.stringify([novice.log, expert.log, novice.history])).not.toContain(invitation.password);
  });

  it('opens nothing and asks nothing before the password is right, and shows nothing before the yes', async () => {
    let answer: (yes: boolean) => void = () => {};
    const novice = side({ answer: () => new Promise((resolve) => (answer = resolve)) });
    const expert = side();
    const invitation = await novice.assistance.inviteByFile(2);
    const { link, events, say } = await intruder(invitation);
    await until(() => events.some(({ tag }) => tag === 'active'), 'the blank desktop');
    link.sendInput([{ tag: 'pointerMove', x: 1, y: 1 }]);
    say('encomsp', Uint8Array.of(9, 0, 10, 0, 3, 0, 7, 0, 0, 0));
    link.refresh([{ x: 0, y: 0, width: 800, height: 600 }]);
    await link.close();
    expect(novice.asked).toEqual([]);
    expect(novice.desktop.captures).toEqual([]);
    expect(events.filter(({ tag }) => tag === 'graphics')).toEqual([]);
    expect(events.find(({ tag }) => tag === 'active')).toMatchObject({ desktop: novice.desktop.screen });
    // The desktop stays as it was: not every program follows a resize.
    expect(events.filter(({ tag }) => tag === 'active')).toHaveLength(1);

    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    await until(() => novice.asked.length === 1, 'the question');
    expect(novice.desktop.captures).toEqual([]);
    expect(expert.assistance.status?.phase.tag).toBe('awaitingConsent');
    answer(true);
    await untilConnected(novice, expert);
  });

  it('hears no request for control and takes no input while the novice is being asked', async () => {
    let answer: (yes: boolean) => void = () => {};
    const novice = side({ answer: () => new Promise((resolve) => (answer = resolve)) });
    const invitation = await novice.assistance.inviteByFile(2);
    const { link, events, say } = await intruder(invitation);
    await until(() => events.some(({ tag }) => tag === 'active'), 'the blank desktop');
    const { pass } = openInvitation(document(invitation), invitation.password);
    say(
      'remdesk',
      encodeRemdesk({ tag: 'verifyPassword', expertBlob: formatExpertBlob({ name: 'Erika', pass: pass ?? new Uint8Array() }) }),
    );
    await until(() => novice.asked.length === 1, 'the question');
    say('encomsp', encodeEncomsp({ tag: 'controlChange', participantId: 0, view: true, interact: true }));
    let heard = false;
    novice.links[0]?.onEvent((event) => void (heard ||= event.tag === 'input'));
    link.sendInput([{ tag: 'pointerMove', x: 1, y: 1 }]);
    await until(() => heard, 'the input, which comes after the request');
    expect(novice.asked).toEqual(['Erika']);
    expect(novice.desktop.injected).toEqual([]);
    answer(false);
    await until(() => events.some(({ tag }) => tag === 'ended'), 'the end');
    expect(events.filter(({ tag }) => tag === 'graphics')).toEqual([]);
  });

  it('is told no in words of its own (41)', async () => {
    const novice = side({ answer: () => Promise.resolve(false) });
    const expert = side();
    const invitation = await novice.assistance.inviteByFile(2);
    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    await untilEnded(expert);
    await untilEnded(novice);
    expect([reasonOf(novice), reasonOf(expert)]).toEqual(['viewRefused', 'viewRefused']);
    expect(expert.assistance.status?.phase).toMatchObject({ detail: 'remdesk 41' });
    expect(novice.assistance.fileInvitation?.state).toBe('used');
  });

  it.each([
    [1, 'remdesk 26'],
    [2, 'remdesk 61'],
  ] as const)('of type %i is burnt by three wrong passwords, with a pause after each', async (type, detail) => {
    const clock = new ShiftedClock();
    const novice = side({ clock });
    const invitation = await novice.assistance.inviteByFile(type);
    const file = document(invitation);
    // The file opens, the proof is wrong: what a guesser with the connection string would send.
    const forged = file.tag === 'file' ? { ...file, file: { ...file.file, passStub: 'RT=0PvIndan52*' } } : file;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const expert = side();
      expert.assistance.helpByInvitation(forged, invitation.password);
      await untilEnded(expert);
      expect([attempt, reasonOf(expert), expert.assistance.status?.phase]).toEqual([
        attempt,
        'wrongPassword',
        expect.objectContaining({ detail }),
      ]);
      expect(novice.assistance.fileInvitation).toMatchObject({ wrongPasswords: attempt, state: attempt < 3 ? 'waiting' : 'burnt' });
      if (attempt === 1) {
        const hasty = side();
        hasty.assistance.helpByInvitation(file, invitation.password);
        await untilEnded(hasty);
        expect(reasonOf(hasty)).toBe('viewRefused');
      }
      clock.forward(20_000);
    }
    const late = side();
    late.assistance.helpByInvitation(file, invitation.password);
    await untilEnded(late);
    expect(reasonOf(late)).toBe('noConnection');
    expect(novice.asked).toEqual([]);
  });

  it('says that it has expired (27), and after a while nothing', async () => {
    const clock = new ShiftedClock();
    const novice = side({ clock });
    const invitation = await novice.assistance.inviteByFile(2);
    clock.forward(60 * 60_000);
    expect(novice.assistance.fileInvitation?.state).toBe('expired');
    const expert = side();
    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    await untilEnded(expert);
    expect([reasonOf(expert), expert.assistance.status?.phase]).toEqual([
      'invitationExpired',
      expect.objectContaining({ detail: 'remdesk 27' }),
    ]);
    clock.forward(10 * 60_000);
    await until(() => portClosed(novice), 'the port to be closed');
    expect(novice.asked).toEqual([]);
  });

  it('whose picture never came is not remembered as one that was looked at', async () => {
    const novice = side();
    const expert = side();
    novice.desktop.openCapture = () => Promise.reject(new DesktopError('LOST', 'the screen is gone'));
    const invitation = await novice.assistance.inviteByFile(2);
    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    await untilEnded(novice);
    await until(() => novice.history.length === 1, 'the history');
    expect(novice.history[0]).toMatchObject({ reason: 'desktopUnavailable', viewed: false });
  });

  it('that expired while the computer slept says so to who comes first', async () => {
    const clock = new ShiftedClock();
    const novice = side({ clock });
    const invitation = await novice.assistance.inviteByFile(2);
    clock.sleep(61 * 60_000);
    const expert = side();
    expert.assistance.helpByInvitation(document(invitation), invitation.password);
    await untilEnded(expert);
    expect([reasonOf(expert), novice.assistance.fileInvitation?.state, novice.asked]).toEqual(['invitationExpired', 'expired', []]);
  });

  it('that has expired listens no more once another is made, or the program quits', async () => {
    const clock = new ShiftedClock();
    const novice = side({ clock });
    await novice.assistance.inviteByFile(2);
    clock.forward(60 * 60_000);
    expect(novice.assistance.fileInvitation?.state).toBe('expired');
    expect(await portClosed(novice)).toBe(false);
    await novice.assistance.inviteByFile(2);
    expect(await portClosed(novice, 0)).toBe(true);
    expect(await portClosed(novice, 1)).toBe(false);
    await novice.assistance.close();
    expect(await portClosed(novice, 1)).toBe(true);
  });

  it('is taken back at once, also from under who stands at the door', async () => {
    const novice = side();
    const invitation = await novice.assistance.inviteByFile(2);
    const { events } = await intruder(invitation);
    await until(() => events.some(({ tag }) => tag === 'active'), 'the blank desktop');
    await novice.assistance.removeFileInvitation();
    expect(novice.assistance.fileInvitation).toBeUndefined();
    await until(() => events.some(({ tag }) => tag === 'ended'), 'the goodbye');
    expect(await portClosed(novice)).toBe(true);
  });

  it('waits alone: a second one is refused until the first is over', async () => {
    const novice = side();
    await novice.assistance.inviteByFile(2);
    await expect(novice.assistance.inviteByFile(2)).rejects.toMatchObject({ code: 'BUSY' });
    await novice.assistance.removeFileInvitation();
    await novice.assistance.inviteByFile(2);
  });

  it.each([
    [false, undefined],
    [true, 'connected'],
  ])('lets a program without remdesk in only where the setting says so (%s)', async (allowPlain, phase) => {
    const novice = side({ allowPlain });
    const invitation = await novice.assistance.inviteByFile(2);
    const room = createConnectionRoom({ clock: systemClock, listenHost: HOST, startEngine: () => forkEngine() });
    const endpoint = await room.openExpert({ engine: 'classic', userName: 'Old' }, new AbortController().signal);
    const events: ExpertLinkEvent[] = [];
    endpoint.onEvent((event) => {
      if (event.tag !== 'verified') return;
      links.push(event.link);
      event.link.onEvent((each) => events.push(each));
    });
    endpoint.expect(openInvitation(document(invitation), invitation.password));
    endpoint.reach('forward');
    if (allowPlain) await until(() => novice.assistance.status?.phase.tag === 'connected', 'the session');
    else await until(() => novice.log.some((line) => line.includes('noRemdesk')), 'the refusal');
    expect(novice.assistance.status?.phase.tag).toBe(phase);
    expect(novice.asked).toHaveLength(allowPlain ? 1 : 0);
    await endpoint.close();
  });

  it('is not opened where another computer answers, nor where nothing names the key', async () => {
    const novice = side();
    const expert = side();
    const invitation = await novice.assistance.inviteByFile(2);
    const opened = openInvitation(document(invitation), invitation.password);
    const ticket = (parms: string): string =>
      `65538,1,${opened.addresses.map(({ host, port }) => `${host}:${port}`).join(';')},*,${opened.raSessionId},*,*,${parms}`;
    expect(() => expert.assistance.helpByInvitation({ tag: 'connectionString1', text: ticket('*') }, '')).toThrow(
      expect.objectContaining({ code: 'NO_KEY_HASH' }),
    );
    expert.assistance.helpByInvitation({ tag: 'connectionString1', text: ticket(Buffer.alloc(32, 1).toString('base64')) }, '');
    await untilEnded(expert);
    expect(reasonOf(expert)).toBe('pinMismatch');
    expect(novice.links).toEqual([]);
  });

  it.each([
    ['a bare ticket', undefined],
    ['a file of the older kind', 1],
  ] as const)('%s could be anybody’s: refused unless this is allowed, and then nobody’s name is believed', async (_name, type) => {
    const novice = side();
    const invitation = await novice.assistance.inviteByFile(type ?? 2);
    const opened = openInvitation(document(invitation), invitation.password);
    const [address] = opened.addresses;
    const bare = `65538,1,${address?.host}:${address?.port},*,${opened.raSessionId},*,*,${Buffer.alloc(32, 1).toString('base64')}`;
    const found: InvitationDocument = type === undefined ? { tag: 'connectionString1', text: bare } : document(invitation);
    const password = type === undefined ? '' : invitation.password;
    const careful = side({ allowUnverified: false });
    expect(() => careful.assistance.helpByInvitation(found, password)).toThrow(expect.objectContaining({ code: 'UNBOUND_INVITATION' }));
    expect(careful.assistance.status).toBeUndefined();
    const expert = side({ allowUnverified: true });
    expert.assistance.helpByInvitation(found, password);
    expect(expert.assistance.status?.peer).toMatchObject({ friendlyName: '', verification: { tag: 'unverified' } });
    await expert.assistance.endSession();
  });

  it('who was told a password is not taken in by a file that needs none', () => {
    const expert = side({ allowUnverified: true });
    const bare = `65538,1,${HOST}:5000,*,aWQ=,*,*,${Buffer.alloc(32, 1).toString('base64')}`;
    expect(() => expert.assistance.helpByInvitation({ tag: 'connectionString1', text: bare }, 'CFHK MQRW')).toThrow(
      expect.objectContaining({ code: 'NO_PASSWORD_IN_FILE' }),
    );
    expect(expert.assistance.status).toBeUndefined();
  });

  it('tells a wrong password before it dials, and what is no invitation', async () => {
    const novice = side();
    const expert = side();
    const invitation = await novice.assistance.inviteByFile(2);
    expect(() => expert.assistance.helpByInvitation(document(invitation), 'wrong')).toThrow(
      expect.objectContaining({ code: 'WRONG_PASSWORD' }),
    );
    expect(() => expert.assistance.helpByInvitation({ tag: 'connectionString1', text: '65538' }, '')).toThrow(
      expect.objectContaining({ code: 'BAD_INVITATION' }),
    );
    expect(expert.assistance.status).toBeUndefined();
  });

  it('closes on bytes that make no sense', async () => {
    const novice = side();
    const invitation = await novice.assistance.inviteByFile(2);
    const { events, say } = await intruder(invitation);
    await until(() => events.some(({ tag }) => tag === 'active'), 'the blank desktop');
    say('remdesk', encodeRemdesk({ tag: 'serverAnnounce' }).slice(0, 20));
    await until(() => events.some(({ tag }) => tag === 'ended'), 'the end');
    expect(novice.assistance.fileInvitation).toMatchObject({ state: 'waiting', wrongPasswords: 1 });
  });
});

/** `number`: of the invitations that were made. */
function portClosed({ endpoints }: Side, number = 0): Promise<boolean> {
  const port = endpoints[number]?.ticket.addresses[0]?.port ?? 0;
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}
