import type { TicketPart } from '../../../../protocol/assistance/ways.ts';
import { type IceWord, MAX_CANDIDATES, readIceWords, writeIceWords } from '../../../../protocol/ice/words.ts';
import type { IcePageServer } from '../../../../protocol/ice/page-messages.ts';
import { ConnectionError } from '../../contract.ts';
import { ICE_SERVERS_DEADLINE_MS } from '../../deadlines.ts';
import type { IceServer, ReachServices } from '../../../reach-services.ts';
import type { Clock } from '../../../clock.ts';
import type { PreparedWay, Way, WaySide } from '../contract.ts';
import type { IcePage, OpenIcePage } from './contract.ts';
import { IceAttempt } from './ice-attempt.ts';
import { pageServers, trustedHosts } from './servers.ts';

export interface IceDeps {
  readonly openPage: OpenIcePage;
  /** Servers that the person has named; they come before those of the messenger's server. */
  readonly ownServers?: () => readonly IceServer[];
  /** Whether nothing may be sent to the other side but through a server. */
  readonly relayOnly?: () => boolean;
}

/** How the way is called where people see an address and there is none yet. */
const NO_ADDRESS = 'ICE';

/** Of the other side's words, while the page opens. */
const MOST_WAITING = MAX_CANDIDATES + 4;

/** ICE (RFC 8445) in a hidden page: the side that reaches says the first word, and the other one opens its page when that has come. */
export function prepareIce(deps: IceDeps): Way['prepare'] {
  return (side) => Promise.resolve(new IceSide(deps, side));
}

class IceSide implements PreparedWay {
  readonly adds: TicketPart = { addresses: [] };
  private readonly deps: IceDeps;
  private readonly side: WaySide;
  /** Asked for early: a server's answer takes as long as a page needs to open. */
  private readonly servers: Promise<readonly IceServer[]>;
  private attempt: IceAttempt | undefined;
  /** What came while the page opened. */
  private waiting: IceWord[] = [];
  private begun = false;
  private closed = false;
  /** A carrier has been found, or there will be none. */
  private settled = false;

  constructor(deps: IceDeps, side: WaySide) {
    this.deps = deps;
    this.side = side;
    this.servers = serversOf(side.reach, side.clock);
    side.signals.onMessage((text) => this.heard(text));
  }

  reach(): void {
    this.begin();
  }

  close(): Promise<void> {
    this.closed = true;
    this.attempt?.abandon();
    return Promise.resolve();
  }

  private get over(): boolean {
    return this.closed || this.side.signal.aborted;
  }

  private heard(text: string): void {
    if (this.over) return;
    let words: readonly IceWord[];
    try {
      words = readIceWords(text);
    } catch (error) {
      // What has been found lives on.
      this.failed(error as Error);
      this.attempt?.abandon();
      return;
    }
    if (this.attempt === undefined) this.waiting.push(...words.slice(0, MOST_WAITING - this.waiting.length));
    else this.attempt.heard(words);
    if (this.side.offers && words[0]?.tag === 'offer') this.begin();
  }

  private begin(): void {
    if (this.begun || this.over) return;
    this.begun = true;
    void this.open();
  }

  private async open(): Promise<void> {
    const { deps } = this;
    try {
      const relayOnly = deps.relayOnly?.() ?? false;
      const servers = [...(deps.ownServers?.() ?? []), ...(await this.servers)];
      const page = await deps.openPage({ relayOnly, trusted: trustedHosts(servers) });
      if (this.over || this.settled) page.close();
      else this.start(page, relayOnly, pageServers(servers));
    } catch (error) {
      this.say([{ tag: 'no' }]);
      this.failed(error as Error);
    }
  }

  private start(page: IcePage, relayOnly: boolean, servers: readonly IcePageServer[]): void {
    const { side } = this;
    const attempt = new IceAttempt({
      clock: side.clock,
      page,
      offers: !side.offers,
      relayOnly,
      servers,
      say: (words) => this.say(words),
      found: (carrier) => {
        this.settled = true;
        side.found(carrier);
        if (!side.offers) side.exhausted();
      },
      failed: (error) => this.failed(error),
    });
    this.attempt = attempt;
    attempt.heard(this.waiting.splice(0));
  }

  private say(words: readonly IceWord[]): void {
    if (this.over) return;
    for (const text of writeIceWords(words)) this.side.signals.send(text);
  }

  private failed(error: Error): void {
    const { side } = this;
    if (this.over || this.settled) return;
    this.settled = true;
    if (side.offers) return;
    side.missed(NO_ADDRESS, error instanceof ConnectionError ? error : new ConnectionError('SOCKET', error.message, { cause: error }));
    side.exhausted();
  }
}

/** Never rejects, and takes no longer than {@link ICE_SERVERS_DEADLINE_MS}: without a server ICE still finds what is near. */
function serversOf(reach: ReachServices | undefined, clock: Clock): Promise<readonly IceServer[]> {
  if (reach === undefined) return Promise.resolve([]);
  return new Promise((resolve) => {
    const cancel = clock.after(ICE_SERVERS_DEADLINE_MS, () => resolve([]));
    const ask = async (): Promise<void> => {
      try {
        resolve(await reach.iceServers());
      } catch {
        resolve([]);
      } finally {
        cancel();
      }
    };
    void ask();
  });
}
