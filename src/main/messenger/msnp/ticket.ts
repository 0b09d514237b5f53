import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { type HostPort, formatHostPort } from '../../../protocol/host-port.ts';
import { NEXUS_PATH, readAuthenticationInfo, readPassportUrls, writeAuthorization } from '../../../protocol/msnp/passport.ts';
import { keyOf } from '../messenger-key.ts';
import { messengerProof, PROOF_HEADER, ticketProof } from '../ticket-proof.ts';
import { lookupFor, referred, type Reached } from './line.ts';

const DEADLINE_MS = 5_000;
const HEADER_LIMIT_BYTES = 16 * 1024;

interface TicketRequest {
  /** The messenger; its log-in page is on the same port. */
  readonly reached: Reached;
  /** Whether the page must prove that it has the access token too, because no link has told the messenger's key. */
  readonly proven: boolean;
  readonly address: string;
  readonly accessToken: string;
  /** What came with `USR n TWN S`. */
  readonly parameters: string;
}

/**
 * Asks the messenger's log-in page for a ticket. Rejects with MessengerError: WRONG_CREDENTIALS, UNREACHABLE where there is no such page, WRONG_KEY where
 * the page is another's.
 */
export async function requestTicket(
  { reached, proven, address, accessToken, parameters }: TicketRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const { endpoint, line } = reached;
  const key = line.tag === 'tls' ? line.key : undefined;
  const nexus = await get({ endpoint, key, path: NEXUS_PATH, lookup: lookupFor(endpoint.host, reached) }, () => ({}), clock, signal);
  const page = readPassportUrls(String(nexus.headers['passporturls'] ?? ''));
  const at = page === undefined ? undefined : referred(page.endpoint, reached);
  if (page === undefined || at === undefined) throw new MessengerError('UNREACHABLE', 'no log-in page');
  let expected = '';
  const authorization = (socket: TLSSocket): Record<string, string> => {
    expected = messengerProof(socket, address, accessToken);
    return { Authorization: writeAuthorization(address, ticketProof(socket, address, accessToken), parameters) };
  };
  const answer = await get({ endpoint: at, key, path: page.path, lookup: lookupFor(at.host, reached) }, authorization, clock, signal);
  if (answer.status === 401) throw new MessengerError('WRONG_CREDENTIALS', 'the log-in page refused the access token');
  const ticket = readAuthenticationInfo(String(answer.headers['authentication-info'] ?? ''));
  if (ticket === undefined) throw new MessengerError('UNREACHABLE', `the log-in page answered ${answer.status}`);
  if (proven && answer.headers[PROOF_HEADER] !== expected)
    throw new MessengerError('WRONG_KEY', 'the messenger has not shown that it is the account’s');
  return ticket;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

interface Asked {
  readonly endpoint: HostPort;
  readonly path: string;
  /** Of the messenger; undefined without TLS to it: nothing is sent to its page that would be of use to another than who has the token already. */
  readonly key: string | undefined;
  readonly lookup: LookupFunction;
}

function get(
  { endpoint: { host, port }, path, key, lookup }: Asked,
  headersFor: (socket: TLSSocket) => Record<string, string>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new MessengerError('UNREACHABLE', 'the log-in page cannot be reached', { cause: error }));
    const asked = request({
      host,
      port,
      path,
      lookup,
      method: 'GET',
      headers: { Host: formatHostPort({ host, port }), Connection: 'close' },
      agent: false,
      rejectUnauthorized: false,
      // Below, an exporter may be the same on two connections (RFC 9266, section 3).
      minVersion: 'TLSv1.3',
      maxHeaderSize: HEADER_LIMIT_BYTES,
      signal,
    });
    const cancel = clock.after(DEADLINE_MS, () => asked.destroy(new Error('no answer')));
    asked.once('close', cancel);
    asked.on('error', failed);
    asked.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        const certificate = (socket as TLSSocket).getPeerX509Certificate();
        if (key !== undefined && (certificate === undefined || keyOf(certificate) !== key)) {
          reject(new MessengerError('WRONG_KEY', 'the log-in page is another’s'));
          asked.destroy();
          return;
        }
        for (const [name, value] of Object.entries(headersFor(socket as TLSSocket))) asked.setHeader(name, value);
        asked.end();
      });
    });
    asked.once('response', (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
      // There is nothing of interest in the body.
      response.destroy();
    });
  });
}
