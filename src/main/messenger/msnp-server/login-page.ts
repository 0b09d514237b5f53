import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { formatHostPort } from '../../../protocol/host-port.ts';
import { parseEndpoint } from '../../../protocol/msnp/endpoint.ts';
import {
  isLoginPath,
  NEXUS_PATH,
  readAuthorization,
  writeAuthenticationFailure,
  writeAuthenticationInfo,
  writePassportUrls,
} from '../../../protocol/msnp/passport.ts';
import { messengerProof, PROOF_HEADER, ticketProof } from '../ticket-proof.ts';

const HEADER_LIMIT_BYTES = 8 * 1024;
const REQUESTS_PER_CONNECTION = 8;

/** Issues a ticket for `address` when `knows` accepts its access token; undefined for a wrong token and for an unknown address. */
export type IssueTicket = (address: string, remoteHost: string, knows: (accessToken: string) => boolean) => string | undefined;

/** Nexus and log-in page of MSNP8, for connections of the MSNP port that turn out to speak HTTP. */
export class TicketPage {
  private readonly issue: IssueTicket;
  private readonly server: Server;

  constructor(issue: IssueTicket) {
    this.issue = issue;
    this.server = createHttpServer({ maxHeaderSize: HEADER_LIMIT_BYTES });
    this.server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
    this.server.on('request', (request: IncomingMessage, response: ServerResponse) => this.answer(request, response));
    // A peer that does not speak HTTP loses its own connection only.
    this.server.on('clientError', (_error: Error, socket: Socket) => socket.destroy());
  }

  /** Serves a socket, whose TLS has been seen to and whose bytes read so far have been put back. The caller keeps the deadline. */
  serve(socket: Socket): void {
    this.server.emit('connection', socket);
    socket.resume();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Length', 0);
    const path = request.url?.split('?')[0] ?? '';
    if (request.method !== 'GET') response.statusCode = 405;
    else if (path === NEXUS_PATH) response.setHeader('PassportURLs', writePassportUrls(hostOf(request)));
    else if (isLoginPath(path)) this.logIn(request, response);
    else response.statusCode = 404;
    if (response.statusCode !== 200) response.setHeader('Connection', 'close');
    response.end();
  }

  private logIn(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const given = readAuthorization(request.headers.authorization ?? '');
    const address = normaliseAddress(given?.address ?? '');
    const password = given?.password ?? '';
    const ticket =
      address === undefined
        ? undefined
        : this.issue(address, (socket.remoteAddress ?? '').replace(/^::ffff:/i, ''), (accessToken) => {
            if (!(socket instanceof TLSSocket)) return same(password, accessToken);
            const knows = same(password, ticketProof(socket, address, accessToken)) || same(password, accessToken);
            if (knows) response.setHeader(PROOF_HEADER, messengerProof(socket, address, accessToken));
            return knows;
          });
    if (ticket === undefined) {
      response.removeHeader(PROOF_HEADER);
      response.statusCode = 401;
      response.setHeader('WWW-Authenticate', writeAuthenticationFailure());
    } else response.setHeader('Authentication-Info', writeAuthenticationInfo(ticket));
  }
}

/** `host:port` by which the client addressed this server, so that the page's URL is right behind any name or forwarded port. */
function hostOf({ headers, socket }: IncomingMessage): string {
  try {
    parseEndpoint(headers.host ?? '');
    return headers.host ?? '';
  } catch {
    return formatHostPort({ host: (socket.localAddress ?? '').replace(/^::ffff:/i, ''), port: socket.localPort ?? 0 });
  }
}

/** Compares in a time that does not depend on the contents. */
function same(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
