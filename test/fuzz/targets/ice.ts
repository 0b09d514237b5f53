/* What the page of a connection says, which has read what strangers sent (STUN answers among it), and what the other side says over the messenger. */
import { IceAttempt } from '../../../src/main/connection/ways/ice/ice-attempt.ts';
import { IceDuplex } from '../../../src/main/connection/ways/ice/ice-duplex.ts';
import { parseFromIcePage } from '../../../src/main/connection/ways/ice/page-words.ts';
import { pageServers } from '../../../src/main/connection/ways/ice/servers.ts';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { mayBeTried, readCandidateLine, writeCandidateLine } from '../../../src/protocol/ice/candidate.ts';
import { readIceControl, writeIceControl } from '../../../src/protocol/ice/control.ts';
import { readDescription, writeSdp } from '../../../src/protocol/ice/description.ts';
import { readIceWords, writeIceWords } from '../../../src/protocol/ice/words.ts';
import { FakeIcePage } from '../../support/ice-pages.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { mutateJson } from '../json-mutations.ts';
import { BrokenRule, decoding, shown, type Target } from '../rules.ts';

const FINGERPRINT = Array.from({ length: 32 }, (_, index) => (index * 7).toString(16).padStart(2, '0').toUpperCase()).join(':');
const SDP = [
  'v=0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=ice-ufrag:8Do8',
  'a=ice-pwd:ToNqQnVV9i+x80JnkiYfWJSn',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
].join('\r\n');
const LINES = [
  'candidate:1039019 1 udp 2113937151 192.168.1.7 36719 typ host generation 0 ufrag 8Do8 network-id 1',
  'candidate:3 1 udp 41885439 2001:db8::7 49160 typ relay raddr 0.0.0.0 rport 0',
  'candidate:1 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active',
];
const WORDS = [
  'offer,8Do8,ToNqQnVV9i+x80JnkiYfWJSn,AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk=;at,host,192.168.1.7,36719,2113937151;end',
  'answer,8Do8,ToNqQnVV9i+x80JnkiYfWJSn,AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk=',
  'no',
];
const END = { kind: 'host', address: '192.168.1.7', port: 5_000 };
const SAID = [
  { tag: 'local', sdp: SDP },
  { tag: 'candidate', line: LINES[0] },
  { tag: 'pair', local: END, remote: { ...END, kind: 'relay' } },
  { tag: 'open' },
  { tag: 'control', bytes: { $bytes: 2 } },
  { tag: 'data', bytes: { $bytes: 16_384 } },
  { tag: 'sent', bytes: 5 },
  { tag: 'failed', why: 'closed' },
];

/** As JSON with `{"$bytes": n}` for bytes; what is no JSON is nothing. */
function messagesIn(input: Uint8Array): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(utf8Decode(input), (_, value: unknown) => bytesFor(value) ?? value);
    return Array.isArray(read) ? read : [read];
  } catch {
    return [];
  }
}

function bytesFor(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || !('$bytes' in value)) return undefined;
  const { $bytes: count } = value;
  return typeof count === 'number' && count >= 0 && count <= 100_000 ? new Uint8Array(count) : undefined;
}

