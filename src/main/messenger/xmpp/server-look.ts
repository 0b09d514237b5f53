/* What a person may want to know of the server that they are signed in to. Nothing of what the server gives for it, as the names and passwords for TURN, is told. */
import type { Offered, ServerFacts } from '../../../facts/server.ts';
import { domainOf } from '../../../protocol/xmpp/jid.ts';
import type { ReachServices } from '../../reach-services.ts';
import { MessengerError, type MessengerErrorCode } from '../contract.ts';
import type { OpenXmppStream, StreamOptions, XmppStream } from './stream-contract.ts';

/** Names are looked up, and a server behind a slow line has its time. */
const GUEST_DEADLINE_MS = 10_000;
/** They say nothing of whether guests are let in. */
const UNTOLD: readonly MessengerErrorCode[] = ['TIMEOUT', 'CONNECTION_LOST'];

export interface ServerLook {
  readonly stream: Pick<XmppStream, 'jid' | 'features'>;
  readonly reach: Pick<ReachServices, 'relays' | 'iceServers'>;
  readonly open: OpenXmppStream;
  /** How the account itself gets there. */
  readonly options: Pick<StreamOptions, 'clock' | 'server' | 'ca'>;
}

export async function lookAtServer({ stream, reach, open, options }: ServerLook): Promise<ServerFacts> {
  const [relays, ice, guests] = await Promise.all([
    reach.relays().then((found) => found.length > 0, untold),
    reach.iceServers().then((found) => found.map(({ urls }) => urls), untold),
    letsGuestsIn(domainOf(stream.jid), open, options),
  ]);
  return {
    certificate: stream.features.certificate,
    relay: either(
      relays,
      ice?.some((url) => /^turns?:/.test(url)),
    ),
    ownAddress: offered(ice === undefined ? undefined : ice.length > 0),
    guests,
  };
}

const untold = (): undefined => undefined;

const offered = (has: boolean | undefined): Offered => (has === undefined ? 'unknown' : has ? 'yes' : 'no');

/** One of the two is enough; without it, both must have said no. */
const either = (one: boolean | undefined, other: boolean | undefined): Offered =>
  one === true || other === true ? 'yes' : offered(one === undefined || other === undefined ? undefined : false);

/** Tried, since nothing else says it for sure. */
async function letsGuestsIn(domain: string, open: OpenXmppStream, options: ServerLook['options']): Promise<Offered> {
  const attempt = new AbortController();
  const cancel = options.clock.after(GUEST_DEADLINE_MS, () => attempt.abort());
  try {
    const guest = await open({ ...options, identity: { tag: 'guest', domain: `guest.${domain}` }, signal: attempt.signal });
    await guest.close();
    return 'yes';
  } catch (error) {
    if (!(error instanceof MessengerError)) throw error;
    return UNTOLD.includes(error.code) ? 'unknown' : 'no';
  } finally {
    cancel();
  }
}
