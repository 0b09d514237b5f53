import { createHash } from 'node:crypto';
import { infoRequest, type DiscoInfo, readInfo, verificationString, writeInfo } from '../../../protocol/xmpp/capabilities.ts';
import type { Device } from '../../../protocol/xmpp/contact-list.ts';
import type { CapabilityHash } from '../../../protocol/xmpp/presence.ts';
import { payloadOf } from '../../../protocol/xmpp/reaching.ts';
import type { Stanza } from '../../../protocol/xmpp/stanza.ts';
import type { XmppStream } from './stream-contract.ts';

const NODE = 'https://ringback.example/xmpp';
const ANSWER_DEADLINE_MS = 10_000;
/** Kinds of programs that are kept. */
const KEPT_LIMIT = 256;

/** What a program can, as far as it is known; `asked` while its answer is awaited. */
type Known = ReadonlySet<string> | 'asked';

/** What the programs of other people can (XEP-0115): each kind of program is asked once. */
export class Capabilities {
  /** What our presence says of us. */
  readonly own: CapabilityHash;
  private readonly ownInfo: Omit<DiscoInfo, 'extended'>;
  private readonly stream: Pick<XmppStream, 'request'>;
  private readonly learned: () => void;
  /** By `ver`, and by address where the program's list is not what its `ver` says. */
  private readonly known = new Map<string, Known>();

  /** `learned`: more is known than before. */
  constructor(stream: Pick<XmppStream, 'request'>, features: readonly string[], learned: () => void) {
    this.stream = stream;
    this.learned = learned;
    this.ownInfo = { identities: [{ category: 'client', type: 'pc', lang: '', name: 'Ringback' }], features };
    this.own = { hash: 'sha-1', node: NODE, ver: hashOf(this.ownInfo) };
  }

  /** Asks what the program can, where that is not known. One that says nothing of itself is not asked. */
  meet(device: Device): void {
    const { capabilities } = device;
    if (capabilities === undefined || this.featuresOf(device) !== undefined || this.known.get(keyOf(capabilities)) === 'asked') return;
    void this.ask(device.jid, capabilities);
  }

  /** Undefined while it is not known, and for a program that does not answer. */
  featuresOf({ jid, capabilities }: Device): ReadonlySet<string> | undefined {
    if (capabilities === undefined) return NOTHING;
    const known = this.known.get(keyOf(capabilities)) ?? this.known.get(jid);
    return known === 'asked' ? undefined : known;
  }

  /** The answer to whoever asks what we can. */
  answer(query: Stanza): Stanza {
    return writeInfo(this.ownInfo, query.attributes['node']);
  }

  private async ask(jid: string, capabilities: CapabilityHash): Promise<void> {
    const key = keyOf(capabilities);
    this.keep(key, 'asked');
    const node = `${capabilities.node}#${capabilities.ver}`;
    const answer = await this.stream
      .request({ type: 'get', to: jid, payload: infoRequest(node) }, ANSWER_DEADLINE_MS)
      .catch(() => undefined);
    this.known.delete(key);
    const info = answer === undefined ? undefined : readInfo(payloadOf(answer));
    if (info === undefined) return;
    // Whoever lies about a `ver` says so for itself alone (XEP-0115 section 8.1).
    const proven = capabilities.hash === 'sha-1' && !info.extended && hashOf(info) === capabilities.ver;
    this.keep(proven ? key : jid, new Set(info.features));
    this.learned();
  }

  private keep(key: string, known: Known): void {
    this.known.set(key, known);
    if (this.known.size > KEPT_LIMIT) this.known.delete(this.known.keys().next().value as string);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

const hashOf = (info: Omit<DiscoInfo, 'extended'>): string => createHash('sha1').update(verificationString(info), 'utf8').digest('base64');

const keyOf = ({ hash, ver }: CapabilityHash): string => `${hash} ${ver}`;