export const ICE_TARGETS: readonly Target[] = [
  {
    name: 'ice-candidate',
    seeds: () => LINES.map(utf8Encode),
    check: (input) => {
      const candidate = readCandidateLine(utf8Decode(input));
      if (candidate === undefined) return;
      if (!mayBeTried(candidate)) throw new BrokenRule(`is read, yet may not be tried: ${shown(candidate)}`);
      const line = writeCandidateLine(candidate, 1);
      if (/[\r\n]/.test(line)) throw new BrokenRule('a line of two');
      decoding(
        (text) => readCandidateLine(utf8Decode(text)),
        (one) => (one === undefined ? undefined : utf8Encode(writeCandidateLine(one, 1))),
      )(input);
    },
  },
  {
    name: 'ice-description',
    seeds: () => [utf8Encode(SDP)],
    check: decoding(
      (input) => readDescription(utf8Decode(input)),
      (description) => {
        const sdp = writeSdp(description, true);
        if (sdp.split('\r\n').length !== 16) throw new BrokenRule(`a description of other lines: ${shown(sdp)}`);
        return utf8Encode(sdp);
      },
    ),
  },
  {
    name: 'ice-words',
    seeds: () => WORDS.map(utf8Encode),
    check: decoding(
      (input) => readIceWords(utf8Decode(input)),
      (words) => {
        const texts = writeIceWords(words);
        return texts.length === 1 ? utf8Encode(texts[0] ?? '') : undefined;
      },
    ),
  },
  {
    name: 'ice-control',
    seeds: () =>
      [
        { tag: 'hello' as const, relayed: true },
        { tag: 'have' as const, received: 70_000, taken: 65_536 },
        { tag: 'end' as const, total: 2 ** 40 },
        { tag: 'ended' as const },
      ].map(writeIceControl),
    check: decoding(readIceControl, writeIceControl),
  },
  {
    // A stream that two strangers feed: one its channels, one its page. Every byte says which, and how much.
    name: 'ice-stream',
    seeds: () => [Uint8Array.of(0, 9, 1, 2, 0, 1, 13, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 9, 2, 9, 3, 0)],
    mayAllocate: (bytes) => 16_384 * (bytes + 64),
    check: (input) => {
      const duplex = new IceDuplex({ clock: new VirtualClock(), post: () => undefined, hello: () => undefined, closed: () => undefined });
      duplex.on('error', () => undefined);
      duplex.write(new Uint8Array(100));
      for (let at = 0; at < input.length; ) {
        const [what = 0, count = 0] = [input[at], input[at + 1]];
        at += 2;
        if (what % 4 === 0) duplex.dataCame(new Uint8Array(1 + count));
        else if (what % 4 === 1) {
          duplex.controlCame(input.subarray(at, at + count));
          at += count;
        } else if (what % 4 === 2) duplex.pageSent(count);
        else duplex.read(count);
        const { acknowledgedBytes, queuedBytes } = duplex.look();
        if (acknowledgedBytes < 0 || queuedBytes < 0) throw new BrokenRule('more has arrived than was sent');
      }
      duplex.destroy();
    },
  },
  {
    name: 'ice-page-message',
    seeds: () => SAID.map((message) => utf8Encode(JSON.stringify(message))),
    mutate: mutateJson,
    mayAllocate: (bytes) => 100_000 * Math.ceil(bytes / 8 + 1),
    check: (input) => {
      for (const message of messagesIn(input)) parseFromIcePage(parseFromIcePage(message));
    },
  },
  {
    name: 'ice-page',
    seeds: () => [utf8Encode(JSON.stringify(SAID))],
    mutate: mutateJson,
    mayAllocate: (bytes) => 200_000 * Math.ceil(bytes / 8 + 64),
    check: (input) => {
      const page = new FakeIcePage();
      let outcomes = 0;
      const clock = new VirtualClock();
      const attempt = new IceAttempt({
        clock,
        page,
        offers: true,
        relayOnly: false,
        servers: [],
        say: (words) => void writeIceWords(words),
        found: ({ duplex }) => {
          outcomes += 1;
          duplex.on('error', () => undefined);
        },
        failed: () => (outcomes += 1),
      });
      for (const message of messagesIn(input)) page.say(message);
      for (const words of WORDS) attempt.heard(readIceWords(words));
      attempt.abandon();
      if (outcomes > 1) throw new BrokenRule('two outcomes');
    },
  },
  {
    name: 'ice-servers',
    seeds: () => [
      utf8Encode(
        JSON.stringify([
          { urls: 'stun:stun.example:3478' },
          { urls: 'turn:[2001:db8::1]:3478?transport=udp', username: '1:a', credential: 'b' },
          { urls: 'turns:turn.example:443?transport=tcp', username: '1:a', credential: 'b' },
        ]),
      ),
    ],
    mutate: mutateJson,
    check: (input) => {
      const named = messagesIn(input).filter(
        (one): one is { urls: string } => typeof (one as { urls?: unknown } | null)?.urls === 'string',
      );
      const first = pageServers(named);
      if (shown(pageServers(first)) !== shown(first)) throw new BrokenRule(`chosen twice: ${shown(first)}`);
      if (named.length === 0) throw new ProtocolError('MALFORMED', 'servers', 'a list', 'none');
    },
  },
];
