import { infoRequest, itemsRequest, readInfo, readItems } from '../../../protocol/xmpp/capabilities.ts';
import { domainOf } from '../../../protocol/xmpp/jid.ts';
import {
  activation,
  credentialsRequest,
  type ExternalService,
  payloadOf,
  readServices,
  readStreamHosts,
  servicesRequest,
  streamHostRequest,
} from '../../../protocol/xmpp/reaching.ts';
import type { Stanza } from '../../../protocol/xmpp/stanza.ts';
import type { Clock } from '../../clock.ts';
import type { IceServer, ReachServices, RelayHost } from '../../reach-services.ts';
import { MessengerError } from '../contract.ts';
import { asMessengerError } from './jingle-line.ts';
import type { XmppStream } from './stream-contract.ts';

const ANSWER_DEADLINE_MS = 5_000;
/** What a server has beside itself is looked at up to here. */
const ITEM_LIMIT = 16;
/** A connection that begins with them must come up before they run out. */
const CREDENTIALS_MARGIN_MS = 120_000;
/** Where credentials do not say how long they are good. */
const KEPT_MS = 600_000;

interface Kept<T> {
  readonly value: Promise<T>;
  untilMs: number;
}

/** What the server of a signed-in stream offers for reaching people (XEP-0215, XEP-0065). */
export class XmppReach implements ReachServices {
  private readonly stream: Pick<XmppStream, 'jid' | 'request'>;
  private readonly clock: Clock;
  private readonly domains: readonly string[];
  private readonly ca: string | undefined;
  private ice: Kept<readonly IceServer[]> | undefined;
  private relayHosts: Kept<readonly RelayHost[]> | undefined;

  /** `accountDomain`: of a guest's host, which lists no relay itself. `ca`: the authority that the person trusts for this account (PEM). */
  constructor(stream: Pick<XmppStream, 'jid' | 'request'>, clock: Clock, accountDomain?: string, ca?: string) {
    this.stream = stream;
    this.ca = ca;
    this.clock = clock;
    this.domains = [...new Set([domainOf(stream.jid), ...(accountDomain === undefined ? [] : [accountDomain])])];
  }

  get ownAddress(): string {
    return this.stream.jid;
  }

  iceServers(): Promise<readonly IceServer[]> {
    const nowMs = this.clock.now();
    if (this.ice !== undefined && nowMs < this.ice.untilMs) return this.ice.value;
    const kept: Kept<readonly IceServer[]> = {
      value: this.services().then((found) => {
        const ends = found.flatMap(({ expiresAtMs }) => (expiresAtMs === undefined ? [] : [expiresAtMs - CREDENTIALS_MARGIN_MS]));
        kept.untilMs = Math.min(kept.untilMs, ...ends);
        return found.flatMap((service) => iceServer(service, this.ca));
      }),
      untilMs: nowMs + KEPT_MS,
    };
    this.ice = kept;
    kept.value.catch(() => {
      if (this.ice === kept) this.ice = undefined;
    });
    return kept.value;
  }

  relays(): Promise<readonly RelayHost[]> {
    const nowMs = this.clock.now();
    if (this.relayHosts !== undefined && nowMs < this.relayHosts.untilMs) return this.relayHosts.value;
    const kept: Kept<readonly RelayHost[]> = { value: this.findRelays(), untilMs: nowMs + KEPT_MS };
    this.relayHosts = kept;
    kept.value.catch(() => {
      if (this.relayHosts === kept) this.relayHosts = undefined;
    });
    return kept.value;
  }

  async activate(relay: RelayHost, sid: string, target: string): Promise<void> {
    try {
      await this.stream.request({ type: 'set', to: relay.jid, payload: activation(sid, target) }, ANSWER_DEADLINE_MS);
    } catch (error) {
      throw asMessengerError(error);
    }
  }

  private async services(): Promise<readonly ExternalService[]> {
    const to = this.domains[0] as string;
    const found = readServices(await this.ask(to, servicesRequest()));
    return (
      await Promise.all(
        found.map(async (service) => {
          if (!service.restricted || service.password !== undefined) return [service];
          const [given] = readServices(await this.ask(to, credentialsRequest(service)));
          return given?.password === undefined ? [] : [{ ...service, ...given, transport: service.transport }];
        }),
      )
    ).flat();
  }

  private async findRelays(): Promise<readonly RelayHost[]> {
    const found = await Promise.all(this.domains.map((domain) => this.relaysOf(domain)));
    const seen = new Set<string>();
    return found.flat().filter(({ jid }) => !seen.has(jid) && seen.add(jid));
  }

  private async relaysOf(domain: string): Promise<readonly RelayHost[]> {
    const items = readItems(await this.ask(domain, itemsRequest())).slice(0, ITEM_LIMIT);
    const hosts = await Promise.all(
      items.map(async (item) => {
        const info = readInfo(await this.ask(item, infoRequest()));
        const isProxy = info?.identities.some(({ category, type }) => category === 'proxy' && type === 'bytestreams') === true;
        return isProxy ? readStreamHosts(await this.ask(item, streamHostRequest())) : [];
      }),
    );
    return hosts.flat();
  }

  /** A refusal is an answer: there is none. Rejects where nobody answers. */
  private async ask(to: string, payload: Stanza): Promise<Stanza | undefined> {
    try {
      return payloadOf(await this.stream.request({ type: 'get', to, payload }, ANSWER_DEADLINE_MS));
    } catch (error) {
      if (error instanceof MessengerError && error.code === 'CONNECTION_LOST') throw error;
      return undefined;
    }
  }
}

/** One as the page for ICE is given it. What names neither a user nor needs one is STUN. */
function iceServer({ type, host, port, transport, username, password }: ExternalService, ca: string | undefined): IceServer[] {
  const at = `${type}:${host.includes(':') ? `[${host}]` : host}:${port}`;
  // STUN over TCP is of no use to anybody here.
  if (type === 'stun' || type === 'stuns') return transport === 'udp' ? [{ urls: at }] : [];
  if (username === undefined || password === undefined) return [];
  const vouched = type === 'turns' && ca !== undefined ? { ca } : {};
  return [{ urls: `${at}?transport=${transport}`, username, credential: password, ...vouched }];
}
