import { type IceCandidate, readCandidateLine, writeCandidateLine } from '../../../../protocol/ice/candidate.ts';
import { readDescription, writeSdp } from '../../../../protocol/ice/description.ts';
import type { FromIcePage, IcePageServer, IcePairEnd, ToIcePage } from '../../../../protocol/ice/page-messages.ts';
import { type IceWord, MAX_CANDIDATES } from '../../../../protocol/ice/words.ts';
import { type HostPort, formatHostPort } from '../../../../protocol/host-port.ts';
import { scopeOf } from '../../../../protocol/ip-address.ts';
import { ProtocolError } from '../../../../protocol/bytes/errors.ts';
import type { Clock } from '../../../clock.ts';
import { ConnectionError } from '../../contract.ts';
import { ICE_DEADLINE_MS } from '../../deadlines.ts';
import type { Carrier } from '../contract.ts';
import type { IcePage } from './contract.ts';
import { IceDuplex } from './ice-duplex.ts';
import { parseFromIcePage } from './page-words.ts';

/** What the page finds within this goes out as one message. */
const BUNDLE_MS = 20;
/** A page that has been told to close its connection is ended after this at the latest. */
const GOODBYE_MS = 500;
/** Changes of the pair; a network that flaps makes a few a minute. */
const MOST_PAIRS = 1_000;

export interface IceAttemptParts {
  readonly clock: Clock;
  readonly page: IcePage;
  /** Whether this side begins. */
  readonly offers: boolean;
  readonly relayOnly: boolean;
  readonly servers: readonly IcePageServer[];
  /** To the other side. */
  readonly say: (words: readonly IceWord[]) => void;
  /** Both channels are open: the carrier is the caller's. */
  readonly found: (carrier: Carrier) => void;
  /** Called at most once, instead of `found`. Everything is closed. */
  readonly failed: (error: Error) => void;
}

interface IcePair {
  readonly local: IcePairEnd;
  readonly remote: IcePairEnd;
}

/** One connection over ICE: from a fresh page to a carrier, and then for as long as that lives. */
export class IceAttempt {
  private readonly parts: IceAttemptParts;
  private readonly duplex: IceDuplex;
  private readonly cancelDeadline: () => void;
  private cancelBundle: (() => void) | undefined;
  private bundle: IceWord[] = [];
  private described = false;
  private remoteKnown = false;
  private ours = 0;
  /** Of this computer, and of the router in front of it. */
  private readonly ownAddresses = new Set<string>();
  private readonly theirs: IceCandidate[] = [];
  private pair: IcePair | undefined;
  private pairs = 0;
  private isOpen = false;
  private relayedThere: boolean | undefined;
  private outcome: 'none' | 'found' | 'failed' = 'none';
  private over = false;
  private pageGone = false;

  constructor(parts: IceAttemptParts) {
    this.parts = parts;
    const { clock, page, offers, relayOnly, servers } = parts;
    this.duplex = new IceDuplex({
      clock,
      post: (tag, bytes) => this.post({ tag, bytes }),
      hello: (relayed) => {
        this.relayedThere = relayed;
        this.maybeFound();
      },
      closed: (flush) => this.end(flush),
    });
    this.duplex.on('error', this.broken);
    this.cancelDeadline = clock.after(ICE_DEADLINE_MS, () =>
      this.fail(new ConnectionError('DEADLINE', `no connection over ICE in ${ICE_DEADLINE_MS} ms`)),
    );
    page.onGone((why) => {
      this.pageGone = true;
      this.duplex.gone(why);
    });
    page.onMessage((message) => this.said(message));
    this.post({ tag: 'begin', offers, relayOnly, servers });
  }

  /** Of the other side. */
  heard(words: readonly IceWord[]): void {
    for (const word of words) if (!this.over) this.hear(word);
  }

  /** Ends it unless a carrier has been found, which lives on. */
  abandon(): void {
    if (this.outcome !== 'none') return;
    this.outcome = 'failed';
    this.duplex.destroy();
  }

  private hear(word: IceWord): void {
    const { offers } = this.parts;
    if (word.tag === 'no') this.fail(new ConnectionError('SOCKET', 'the other side cannot connect over ICE'));
    else if (word.tag === 'candidate') this.tryAt(word);
    else if (word.tag === 'end') {
      if (this.remoteKnown) this.post({ tag: 'candidate', line: undefined });
    } else if ((word.tag === 'answer') === offers && !this.remoteKnown) {
      this.remoteKnown = true;
      this.post({ tag: 'remote', sdp: writeSdp(word, !offers) });
    }
  }

  private tryAt({ candidate }: Extract<IceWord, { tag: 'candidate' }>): void {
    if (!this.remoteKnown || this.theirs.length >= MAX_CANDIDATES) return;
    this.theirs.push(candidate);
    this.post({ tag: 'candidate', line: writeCandidateLine(candidate, this.theirs.length) });
  }

  private said(message: unknown): void {
    if (this.over) return;
    try {
      this.take(parseFromIcePage(message));
    } catch (error) {
      this.duplex.destroy(error as Error);
    }
  }

