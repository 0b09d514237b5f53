import type { FromIcePage, ToIcePage } from '../../src/protocol/ice/page-messages.ts';
import type { IcePage } from '../../src/main/connection/ways/ice/contract.ts';

const SDP = (ufrag: string): string =>
  [
    'v=0',
    `a=ice-ufrag:${ufrag}`,
    'a=ice-pwd:ToNqQnVV9i+x80JnkiYfWJSn',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  ].join('\r\n');

/** A page without a browser: two of them are connected once each has been told the other's description. Everything arrives in a later turn. */
export class FakeIcePage implements IcePage {
  /** What main has said, in order. */
  readonly told: ToIcePage[] = [];
  closed = false;
  /** The pair that it will have. */
  kinds: readonly [string, string] = ['host', 'host'];
  private mate: FakeIcePage | undefined;
  private readonly ufrag: string;
  private listener: (message: unknown) => void = () => undefined;
  private gone: (why: string) => void = () => undefined;
  private offers = false;
  private remote = false;

  constructor(ufrag = 'abcd') {
    this.ufrag = ufrag;
  }

  static pair(): readonly [FakeIcePage, FakeIcePage] {
    const pages = [new FakeIcePage('aaaa'), new FakeIcePage('bbbb')] as const;
    [pages[0].mate, pages[1].mate] = [pages[1], pages[0]];
    return pages;
  }

  post(message: ToIcePage): void {
    if (this.closed) throw new Error('posted to a page that is closed');
    this.told.push(message);
    queueMicrotask(() => this.carryOut(message));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }

  onGone(listener: (why: string) => void): void {
    this.gone = listener;
  }

  close(): void {
    this.closed = true;
    this.listener = () => undefined;
  }

  /** Says anything at all. */
  say(message: unknown): void {
    this.listener(message);
  }

  crash(): void {
    this.closed = true;
    this.gone('crashed');
  }

  private tell(message: FromIcePage): void {
    this.listener(message);
  }

  private carryOut(message: ToIcePage): void {
    const { mate } = this;
    switch (message.tag) {
      case 'begin':
        this.offers = message.offers;
        if (this.offers) this.describe();
        return;
      case 'remote':
        this.remote = true;
        if (!this.offers) this.describe();
        if (mate?.remote === true) for (const page of [this, mate]) page.connect();
        return;
      case 'data':
      case 'control':
        if (message.tag === 'data') this.tell({ tag: 'sent', bytes: message.bytes.length });
        return mate?.tell({ tag: message.tag, bytes: message.bytes });
      case 'close':
        mate?.tell({ tag: 'failed', why: 'the other side closed' });
        return this.tell({ tag: 'failed', why: 'closed' });
      case 'candidate':
    }
  }

  private describe(): void {
    this.tell({ tag: 'local', sdp: SDP(this.ufrag) });
    this.tell({ tag: 'candidate', line: 'candidate:1 1 udp 2113937151 192.168.1.7 36719 typ host' });
    this.tell({ tag: 'candidate', line: undefined });
  }

  private connect(): void {
    const [local, remote] = this.kinds;
    const end = (kind: string) => ({ kind, address: '192.168.1.7', port: 36_719 });
    this.tell({ tag: 'pair', local: end(local), remote: end(remote) });
    this.tell({ tag: 'open' });
  }
}
