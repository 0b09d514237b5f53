/* Some of the people of the XMPP benchmark, in a process of their own: the messenger's real client, one an account, whose contact is the next one. */
import { createInterface } from 'node:readline';
import { systemClock as clock } from '../../src/main/clock.ts';
import type { RendezvousSession } from '../../src/main/messenger/contract.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { APPLICATIONS } from '../../src/protocol/applications/applications.ts';

export interface ClientsSetup {
  readonly first: number;
  /** Even: two and two are contacts. */
  readonly count: number;
  readonly domain: string;
  /** What the domain names, each as likely as the others. */
  readonly servers: readonly { readonly name: string; readonly port: number }[];
  readonly authority: string;
}

const setup = JSON.parse(process.argv[2] ?? '') as ClientsSetup;
const APPLICATION = { guid: APPLICATIONS.remoteAssistance.guid, name: APPLICATIONS.remoteAssistance.name };
const DEADLINE_MS = 60_000;
const TICKET = 'x'.repeat(300);
/** Of each side, as ICE gives them. */
const CANDIDATES = 6;

/** The ports are those of STARTTLS: there are no records for TLS from the first byte. */
const open = xmppStreams({
  resolveSrv: async (name) =>
    name.startsWith('_xmpp-client.') ? setup.servers.map((server) => ({ ...server, priority: 1, weight: 1 })) : [],
});

class Client {
  readonly address: string;
  readonly messenger = new XmppMessenger('xmpp', { clock, random: Math.random, applications: [APPLICATION.guid] }, { open });
  onInvitation: (session: RendezvousSession) => void = (session) => session.decline();
  rang = 0;
  lost = 0;

  constructor(user: string) {
    this.address = `${user}@${setup.domain}`;
    this.messenger.onEvent((event) => {
      if (event.tag === 'invitation') {
        this.rang += 1;
        this.onInvitation(event.session);
      }
      if (event.tag === 'state' && event.state.tag === 'waiting') this.lost += 1;
    });
  }

  async signIn(): Promise<void> {
    const { address } = this;
    this.messenger.signIn({
      transport: 'xmpp',
      address,
      friendlyName: address,
      password: `secret of ${address}`,
      authority: setup.authority,
    });
    await this.holds(() => this.messenger.state.tag === 'signedIn');
  }

  holds(probe: () => boolean): Promise<void> {
    if (probe()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = clock.after(
        DEADLINE_MS,
        () => (stop(), reject(new Error(`${this.address}: ${JSON.stringify(this.messenger.state)}`))),
      );
      const stop = this.messenger.onEvent(() => probe() && (cancel(), stop(), resolve()));
    });
  }
}

const clients = Array.from({ length: setup.count }, (_, index) => new Client(`user${setup.first + index}`));

async function atOnce<T>(items: Iterable<T>, count: number, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: count }, worker));
}

/** From the invitation to both tickets and every candidate, and the end; milliseconds until both have the tickets. */
function help(novice: Client, expert: Client): Promise<number> {
  return new Promise((resolve, reject) => {
    const at = performance.now();
    const cancel = clock.after(DEADLINE_MS, () => reject(new Error('no tickets')));
    let [heard, tookMs] = [0, 0];
    const hear = (session: RendezvousSession): void => {
      session.onEvent((event) => {
        if (event.tag === 'readyToLaunch') {
          session.sendContextData(TICKET, 'ticket');
          for (let index = 0; index < CANDIDATES; index += 1) session.sendContextData(`candidate ${index}`, 'signal');
        }
        if (event.tag === 'contextData') {
          heard += 1;
          if (event.kind === 'ticket') tookMs = performance.now() - at;
          if (heard === 2 * (CANDIDATES + 1)) asked.cancel();
        }
        const over = ['declined', 'cancelled', 'terminated', 'sendError', 'appNotPresent'].includes(event.tag);
        if (!over || session === asked) return;
        cancel();
        if (heard === 2 * (CANDIDATES + 1)) resolve(tookMs);
        else reject(new Error(`over after ${heard}: ${JSON.stringify(event)}`));
      });
    };
    expert.onInvitation = (session) => {
      hear(session);
      session.accept();
    };
    const asked = novice.messenger.invite(expert.address, APPLICATION);
    hear(asked);
  });
}

