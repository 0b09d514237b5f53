import { ProtocolError } from '../bytes/errors.ts';
import { scopeOf } from '../ip-address.ts';

/** RFC 8445 section 5.1.1. `relay` is an address of a TURN server; what is sent there goes through it. */
export type CandidateKind = 'host' | 'srflx' | 'prflx' | 'relay';

/** Where one side may be reached over UDP, by its own word. */
export interface IceCandidate {
  readonly kind: CandidateKind;
  /** An IPv4 or IPv6 address, never a name. */
  readonly address: string;
  readonly port: number;
  /** RFC 8445 section 5.1.2; the higher, the sooner it is tried. */
  readonly priority: number;
}

const MAX_LINE_CHARS = 512;
const MAX_PRIORITY = 0x7fff_ffff;
const LINE =
  /^(?:a=)?candidate:([A-Za-z0-9+/]{1,32}) ([1-9]\d{0,2}) (\S{1,16}) (\d{1,10}) (\S{1,128}) (\d{1,5}) typ (\S{1,16})(?: [ -~]*)?$/;
const COMPONENT = '1';
const LOWEST_FREE_PORT = 1_024;
/** Where some TURN servers hand out their addresses; WebRTC lets no other port below 1024 pass. */
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

/**
 * RFC 8839 section 5.1, `candidate-attribute`, as an RTCPeerConnection writes it. Undefined for what is of no use to another person's computer: TCP,
 * which every browser only dials, names instead of addresses, and addresses that lead to nobody else. MALFORMED and TOO_LARGE for anything else.
 */
export function readCandidateLine(line: string): IceCandidate | undefined {
  if (line.length > MAX_LINE_CHARS)
    throw new ProtocolError('TOO_LARGE', 'candidate-attribute', `<= ${MAX_LINE_CHARS} characters`, line.length);
  const [, , component, transport = '', priority, address = '', port, kind = ''] = LINE.exec(line) ?? [];
  if (component === undefined) throw new ProtocolError('MALFORMED', 'candidate-attribute', 'RFC 8839', `${line.length} characters`);
  if (component !== COMPONENT || transport.toLowerCase() !== 'udp' || scopeOf(address) === undefined) return undefined;
  const candidate = { kind: checkedKind(kind), address: address.toLowerCase(), port: Number(port), priority: Number(priority) };
  return mayBeTried(candidate) ? candidate : undefined;
}

/** The line that an RTCPeerConnection is given. The foundation only has to tell candidates apart. */
export function writeCandidateLine({ kind, address, port, priority }: IceCandidate, foundation: number): string {
  const related = kind === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `candidate:${foundation} ${COMPONENT} udp ${priority} ${address} ${port} typ ${kind}${related}`;
}

/** Whether it is a candidate at all: a kind, an address, a port and a priority. MALFORMED and OUT_OF_RANGE when it is not. */
export function checkedCandidate(kind: string, address: string, port: string, priority: string): IceCandidate {
  if (scopeOf(address) === undefined || address.includes('%'))
    throw new ProtocolError('MALFORMED', 'candidate.connection-address', 'an IP address', `${address.length} characters`);
  return {
    kind: checkedKind(kind),
    address: address.toLowerCase(),
    port: numberUpTo(0xffff, 'candidate.port', port),
    priority: numberUpTo(MAX_PRIORITY, 'candidate.priority', priority),
  };
}

/** Whether this computer sends packets there on another person's word: never to itself, to groups, or to a port that belongs to a service. */
export function mayBeTried({ address, port, priority }: IceCandidate): boolean {
  if (priority < 1 || priority > MAX_PRIORITY || port < 1 || port > 0xffff) return false;
  if (port < LOWEST_FREE_PORT && !WEB_PORTS.has(port)) return false;
  const scope = scopeOf(address);
  if (address.includes('%') || address === '255.255.255.255') return false;
  return scope !== undefined && scope !== 'loopback' && scope !== 'multicast' && scope !== 'unspecified';
}

function checkedKind(kind: string): CandidateKind {
  if (kind === 'host' || kind === 'srflx' || kind === 'prflx' || kind === 'relay') return kind;
  throw new ProtocolError('MALFORMED', 'candidate.cand-type', 'host, srflx, prflx or relay', `${kind.length} characters`);
}

function numberUpTo(most: number, field: string, text: string): number {
  const value = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw new ProtocolError('OUT_OF_RANGE', field, `1 to ${most}`, `${text.length} characters`);
  return value;
}
