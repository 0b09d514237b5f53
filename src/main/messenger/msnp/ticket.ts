import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { type HostPort, formatHostPort } from '../../../protocol/host-port.ts';
import { NEXUS_PATH, readAuthenticationInfo, readPassportUrls, writeAuthorization } from '../../../protocol/msnp/passport.ts';
import { ticketProof } from '../ticket-proof.ts';

const DEADLINE_MS = 5_000;
const HEADER_LIMIT_BYTES = 16 * 1024;

interface TicketRequest {
  /** Of the messenger; its log-in page is on the same port. */
  readonly endpoint: HostPort;
  readonly address: string;
  readonly accessToken: string;
  /** What came with `USR n TWN S`. */
  readonly parameters: string;
}

/** Asks the messenger's log-in page for a ticket. Rejects with MessengerError: WRONG_CREDENTIALS, or UNREACHABLE where there is no such page. */
export async function requestTicket(
  { endpoint, address, accessToken, parameters }: TicketRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const nexus = await get(endpoint, NEXUS_PATH, () => ({}), clock, signal);
  const page = readPassportUrls(String(nexus.headers['passporturls'] ?? ''));
  if (page === undefined) throw new MessengerError('UNREACHABLE', 'no log-in page');
  const authorization = (socket: TLSSocket): Record<string, string> => ({
    Authorization: writeAuthorization(address, ticketProof(socket, address, accessToken), parameters),
  });
  const answer = await get(page.endpoint, page.path, authorization, clock, signal);
  if (answer.status === 401) throw new MessengerError('WRONG_CREDENTIALS', 'the log-in page refused the access token');
  const ticket = readAuthenticationInfo(String(answer.headers['authentication-info'] ?? ''));
  if (ticket === undefined) throw new MessengerError('UNREACHABLE', `the log-in page answered ${answer.status}`);
  return ticket;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The certificate is not looked at: nothing is sent that would be of use to another than the one who has the token already. */
function get(
  { host, port }: HostPort,
  path: string,
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
