import type {
  Account,
  Application,
  Messenger,
  MessengerEvent,
  RendezvousEvent,
  RendezvousSession,
} from '../../../src/main/messenger/contract.ts';

export const REMOTE_ASSISTANCE: Application = { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'Remote Assistance' };
/** For what comes at once, or never. */
export const PATIENCE_MS = 8_000;

/** Everything a source of events has said so far, and waiting for more. */
class Heard<E> {
  readonly events: E[] = [];
  private readonly waiting = new Set<() => void>();
  constructor(source: { onEvent(listener: (event: E) => void): () => void }) {
    source.onEvent((event) => {
      this.events.push(event);
      for (const wake of Array.from(this.waiting)) wake();
    });
  }

  /** The first event, past or to come, that `matches`. */
  async find<F extends E>(matches: (event: E) => event is F, what: string): Promise<F> {
    const found = (): F | undefined => this.events.find(matches);
    await this.until(() => found() !== undefined, what);
    return found() as F;
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(wake);
        reject(new Error(`waited in vain for ${what}; came: ${JSON.stringify(this.events)}`));
      }, PATIENCE_MS);
      this.waiting.add(wake);
    });
  }
}

/** One user, what runs for them, and everything they have heard. */
export class Person {
  readonly account: Account;
  readonly messenger: Messenger;
  readonly record: Heard<MessengerEvent>;
  constructor(account: Account, messenger: Messenger) {
    this.account = account;
    this.messenger = messenger;
    this.record = new Heard(messenger);
  }

  async signIn(): Promise<void> {
    this.messenger.signIn(this.account);
    await this.state('signedIn');
  }

  state(tag: string): Promise<void> {
    return this.record.until(
      () => this.messenger.state.tag === tag,
      `${this.account.address} being ${tag}, not ${this.messenger.state.tag}`,
    );
  }

  sees(other: Person, presence: string): Promise<void> {
    const seen = (): string | undefined => this.messenger.contacts.find(({ address }) => address === other.account.address)?.presence;
    return this.record.until(() => seen() === presence, `${this.account.address} seeing ${other.account.address} ${presence}`);
  }

  /** The nth invitation that came, from 0. */
  async invitation(index = 0): Promise<Side> {
    const all = (): RendezvousSession[] => this.record.events.flatMap((event) => (event.tag === 'invitation' ? [event.session] : []));
    await this.record.until(() => all().length > index, `invitation ${index}`);
    return new Side(all()[index] as RendezvousSession);
  }

  invite(other: Person, application: Application = REMOTE_ASSISTANCE): Side {
    return new Side(this.messenger.invite(other.account.address, application));
  }
}

/** One end of one invitation. */
export class Side {
  readonly session: RendezvousSession;
  readonly record: Heard<RendezvousEvent>;
  constructor(session: RendezvousSession) {
    this.session = session;
    this.record = new Heard(session);
  }
  event<T extends RendezvousEvent['tag']>(tag: T): Promise<RendezvousEvent & { tag: T }> {
    return this.record.find((event): event is RendezvousEvent & { tag: T } => event.tag === tag, tag);
  }
  get tags(): string[] {
    return this.record.events.map(({ tag }) => tag);
  }
  async data(count: number): Promise<string[]> {
    const all = (): string[] => this.record.events.flatMap((event) => (event.tag === 'contextData' ? [event.data] : []));
    await this.record.until(() => all().length >= count, `${count} context data`);
    return all();
  }
}
