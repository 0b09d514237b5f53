import type { NoDoor, Role, SessionTraffic } from '../../protocol/assistance/status.ts';
import type { AssistanceParts } from './contract.ts';
import { errorText } from './error-text.ts';
import type { SessionFacts, SessionHost } from './running-session.ts';
import { everyTrafficPeriod, historyEntryOf } from './running-session.ts';
import { Scope } from './scope.ts';
import { TrafficNews } from './traffic-news.ts';

/** What a session of either role has from its first moment to its last: what it holds open, and what is kept of it. */
export class SessionLife {
  readonly startedAtMs: number;
  readonly scope = new Scope((error) => this.logError(error));
  /** Resolves when it is over and nothing of it is open. */
  readonly closed: Promise<void>;
  /** What the endpoint says of this side's router. */
  noDoor: NoDoor | undefined;
  private readonly parts: AssistanceParts;
  private readonly host: SessionHost;
  private readonly role: Role;
  private readonly traffic: () => SessionTraffic | undefined;
  private viewed = false;
  private resolveClosed: () => void = () => {};

  /** `traffic`: as it is when it is asked for. */
  constructor(parts: AssistanceParts, host: SessionHost, role: Role, traffic: () => SessionTraffic | undefined) {
    this.parts = parts;
    this.host = host;
    this.role = role;
    this.traffic = traffic;
    this.startedAtMs = parts.clock.now();
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  /** The picture may be seen from here on, and how it flows is told as it changes. Comes again after a change of resolution. */
  showing(): void {
    if (this.viewed) return;
    this.viewed = true;
    const news = new TrafficNews();
    this.scope.add(
      everyTrafficPeriod(this.parts.clock, () => {
        const traffic = this.traffic();
        if (traffic !== undefined && news.isNews(traffic)) this.host.changed();
      }),
    );
  }

  /** Closes everything and then writes the history, where the session is worth an entry. Never rejects. */
  async finish(facts: () => SessionFacts | undefined): Promise<void> {
    await this.scope.close();
    const last = facts();
    const entry = last === undefined ? undefined : historyEntryOf(last, this.viewed);
    try {
      if (entry !== undefined) await this.parts.history.add(entry);
    } catch (error) {
      this.logError(error);
    }
    this.resolveClosed();
  }

  /** What went wrong, where the session goes on all the same. */
  logError(error: unknown): void {
    this.host.log('error', { role: this.role, message: errorText(error) });
  }
}
