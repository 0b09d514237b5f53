/* A server that goes down and comes back in the middle of a call for help, at each of the seven steps (KB 306298). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import type { EndReason } from '../../src/protocol/assistance/status.ts';
import { Proxy } from '../main/messenger/proxy.ts';
import { type PeopleOnXmpp, peopleOnXmpp, type Person } from './people-on-xmpp.ts';
import { until } from './programs.ts';
import type { XmppServer } from './xmpp-servers.ts';

const NORA = '192.168.1.10';
const ERIK = '192.168.1.20';
/** Longer than signing in anew takes after a restart, with the pauses that grow; shorter than any wait of the session that hides a loss. */
const SETTLED_MS = 45_000;
/** True of a session that the messenger was lost for, whichever side heard of it first. */
const LOST: readonly EndReason[] = ['messengerLost', 'peerLeftMessenger', 'contactOffline'];

/** `restart` in order, `crash` killed, `cut` nothing but the lines to it, so that the streams are taken up again (XEP-0198). */
export type Outage = 'restart' | 'crash' | 'cut';

export const MOMENTS = [
  'the request goes out',
  'it rings',
  'the yes goes out',
  'the helper’s ticket is made',
  'the ticket of who asked is made',
  'the computer of who asked calls',
  'the connection stands, and who asked is asked',
  'the helper’s computer calls',
] as const;
export type Moment = (typeof MOMENTS)[number];

/**
 * What comes of it when the server forgets all of it. Once the connection stands it is not needed any more (KB 306298, step 5); while that comes
 * about either may be first.
 */
function outcomeOf(moment: Moment, outage: Outage): 'over' | 'carriedOn' | 'either' {
  if (outage === 'cut' || moment === 'the connection stands, and who asked is asked') return 'carriedOn';
  return moment === 'the computer of who asked calls' || moment === 'the helper’s computer calls' ? 'either' : 'over';
}

/** Nora and Erik with accounts on one server, through lines that can be cut. */
export class RestartedServer {
  private readonly server: XmppServer;
  private readonly proxy: Proxy;
  private readonly folder: string;
  private readonly open = xmppStreams();

  static async on(server: XmppServer): Promise<RestartedServer> {
    for (const user of ['nora', 'erik']) await server.register(user, `secret of ${user}`);
    await server.befriend('nora', 'erik');
    // A killed server forgets what it has not written down yet: it does so when it is stopped in order.
    await server.restart();
    const folder = await mkdtemp(join(tmpdir(), 'ringback-restarts-'));
    await writeFile(join(folder, 'ca.pem'), server.ca);
    return new RestartedServer(server, await Proxy.open(server.ports.clients, server.host), folder);
  }

