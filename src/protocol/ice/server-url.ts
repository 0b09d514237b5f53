/** The address of a STUN or TURN server (RFC 7064, RFC 7065), taken apart. */
export interface IceServerUrl {
  readonly scheme: 'stun' | 'turn' | 'turns';
  /** In small letters; IPv6 in brackets. */
  readonly host: string;
  readonly overTcp: boolean;
}

const MAX_CHARS = 300;
const URL =
  /^(stun|turns?):(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/;

/** Undefined for what is no such address: an RTCPeerConnection would throw for it. */
export function readIceUrl(text: string): IceServerUrl | undefined {
  const [, scheme, host, port, transport] = text.length > MAX_CHARS ? [] : (URL.exec(text) ?? []);
  if ((scheme !== 'stun' && scheme !== 'turn' && scheme !== 'turns') || host === undefined) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 0xffff)) return undefined;
  return { scheme, host: host.toLowerCase(), overTcp: scheme === 'turns' || transport === 'tcp' };
}
