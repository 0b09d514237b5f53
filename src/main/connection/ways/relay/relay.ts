import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type HostPort, formatHostPort } from '../../../../protocol/host-port.ts';
import { type RelayWord, readRelayWord, writeRelayWord } from '../../../../protocol/relay/words.ts';
import type { TicketPart } from '../../../../protocol/assistance/ways.ts';
import type { RelayHost } from '../../../reach-services.ts';
import { ConnectionError } from '../../contract.ts';
import { RELAY_ANSWER_DEADLINE_MS, RELAY_TURN_DEADLINE_MS } from '../../deadlines.ts';
import { within } from '../../in-time.ts';
import type { PreparedWay, Way, WaySide } from '../contract.ts';
import { isAlone, isLoopback } from '../loopback.ts';
import { lookupElsewhere } from '../elsewhere-lookup.ts';
import { RelayedCarrier } from './relayed-carrier.ts';
import { dialProxy } from './socks.ts';

/** Proxies that one side has tried, and that it lets the other make it dial. */
const MAX_PROXIES = 3;

/**
 * XEP-0065 through the proxy of a messenger's server. The side that reaches names a proxy of its server, or asks the other side for one of theirs; the
 * other connects there first, then who named it, who lets the bytes through with one request to the server.
 */
export const prepareRelay: Way['prepare'] = (side) => Promise.resolve(new RelaySide(side));

/** The connection closes then, which is looked at when it is used. */
const ignored = (): void => undefined;

class RelaySide implements PreparedWay {
  readonly adds: TicketPart = { addresses: [] };
  private readonly side: WaySide;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  /** What the other side is to say to the proxy that was named last. */
  private answered: ((word: 'here' | 'no') => void) | undefined;
  private asked: string | undefined;
  /** Where this side waits for the other one to come. */
  private waiting: { readonly name: string; readonly proxy: HostPort; readonly socket: Socket } | undefined;
  private dialled = 0;
  private named = false;
  private cancelTurn: () => void = () => undefined;

  constructor(side: WaySide) {
    this.side = side;
    this.signal = AbortSignal.any([side.signal, this.stop.signal]);
    side.signals.onMessage((text) => void this.heard(readRelayWord(text)));
  }

  reach(): void {
    void this.begin();
  }

  close(): Promise<void> {
    this.stop.abort();
    this.cancelTurn();
    this.leave();
    return Promise.resolve();
  }

  private async begin(): Promise<void> {
    if (await this.name()) return this.side.exhausted();
    if (this.signal.aborted) return;
    this.say({ tag: 'yours' });
    this.cancelTurn = this.side.clock.after(RELAY_TURN_DEADLINE_MS, () => this.over());
  }

  private over(): void {
    this.cancelTurn();
    if (!this.signal.aborted) this.side.exhausted();
  }

  private async heard(word: RelayWord): Promise<void> {
    if (this.signal.aborted) return;
    switch (word.tag) {
      case 'at':
        return this.come(word.proxy, word.name);
      case 'open':
        return this.enter(word.name);
      case 'here':
      case 'no':
        if (word.name === this.asked) this.answered?.(word.tag);
        return;
      case 'yours':
        if (!this.side.offers || (await this.name())) return;
        this.say({ tag: 'none' });
        return this.over();
      case 'none':
        if (!this.side.offers) this.over();
    }
  }

  /* ---------- who names the proxy ---------- */

  /** True once the other side and this one are connected through one of this side's proxies. */
  private async name(): Promise<boolean> {
    const { reach, clock } = this.side;
    if (reach === undefined || this.named) return false;
    this.named = true;
    try {
      const proxies = await within(reach.relays(), { clock, deadlineMs: RELAY_ANSWER_DEADLINE_MS, signal: this.signal });
      for (const proxy of proxies.slice(0, MAX_PROXIES)) if (await this.meet(proxy)) return true;
    } catch {
      // The server does not say: then it has none for us.
    }
    return false;
  }