  private constructor(server: XmppServer, proxy: Proxy, folder: string) {
    this.server = server;
    this.proxy = proxy;
    this.folder = folder;
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The whole case: at `moment` the outage comes; what must hold afterwards is looked at; and the next call for help works. */
  async survives(moment: Moment, outage: Outage): Promise<void> {
    const people = peopleOnXmpp(this.open);
    try {
      const [nora, erik] = [await this.person(people, 'nora', NORA), await this.person(people, 'erik', ERIK)];
      await until(() => sees(nora, erik) && sees(erik, nora), 'the two to see each other');
      const goOn = await this.upTo(moment, people, nora, erik);
      await this.outage(outage, goOn);
      await this.settled(people, nora, erik, outcomeOf(moment, outage));
      const again = (person: Person): boolean => outage === 'cut' || person.signIns > 1;
      await until(() => again(nora) && again(erik), 'both to sign in anew', SETTLED_MS);
      await this.worksAgain(people, nora, erik);
    } finally {
      await people.close();
    }
  }

  private person(people: PeopleOnXmpp, user: string, host: string): Promise<Person> {
    const [address, other] = ['nora', 'erik'].map((one) => `${one}@${this.server.domain}`).sort((one) => (one.startsWith(user) ? -1 : 1));
    const account = {
      transport: 'xmpp',
      address: address ?? '',
      friendlyName: user,
      password: `secret of ${user}`,
      server: `127.0.0.1:${this.proxy.port}`,
      authority: join(this.folder, 'ca.pem'),
    };
    return people.person(account, { host, installation: account.address, knows: [other ?? ''] });
  }

  /** Brings the two up to the moment. Gives what lets them go on where it holds them. */
  private async upTo(moment: Moment, { internet }: PeopleOnXmpp, nora: Person, erik: Person): Promise<() => void> {
    let goOn = (): void => undefined;
    const hold = (host: string): void => {
      const held = new Promise<void>((resolve) => (goOn = resolve));
      internet.opening = (one) => (one === host ? held : Promise.resolve());
    };
    if (moment === 'the helper’s ticket is made') hold(ERIK);
    if (moment === 'the ticket of who asked is made') hold(NORA);
    if (moment === 'the computer of who asked calls') internet.connectMs = { reverse: 3_000 };
    if (moment === 'the helper’s computer calls') {
      internet.reachable = (from) => from === ERIK;
      internet.connectMs = { forward: 3_000 };
    }
    if (moment === 'the connection stands, and who asked is asked') {
      nora.prompts.view = 'wait';
      goOn = () => nora.prompts.answer(true);
    }
    await nora.assistance.askForHelp({ transport: 'xmpp', address: erik.account.address });
    if (moment === 'the request goes out') return goOn;
    await until(() => erik.assistance.invitations.length === 1, 'it to ring');
    if (moment === 'it rings') return goOn;
    erik.assistance.acceptInvitation(erik.assistance.invitations[0]?.id ?? '');
    if (moment === 'the yes goes out') return goOn;
    const step = (person: Person, number: number): string | undefined => person.assistance.status?.steps[number - 1]?.state;
    await until(
      () => {
        switch (moment) {
          case 'the helper’s ticket is made':
            return step(erik, 3) === 'active' && nora.phase === 'tickets';
          case 'the ticket of who asked is made':
            return step(nora, 4) === 'active';
          case 'the computer of who asked calls':
            return nora.phase === 'connecting' && erik.phase === 'connecting';
          case 'the connection stands, and who asked is asked':
            return nora.prompts.open === 1;
          case 'the helper’s computer calls':
            return step(erik, 7) === 'active';
        }
      },
      () => `${moment}: ${said(nora)} ${said(erik)}`,
    );
    return goOn;
  }

  private async outage(outage: Outage, goOn: () => void): Promise<void> {
    if (outage === 'cut') {
      this.proxy.cut();
      goOn();
      await until(() => this.proxy.connections === 0, 'the lines to be cut');
      this.proxy.restore();
      return;
    }
    await (outage === 'crash' ? this.server.crash() : this.server.stop());
    goOn();
    await this.server.restart();
  }

  /** Both are where they stay: connected, or at an end that is true; and nobody has been asked twice. */
  private async settled(people: PeopleOnXmpp, nora: Person, erik: Person, outcome: 'over' | 'carriedOn' | 'either'): Promise<void> {
    const isOver = (person: Person): boolean => person.phase === undefined || person.phase === 'ended';
    const isUp = (): boolean => nora.phase === 'connected' && erik.phase === 'connected';
    await until(
      () => {
        // Over a line that was cut nothing has happened: what waits for a person still does.
        const [invitation] = erik.assistance.invitations;
        if (outcome === 'carriedOn' && invitation !== undefined) erik.assistance.acceptInvitation(invitation.id);
        return isUp() || (isOver(nora) && isOver(erik) && invitation === undefined && nora.phase !== undefined);
      },
      () => `both to know how it went: ${said(nora)} ${said(erik)}`,
      SETTLED_MS,
    );
    const carriedOn = isUp();
    if (outcome !== 'either') expect(carriedOn, `${said(nora)} ${said(erik)}`).toBe(outcome === 'carriedOn');
    if (!carriedOn) {
      expect(LOST, said(nora)).toContain(reasonOf(nora));
      if (erik.phase !== undefined) expect(LOST, said(erik)).toContain(reasonOf(erik));
    }
    expect({ rang: erik.rang <= 1, asked: nora.prompts.asked.length <= 1 }).toEqual({ rang: true, asked: true });
    expect(people.internet.sessions).toBe(carriedOn ? 1 : 0);
    expect(nora.history).toHaveLength(carriedOn ? 0 : 1);
  }

  private async worksAgain({ internet }: PeopleOnXmpp, nora: Person, erik: Person): Promise<void> {
    if (nora.phase === 'connected') await nora.assistance.endSession();
    await until(
      () => nora.isSignedIn && erik.isSignedIn && sees(nora, erik) && sees(erik, nora),
      () => `both to be back: ${said(nora)} ${said(erik)} ${JSON.stringify([nora.messengers.contacts, erik.messengers.contacts])}`,
      SETTLED_MS,
    );
    await until(() => erik.phase !== 'connected', 'the end on both sides');
    Object.assign(internet, { connectMs: {}, reachable: () => true });
    nora.prompts.view = 'yes';
    const [rang, asked, sessions] = [erik.rang, nora.prompts.asked.length, internet.sessions];
    await nora.assistance.askForHelp({ transport: 'xmpp', address: erik.account.address });
    await until(
      () => erik.assistance.invitations.length === 1,
      () => `it to ring again: ${said(nora)}`,
    );
    erik.assistance.acceptInvitation(erik.assistance.invitations[0]?.id ?? '');
    await until(
      () => nora.phase === 'connected' && erik.phase === 'connected',
      () => `the next session: ${said(nora)} ${said(erik)}`,
    );
    expect([erik.rang, nora.prompts.asked.length, internet.sessions]).toEqual([rang + 1, asked + 1, sessions + 1]);
    await erik.assistance.endSession();
    await until(() => nora.phase === 'ended', 'its end');
    expect([internet.listeners, internet.sockets]).toEqual([0, 0]);
  }
}

const sees = (person: Person, other: Person): boolean =>
  person.messengers.contacts.some(({ address, presence }) => address === other.account.address && presence !== 'offline');

function reasonOf({ assistance: { status } }: Person): EndReason | undefined {
  return status?.phase.tag === 'ended' ? status.phase.reason : undefined;
}

const said = ({ account, assistance, messengers }: Person): string =>
  `${account.address} ${JSON.stringify([assistance.status?.phase, assistance.invitations.length, messengers.stateOf('xmpp')])}`;