/** One asks the other; `runs`: the other has said yes, and the two stay as they are. */
interface Pair {
  readonly novice: Client;
  readonly expert: Client;
  readonly runs: boolean;
  readonly asked: RendezvousSession;
  invited?: RendezvousSession;
}
const pairs: Pair[] = [];
const isUp = ({ asked, invited }: Pair): boolean => asked.state === 'CONNECTED' && invited?.state === 'CONNECTED';
/** Of the pairs that a killed node has not touched, those that run; of those that rang, where one side has lost its node. */
const untouched = (): Pair[] => pairs.filter(({ novice, expert, runs }) => runs && novice.lost + expert.lost === 0);
const ringingWithout = (lost: 'novice' | 'expert', kept: 'novice' | 'expert'): Pair[] =>
  pairs.filter((pair) => !pair.runs && pair[lost].lost > 0 && pair[kept].lost === 0);

const COMMANDS: Readonly<Record<string, (...args: readonly number[]) => Promise<unknown>>> = {
  signIn: async (together = 5) => {
    const times: number[] = [];
    let failed = 0;
    await atOnce(clients, together, async (client) => {
      const at = performance.now();
      await client.signIn().then(
        () => times.push(performance.now() - at),
        () => (failed += 1),
      );
    });
    return { times, failed };
  },
  /** Help sessions for so many seconds. */
  help: async (seconds = 10, together = 5) => {
    const times: number[] = [];
    const errors: string[] = [];
    const end = performance.now() + seconds * 1_000;
    const pairs = function* (): Generator<number> {
      for (let index = 0; performance.now() < end; index = (index + 2) % setup.count) yield index;
    };
    await atOnce(pairs(), together, async (index) => {
      const [novice, expert] = [clients[index], clients[index + 1]];
      if (novice !== undefined && expert !== undefined)
        await help(novice, expert).then(
          (ms) => times.push(ms),
          (error: unknown) => errors.push(String(error)),
        );
    });
    return { times, failed: errors.length, error: errors[0] };
  },
  /** Every second person asks the next one, of whom every second one says yes and the others let it ring. */
  ring: async () => {
    const seesAll = ({ messenger }: Client): boolean => messenger.contacts.every(({ presence }) => presence === 'online');
    await Promise.all(clients.map((client) => client.holds(() => seesAll(client))));
    for (let index = 0; index < setup.count; index += 2) {
      const [novice, expert] = [clients[index], clients[index + 1]];
      if (novice === undefined || expert === undefined) continue;
      const pair: Pair = { novice, expert, runs: index % 4 === 0, asked: novice.messenger.invite(expert.address, APPLICATION) };
      expert.onInvitation = (session) => {
        pair.invited ??= session;
        if (pair.runs) session.accept();
      };
      pairs.push(pair);
    }
    return {};
  },
  /** Where everybody is. */
  state: async () => ({
    signedIn: clients.filter(({ messenger }) => messenger.state.tag === 'signedIn').length,
    lost: clients.filter(({ lost }) => lost > 0).length,
    begun: pairs.filter((pair) => (pair.runs ? isUp(pair) : pair.invited !== undefined)).length,
    untouched: untouched().length,
    untouchedUp: untouched().filter(isUp).length,
    toRing: ringingWithout('expert', 'novice').length,
    rangAgain: ringingWithout('expert', 'novice').filter(({ expert }) => expert.rang === 2).length,
    toStop: ringingWithout('novice', 'expert').length,
    stopped: ringingWithout('novice', 'expert').filter(({ invited }) => invited?.state === 'CANCELLED' || invited?.state === 'TERMINATED')
      .length,
    twice: pairs.filter((pair) => pair.expert.rang > (pair.expert.lost > 0 ? 2 : 1)).length,
  }),
  memory: async () => {
    (globalThis as { gc?: () => void }).gc?.();
    return { megabytes: process.memoryUsage().rss / 1e6 };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', ...args] = line.split(' ');
  const answer = await COMMANDS[command]?.(...args.map(Number)).catch((error: unknown) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer ?? { error: `no ${command}` })}\n`);
}
await Promise.all(clients.map(({ messenger }) => messenger.signOut()));
process.exit(0);
