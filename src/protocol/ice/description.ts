import { ProtocolError } from '../bytes/errors.ts';

/** By what one side's packets are known, and by which key its DTLS. */
export interface IceDescription {
  /** RFC 8445 section 5.3: 4 characters or more of the base64 alphabet. */
  readonly ufrag: string;
  /** 22 characters or more of it. */
  readonly pwd: string;
  /** SHA-256 of the DTLS certificate (RFC 8122), 32 bytes. */
  readonly fingerprint: Uint8Array;
}

const MAX_SDP_CHARS = 16_384;
const FINGERPRINT_BYTES = 32;
const UFRAG = /^[A-Za-z0-9+/]{4,32}$/;
const PWD = /^[A-Za-z0-9+/]{22,64}$/;

/**
 * Takes what has to be told the other side out of an RTCPeerConnection's own description (RFC 8839 section 5.4, RFC 8122 section 5). MALFORMED where
 * something of it is missing.
 */
export function readDescription(sdp: string): IceDescription {
  if (sdp.length > MAX_SDP_CHARS) throw new ProtocolError('TOO_LARGE', 'sdp', `<= ${MAX_SDP_CHARS} characters`, sdp.length);
  const lines = sdp.split(/\r?\n/);
  const valueOf = (attribute: string): string =>
    lines.find((line) => line.startsWith(`a=${attribute}:`))?.slice(attribute.length + 3) ?? '';
  const hex = /^sha-256 ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})$/.exec(valueOf('fingerprint'))?.[1] ?? '';
  const fingerprint = Uint8Array.from(hex === '' ? [] : hex.split(':'), (octet) => Number.parseInt(octet, 16));
  return checkedDescription({ ufrag: valueOf('ice-ufrag'), pwd: valueOf('ice-pwd'), fingerprint });
}

/** MALFORMED unless every part has the form that {@link writeSdp} may write down. */
export function checkedDescription(description: IceDescription): IceDescription {
  const { ufrag, pwd, fingerprint } = description;
  if (!UFRAG.test(ufrag)) throw new ProtocolError('MALFORMED', 'sdp.ice-ufrag', '4 to 32 ice-chars', `${ufrag.length} characters`);
  if (!PWD.test(pwd)) throw new ProtocolError('MALFORMED', 'sdp.ice-pwd', '22 to 64 ice-chars', `${pwd.length} characters`);
  if (fingerprint.length !== FINGERPRINT_BYTES)
    throw new ProtocolError('MALFORMED', 'sdp.fingerprint', 'SHA-256', `${fingerprint.length} bytes`);
  return description;
}

/**
 * RFC 8841: the whole description of the other side, for one data channel transport and nothing else, made of checked parts. `offer`: whether it is
 * theirs that began (RFC 8842: `actpass`), or answered ours (`active`).
 */
export function writeSdp(description: IceDescription, offer: boolean): string {
  const { ufrag, pwd, fingerprint } = checkedDescription(description);
  const hex = Array.from(fingerprint, (octet) => octet.toString(16).padStart(2, '0').toUpperCase()).join(':');
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${hex}`,
    `a=setup:${offer ? 'actpass' : 'active'}`,
    'a=mid:0',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