  private async meet(proxy: RelayHost): Promise<boolean> {
    const { reach, clock, found, missed } = this.side;
    if (reach === undefined || this.signal.aborted) return false;
    const sid = randomBytes(16).toString('hex');
    // The proxy only hashes the names (XEP-0065, section 5.3.2); whom this side wants to meet is not its server's business.
    const target = reach.ownAddress;
    const name = createHash('sha1').update(`${sid}${reach.ownAddress}${target}`).digest('hex');
    let socket: Socket | undefined;
    try {
      if ((await this.ask(proxy, name)) === 'no') throw new ConnectionError('SOCKET', 'the other side does not reach the proxy');
      socket = await dialProxy(proxy, name, { clock, signal: this.signal });
      socket.on('error', ignored);
      await within(reach.activate(proxy, sid, target), { clock, deadlineMs: RELAY_ANSWER_DEADLINE_MS, signal: this.signal });
      if (socket.destroyed) throw new ConnectionError('SOCKET', 'the proxy has gone');
    } catch (cause) {
      socket?.destroy();
      const error = new ConnectionError('SOCKET', `no connection through ${proxy.jid}`, { cause });
      if (!this.signal.aborted) missed(formatHostPort(proxy), error);
      return false;
    }
    this.say({ tag: 'open', name });
    socket.off('error', ignored);
    found(new RelayedCarrier(socket, proxy));
    return true;
  }

  /** Whether the other side has come to the proxy. */
  private ask({ host, port }: RelayHost, name: string): Promise<'here' | 'no'> {
    const answer = new Promise<'here' | 'no'>((resolve) => (this.answered = resolve));
    this.asked = name;
    this.say({ tag: 'at', proxy: { host, port }, name });
    return within(answer, { clock: this.side.clock, deadlineMs: RELAY_ANSWER_DEADLINE_MS, signal: this.signal });
  }

  /* ---------- who comes to it ---------- */

  private async come(proxy: HostPort, name: string): Promise<void> {
    const { clock, listenHosts, missed } = this.side;
    this.leave();
    this.dialled += 1;
    try {
      if (this.dialled > MAX_PROXIES) throw new ConnectionError('ABORTED', 'one proxy too many');
      const alone = isAlone(listenHosts());
      if (isLoopback(proxy.host) && !alone) throw new ConnectionError('NO_ADDRESS', 'no proxy of ours listens on this computer');
      if (this.side.hidden === true && !(await this.isOurs(proxy)))
        throw new ConnectionError('ABORTED', 'a proxy that only the other side knows would learn where this computer is');
      const lookup = alone ? undefined : lookupElsewhere;
      const socket = await dialProxy(proxy, name, { clock, signal: this.signal, lookup });
      socket.on('error', ignored);
      // Another one may have been named meanwhile, and been quicker.
      this.leave();
      this.waiting = { name, proxy, socket };
      this.say({ tag: 'here', name });
    } catch (cause) {
      if (this.signal.aborted) return;
      missed(formatHostPort(proxy), new ConnectionError('SOCKET', 'the proxy cannot be reached', { cause }));
      this.say({ tag: 'no', name });
    }
  }

  /** The server of this side's messenger names it as well. */
  private async isOurs(proxy: HostPort): Promise<boolean> {
    const { reach, clock } = this.side;
    if (reach === undefined) return false;
    const ours = await within(reach.relays(), { clock, deadlineMs: RELAY_ANSWER_DEADLINE_MS, signal: this.signal });
    return ours.some(({ host, port }) => host.toLowerCase() === proxy.host.toLowerCase() && port === proxy.port);
  }

  private enter(name: string): void {
    const { waiting } = this;
    if (waiting?.name !== name) return;
    const { socket, proxy } = waiting;
    this.waiting = undefined;
    if (socket.destroyed) this.side.missed(formatHostPort(proxy), new ConnectionError('SOCKET', 'the proxy has gone'));
    else {
      socket.off('error', ignored);
      this.side.found(new RelayedCarrier(socket, proxy));
    }
    if (!this.side.offers) this.over();
  }

  private leave(): void {
    this.waiting?.socket.destroy();
    this.waiting = undefined;
  }

  private say(word: RelayWord): void {
    if (!this.signal.aborted) this.side.signals.send(writeRelayWord(word));
  }
}