  private take(message: FromIcePage): void {
    switch (message.tag) {
      case 'local':
        if (this.described) throw new ProtocolError('ILLEGAL_TRANSITION', 'icePage.local', 'once', 'again');
        this.described = true;
        return this.saySoon({ tag: this.parts.offers ? 'offer' : 'answer', ...readDescription(message.sdp) });
      case 'candidate':
        return this.ownCandidate(message.line);
      case 'open':
        if (this.pair === undefined) throw new ProtocolError('ILLEGAL_TRANSITION', 'icePage.open', 'after pair', 'open');
        this.isOpen = true;
        return this.maybeFound();
      case 'pair':
        return this.pairChanged(message);
      case 'data':
        return this.duplex.dataCame(message.bytes);
      case 'control':
        return this.duplex.controlCame(message.bytes);
      case 'sent':
        return this.duplex.pageSent(message.bytes);
      case 'failed':
        return this.duplex.gone(message.why);
    }
  }

  private ownCandidate(line: string | undefined): void {
    if (!this.described) throw new ProtocolError('ILLEGAL_TRANSITION', 'icePage.candidate', 'after local', 'candidate');
    if (line === undefined) return this.saySoon({ tag: 'end' });
    const candidate = readCandidateLine(line);
    if (candidate === undefined || this.ours >= MAX_CANDIDATES) return;
    this.ours += 1;
    this.ownAddresses.add(candidate.address);
    this.saySoon({ tag: 'candidate', candidate });
  }

  /** The first words wait for what else is found at once, and later ones too. */
  private saySoon(word: IceWord): void {
    this.bundle.push(word);
    this.cancelBundle ??= this.parts.clock.after(BUNDLE_MS, () => {
      this.cancelBundle = undefined;
      this.parts.say(this.bundle.splice(0));
    });
  }

  private pairChanged({ local, remote }: Extract<FromIcePage, { tag: 'pair' }>): void {
    this.pairs += 1;
    if (this.pairs > MOST_PAIRS) throw new ProtocolError('OUT_OF_RANGE', 'icePage.pair', `<= ${MOST_PAIRS}`, this.pairs);
    const before = this.pair;
    this.pair = { local, remote };
    const relayed = isRelayed(this.pair);
    if (before === undefined || isRelayed(before) !== relayed) this.duplex.sayHello(relayed);
  }

  private maybeFound(): void {
    const { pair, duplex } = this;
    if (this.outcome !== 'none' || !this.isOpen || this.relayedThere === undefined || pair === undefined) return;
    this.outcome = 'found';
    this.cancelDeadline();
    duplex.off('error', this.broken);
    this.parts.found(this.carrier(this.addressOf(pair.remote)));
  }

  /**
   * A browser hides an address that it has learned from a packet alone; its owner has named it, or the router in front of it. Many routers keep the
   * port, so the port alone does not tell the two apart: the computer's own address it is only behind the same router as this one, or where no router
   * has been seen.
   */
  private addressOf({ address, port }: IcePairEnd): HostPort {
    const plain = address.replace(/^\[|\]$/g, '');
    if (scopeOf(plain) !== undefined) return { host: plain, port };
    const outside = this.theirs.filter(({ kind, address }) => kind === 'srflx' && !this.ownAddresses.has(address));
    const likely = outside.length > 0 ? outside : this.theirs.filter(({ kind }) => kind === 'host');
    const named = likely.find((theirs) => theirs.port === port) ?? likely[0] ?? this.theirs[0];
    return { host: named?.address ?? 'unknown', port };
  }

  private carrier(remote: HostPort): Carrier {
    const { duplex } = this;
    const relayed = (): boolean => this.relayedThere === true || (this.pair !== undefined && isRelayed(this.pair));
    return {
      duplex,
      address: formatHostPort(remote),
      remote: remote.host,
      get traffic() {
        return duplex.traffic;
      },
      get relayed() {
        return relayed();
      },
      look: () => duplex.look(),
    };
  }

  private readonly broken = (error: Error): void => this.fail(error);

  private fail(error: Error): void {
    if (this.outcome !== 'none') return;
    this.outcome = 'failed';
    this.duplex.destroy();
    this.parts.failed(error);
  }

  /** The stream is gone: the page says goodbye to the other side and is closed. */
  private end(flush: boolean): void {
    const { clock, page } = this.parts;
    this.post({ tag: 'close', flush });
    this.over = true;
    this.cancelDeadline();
    this.cancelBundle?.();
    if (this.pageGone) return page.close();
    const cancel = clock.after(GOODBYE_MS, () => page.close());
    page.onMessage((message) => {
      if (!isLast(message)) return;
      cancel();
      page.close();
    });
  }

  private post(message: ToIcePage): void {
    if (!this.over && !this.pageGone) this.parts.page.post(message);
  }
}

/**
 * The two sides need not have the same pair: each sends on its own. One whose other end is the other side's relay is relayed as well, though nothing is
 * sent through a server of this side's.
 */
function isRelayed({ local, remote }: IcePair): boolean {
  return local.kind === 'relay' || remote.kind === 'relay';
}

function isLast(message: unknown): boolean {
  try {
    return parseFromIcePage(message).tag === 'failed';
  } catch {
    return true;
  }
}
