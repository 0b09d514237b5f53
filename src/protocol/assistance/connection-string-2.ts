import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';
import { escapeXml, parseXml, type XmlElement } from '../xml/xml.ts';

export type KeyHashAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface KeyHash {
  readonly algorithm: KeyHashAlgorithm;
  readonly hash: Uint8Array;
}

/** Where the novice says it listens; not yet checked to be anybody's address. */
export interface Listening {
  readonly host: string;
  /** What stood after `%`: the novice's own interface, which means nothing elsewhere. */
  readonly scope?: string;
  readonly port: number;
  /** `U`: a WebSocket URI. */
  readonly uri?: string;
}

/** Connection String 2 ([MS-RAI] 2.2.2). */
export interface ConnectionString2 {
  /** KH (SHA-1) and KH2: commitments to the novice's key. */
  readonly keyHashes: readonly KeyHash[];
  /** CE: the novice's certificate (DER) itself. */
  readonly certificate?: Uint8Array;
  /** RASessionID, as text (base64). */
  readonly raSessionId: string;
  readonly listening: readonly Listening[];
}

const HASH_BYTES: Readonly<Record<KeyHashAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
const MAX_CHARS = 0x8000;
const MAX_SESSION_ID_CHARS = 256;
/** More are read over: nobody listens in so many places. */
const MAX_LISTENING = 32;

/** Throws ProtocolError MALFORMED, TOO_LARGE, OUT_OF_RANGE, REFUSED (as `parseXml`). Unknown elements and attributes are passed over. */
export function parseConnectionString2(text: string): ConnectionString2 {
  if (text.length > MAX_CHARS) throw new ProtocolError('TOO_LARGE', 'ConnectionString2', `<= ${MAX_CHARS} characters`, text.length);
  const root = parseXml(text);
  if (root.name !== 'E') throw new ProtocolError('UNEXPECTED', 'ConnectionString2', 'E', root.name);
  const authorization = child(root, 'A');
  const raSessionId = authorization?.attributes.get('ID') ?? '';
  if (!/^[\x21-\x7e]+$/.test(raSessionId) || raSessionId.length > MAX_SESSION_ID_CHARS)
    throw new ProtocolError('MALFORMED', 'ConnectionString2.ID', 'a session id', `${raSessionId.length} characters`);
  const certificate = authorization?.attributes.get('CE');
  return {
    keyHashes: [...keyHash('sha1', authorization?.attributes.get('KH')), ...keyHash2(authorization?.attributes.get('KH2'))],
    ...(certificate === undefined ? {} : { certificate: base64Decode(certificate.replace(/[ \t\r\n]/g, ''), 'ConnectionString2.CE') }),
    raSessionId,
    listening: (child(root, 'C')?.children ?? [])
      .filter(({ name }) => name === 'T')
      .flatMap(({ children }) => children.filter(({ name }) => name === 'L'))
      .slice(0, MAX_LISTENING)
      .flatMap(listeningOf),
  };
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

function keyHash(algorithm: KeyHashAlgorithm, text: string | undefined): KeyHash[] {
  if (text === undefined || text === '') return [];
  const hash = base64Decode(text, 'ConnectionString2.KH');
  if (hash.length !== HASH_BYTES[algorithm])
    throw new ProtocolError('OUT_OF_RANGE', 'ConnectionString2.KH', `${HASH_BYTES[algorithm]} bytes`, hash.length);
  return [{ algorithm, hash }];
}

/** An algorithm that is not known here is no help, and no harm: KH is there too. */
function keyHash2(text: string | undefined): KeyHash[] {
  const [, algorithm, hash] = /^(sha(?:256|384|512)):(.*)$/s.exec(text ?? '') ?? [];
  return algorithm === undefined ? [] : keyHash(algorithm as KeyHashAlgorithm, hash);
}

/** One L; none where it has no address and port, as with a WebSocket URI alone. */
function listeningOf({ attributes }: XmlElement): Listening[] {
  const port = Number(/^\d{1,5}$/.exec(attributes.get('P') ?? '')?.[0] ?? 0);
  const [host = '', scope] = (attributes.get('N') ?? '').replace(/^\[(.*)\]$/, '$1').split('%');
  const uri = attributes.get('U');
  if (host === '' || port < 1 || port > 0xffff) return [];
  return [{ host, ...(scope === undefined ? {} : { scope }), port, ...(uri === undefined ? {} : { uri }) }];
}

/** As Windows writes it: no prolog, one transport, CR LF at the end. */
export function formatConnectionString2({ keyHashes, raSessionId, listening }: ConnectionString2): string {
  const hashes = keyHashes.map(({ algorithm, hash }) =>
    algorithm === 'sha1' ? ` KH="${base64Encode(hash)}"` : ` KH2="${algorithm}:${base64Encode(hash)}"`,
  );
  const places = listening.map(
    ({ host, scope, port }) => `<L P="${port}" N="${escapeXml(scope === undefined ? host : `${host}%${scope}`)}"/>`,
  );
  return `<E><A${hashes.join('')} ID="${escapeXml(raSessionId)}"/><C><T ID="1" SID="0">${places.join('')}</T></C></E>\r\n`;
}
