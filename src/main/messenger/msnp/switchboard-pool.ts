import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import type { Destination } from './command-socket.ts';
import { SwitchboardLink, type SwitchboardLinkListener } from './switchboard-link.ts';

/** A switchboard somebody called us into and says nothing in. */
const SILENT_LINK_MS = 60_000;
const LINK_LIMIT = 32;
/** Of these, before we answer no more rings: whoever calls us without end must not keep us from calling. */
const LINK_LIMIT_FOR_RINGS = 24;

/** One use of a switchboard. */
export interface Hold {
  readonly link: SwitchboardLink;
  /** The switchboard is left when its last hold is released. Idempotent. */
  release(): void;
}

/** Who talks in switchboards: invitations, conversations. Every message is offered to each in turn. */
export interface SwitchboardClient {
  /** Whether the message was meant for this client. A client that goes on with this switchboard takes a hold of it. */
  received(link: SwitchboardLink, from: string, friendlyName: string, payload: Uint8Array): boolean;
  /** The link is closed; holds of it are of no use any more. */
  ended(link: SwitchboardLink, why: 'left' | 'idle' | 'lost'): void;
}

export interface SwitchboardPoolOptions {
  readonly clock: Clock;
  /** Our own address, lower case. */
  readonly address: string;
  /** XFR SB. Rejects with MessengerError. */
  readonly request: () => Promise<{ readonly endpoint: HostPort; readonly cookie: string }>;
  readonly isBlocked: (address: string) => boolean;
  /** How to get to a switchboard that the messenger names; undefined where it may not send us. */
  readonly destination: (endpoint: HostPort) => Destination | undefined;
}

/** Every switchboard of one sign-in: called, answered, counted, and left when nobody holds it. */
export class SwitchboardPool {
  private readonly options: SwitchboardPoolOptions;
  private readonly clients: SwitchboardClient[] = [];
  /** How many holds there are of each link that is open. */
  private readonly holds = new Map<SwitchboardLink, number>();
  private readonly linkListener: SwitchboardLinkListener;
  private closing = false;

  constructor(options: SwitchboardPoolOptions) {
    this.options = options;
    this.linkListener = {
      message: (...said) => void this.clients.some((client) => client.received(...said)),
      ended: (link, why) => {
        for (const client of this.clients) client.ended(link, why);
      },
    };
  }

  get isClosed(): boolean {
    return this.closing;
  }

  /** From now on `client` is offered what is said, after those that came before it. */
  serve(client: SwitchboardClient): void {
    this.clients.push(client);
  }

  /**
   * A new switchboard into which `peer` has been called; they are there once its `joined` resolves. `check` is asked before anything is
   * dialled and throws where the call is not wanted any more. Rejects with MessengerError.
   */
  async call(peer: string, check: () => void = () => {}): Promise<Hold> {
    const { endpoint, cookie } = await this.options.request();
    if (this.closing) throw new MessengerError('CONNECTION_LOST', 'signed out');
    check();
    if (this.holds.size >= LINK_LIMIT) throw new MessengerError('REFUSED', 'too many conversations');
    const link = this.open(endpoint, { tag: 'call', address: this.options.address, cookie, peer });
    if (link === undefined) throw new MessengerError('REFUSED', 'the messenger names a place where it may not send us');
    return this.hold(link);
  }

  /** RNG: somebody calls us into a switchboard. */
  rung(ring: { readonly sessionId: string; readonly endpoint: HostPort; readonly cookie: string; readonly address: string }): void {
    if (this.closing || this.options.isBlocked(ring.address) || this.holds.size >= LINK_LIMIT_FOR_RINGS) return;
    const link = this.open(ring.endpoint, { tag: 'answer', address: this.options.address, cookie: ring.cookie, sessionId: ring.sessionId });
    if (link === undefined) return;
    const cancel = this.options.clock.after(SILENT_LINK_MS, () => {
      if (this.holds.get(link) === 0) link.close();
    });
    void link.closed.then(cancel);
  }

  hold(link: SwitchboardLink): Hold {
    this.count(link, 1);
    let held = true;
    return {
      link,
      release: () => {
        if (!held) return;
        held = false;
        this.count(link, -1);
        if (this.holds.get(link) === 0) link.close();
      },
    };
  }

  /** Leaves every switchboard; resolves when no socket is open. */
  async close(): Promise<void> {
    this.closing = true;
    const links = [...this.holds.keys()];
    for (const link of links) link.close();
    await Promise.all(links.map((link) => link.closed));
  }

  /** Nothing for a link that is no more. */
  private count(link: SwitchboardLink, change: 1 | -1): void {
    const count = this.holds.get(link);
    if (count !== undefined) this.holds.set(link, count + change);
  }

  private open(endpoint: HostPort, entry: ConstructorParameters<typeof SwitchboardLink>[1]): SwitchboardLink | undefined {
    const destination = this.options.destination(endpoint);
    if (destination === undefined) return undefined;
    const link = new SwitchboardLink(destination, entry, this.options.clock, this.linkListener);
    this.holds.set(link, 0);
    void link.closed.then(() => this.holds.delete(link));
    return link;
  }
}
