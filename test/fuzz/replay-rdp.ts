import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { createSessionCertificate, type SessionCertificate } from '../../src/main/connection/certificate.ts';
import { ConnectionError } from '../../src/main/connection/contract.ts';
import { ProtocolError } from '../../src/protocol/bytes/errors.ts';
import { base64Encode } from '../../src/protocol/bytes/text.ts';
import { addressOf, connected, type Expert, has, type Novice, openHandles, Race, ticketOf } from '../main/connection/race.ts';
import { until } from '../support/programs.ts';
import { damaged } from './damage.ts';
import { joined } from './mutations.ts';
import type { Random } from './random.ts';
import { checkBeforeConsent, recordRdpSession, SESSION_DESKTOP } from './rdp-session.ts';

/** How long a side may think about the first message, and about all the others: it need not answer nonsense. */
const FIRST_ANSWER_MS = 300;
const ATTACK_MS = 2_000;
const STRANGERS = 4;
const WRONG_SESSION_ID = new Uint8Array(32);

let certificate: Promise<SessionCertificate> | undefined;

/** What a peer that speaks TLS and then nonsense gets to see. */
interface Heard {
  readonly plain: Uint8Array;
  readonly secret: Uint8Array;
}

/** Says `parts` on the socket: the first one in the clear, the rest inside TLS, whichever end of it we are. */
async function attack(socket: Socket, parts: readonly Uint8Array[], secure: (socket: Socket) => TLSSocket): Promise<Heard> {
  const plain: Uint8Array[] = [];
  const secret: Uint8Array[] = [];
  const keep = (bytes: Buffer) => void plain.push(new Uint8Array(bytes));
  socket.on('error', () => undefined);
  socket.on('data', keep);
  const [first = new Uint8Array(0), ...rest] = parts;
  socket.write(first);
  await until(() => plain.length > 0 || socket.destroyed, 'an answer', FIRST_ANSWER_MS).catch(() => undefined);
  let tls: TLSSocket | undefined;
  if (!socket.destroyed) {
    socket.off('data', keep);
    tls = secure(socket);
    tls.on('error', () => undefined);
    tls.on('data', (bytes: Buffer) => void secret.push(new Uint8Array(bytes)));
    for (const part of rest) {
      if (socket.destroyed || tls.destroyed) break;
      tls.write(part);
      // Each comes in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Our goodbye comes after everything else: whoever closes has read it all, or would not.
    tls.end();
    await until(() => socket.destroyed || tls?.destroyed === true, 'the end', ATTACK_MS).catch(() => undefined);
  }
  tls?.destroy();
  socket.destroy();
  return { plain: joined(...plain), secret: joined(...secret) };
}

const asClient = (socket: Socket) => connectTls({ socket, rejectUnauthorized: false });

function typed(errors: readonly unknown[]): void {
  for (const error of errors)
    if (!(error instanceof ConnectionError) && !(error instanceof ProtocolError))
      throw new Error('an error without a type', { cause: error });
}

function errorsOf({ events, linkEvents }: Novice | Expert): unknown[] {
  const refused = events.flatMap((event) => (event.tag === 'refused' ? [event.error] : []));
  const ended = linkEvents.flatMap((event) =>
    event.tag === 'ended' && event.error !== undefined && !isOfTheSystem(event.error) ? [event.error] : [],
  );
  return [...refused, ...ended];
}

/** A socket's own error (ECONNRESET …) and those of TLS are told as they are once a link stands. */
function isOfTheSystem(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^(?:E[A-Z]+|ERR_SSL_.*)$/.test(error.code);
}

async function inRace(run: (race: Race) => Promise<void>): Promise<void> {
  const before = openHandles();
  const race = new Race();
  try {
    await run(race);
  } finally {
    await race.end();
  }
  await until(() => openHandles() <= before, 'every socket to be gone', 5_000);
}

/** Strangers without the session id: none gets further than the handshake, and the right expert still gets in. */
export function replayAtListener(random: Random): Promise<void> {
  return inRace(async (race) => {
    const novice = await race.novice();
    const { toServer } = recordRdpSession(base64Encode(WRONG_SESSION_ID));
    for (let count = 0; count < STRANGERS; count += 1) {
      const { plain, secret } = await attack(await race.stranger(addressOf(novice)), damaged(toServer, random), asClient);
      checkBeforeConsent(plain);
      checkBeforeConsent(secret);
    }
    if (novice.link() !== undefined) throw new Error('a wrong session id was let in');
    const expert = await race.expert();
    expert.endpoint.expect(ticketOf(novice));
    expert.endpoint.reach('forward');
    await connected(novice, expert);
    typed(errorsOf(novice));
  });
}

/** Somebody with the session id who then talks nonsense, before and after the novice's yes. */
export function replayAtNovice(random: Random): Promise<void> {
  return inRace(async (race) => {
    const novice = await race.novice();
    const consent = random.once(2);
    if (consent) novice.endpoint.onEvent((event) => void (event.tag === 'presented' && event.link.admit(SESSION_DESKTOP)));
    const { toServer } = recordRdpSession(base64Encode(novice.endpoint.sessionId));
    const { plain, secret } = await attack(await race.stranger(addressOf(novice)), damaged(toServer, random), asClient);
    checkBeforeConsent(plain);
    if (!consent) checkBeforeConsent(secret);
    if (novice.link()) await until(() => has(novice.linkEvents, 'ended'), 'the link to end', 5_000);
    typed(errorsOf(novice));
  });
}

/** A novice with the right certificate that then talks nonsense. */
export function replayAtExpert(random: Random): Promise<void> {
  return inRace(async (race) => {
    certificate ??= createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'ecdsa');
    const { pin, secureContext } = await certificate;
    const expert = await race.expert();
    expert.endpoint.expect({ addresses: [], sessionId: WRONG_SESSION_ID, pin });
    const socket = connect(addressOf(expert));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    await attack(socket, damaged(recordRdpSession().toClient, random), (raw) => new TLSSocket(raw, { isServer: true, secureContext }));
    if (expert.link()) await until(() => has(expert.linkEvents, 'ended'), 'the link to end', 5_000);
    typed(errorsOf(expert));
  });
}
