import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IceCandidate, mayBeTried, readCandidateLine, writeCandidateLine } from '../../../src/protocol/ice/candidate.ts';
import { type IceControl, readIceControl, writeIceControl } from '../../../src/protocol/ice/control.ts';
import { type IceDescription, readDescription, writeSdp } from '../../../src/protocol/ice/description.ts';
import { type IceWord, MAX_CANDIDATES, readIceWords, writeIceWords } from '../../../src/protocol/ice/words.ts';

const DESCRIPTION: IceDescription = {
  ufrag: '8Do8',
  pwd: 'ToNqQnVV9i+x80JnkiYfWJSn',
  fingerprint: Uint8Array.from({ length: 32 }, (_, index) => index * 7),
};
/** As Chromium 130 writes it, shortened. */
const SDP = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:8Do8',
  'a=ice-pwd:ToNqQnVV9i+x80JnkiYfWJSn',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${Array.from(DESCRIPTION.fingerprint, (octet) => octet.toString(16).padStart(2, '0').toUpperCase()).join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n');
const HOST: IceCandidate = { kind: 'host', address: '192.168.1.7', port: 36_719, priority: 2_113_937_151 };

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const candidate: fc.Arbitrary<IceCandidate> = fc
  .record({
    kind: fc.constantFrom('host', 'srflx', 'prflx', 'relay'),
    address: address.map((text) => text.toLowerCase()),
    port: fc.integer({ min: 1_024, max: 65_535 }),
    priority: fc.integer({ min: 1, max: 0x7fff_ffff }),
  })
  .filter(mayBeTried);

describe('a candidate', () => {
  it('is read as a browser writes it', () => {
    const line = 'candidate:1039019 1 udp 2113937151 192.168.1.7 36719 typ host generation 0 ufrag 8Do8 network-id 1 network-cost 50';
    expect(readCandidateLine(line)).toEqual(HOST);
    const relay = 'candidate:3 1 UDP 41885439 198.51.100.2 49160 typ relay raddr 192.168.1.7 rport 36719 generation 0';
    expect(readCandidateLine(relay)).toEqual({ kind: 'relay', address: '198.51.100.2', port: 49_160, priority: 41_885_439 });
  });

  it('comes back from the line that it is written as', () => {
    fc.assert(
      fc.property(candidate, fc.nat(40), (one, number) => {
        expect(readCandidateLine(writeCandidateLine(one, number))).toEqual(one);
      }),
    );
  });

  it.each([
    ['TCP', 'candidate:1 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active'],
    ['a name', 'candidate:1 1 udp 2113937151 0e5b2a1e-3f3c-4b37-8b39-ee2b6f6d6e0f.local 36719 typ host'],
    ['this computer', 'candidate:1 1 udp 2113937151 127.0.0.1 36719 typ host'],
    ['this computer in IPv6', 'candidate:1 1 udp 2113937151 ::1 36719 typ host'],
    ['a group', 'candidate:1 1 udp 2113937151 224.0.0.251 5353 typ host'],
    ['everybody', 'candidate:1 1 udp 2113937151 255.255.255.255 36719 typ host'],
    ['nobody', 'candidate:1 1 udp 2113937151 0.0.0.0 36719 typ host'],
    ['the port of a service', 'candidate:1 1 udp 2113937151 192.168.1.7 53 typ host'],
    ['RTCP', 'candidate:1 2 udp 2113937151 192.168.1.7 36719 typ host'],
  ])('of %s is of no use', (_what, line) => expect(readCandidateLine(line)).toBeUndefined());

  it.each([
    '',
    'candidate:',
    'candidate:1 1 udp x 192.168.1.7 36719 typ host',
    'candidate:1 1 udp 1 192.168.1.7 36719 typ wire',
    'a\r\nb',
    'c'.repeat(600),
  ])('%j is none', (line) => expect(() => readCandidateLine(line)).toThrow(expect.objectContaining({ name: 'ProtocolError' })));
});

describe('a description', () => {
  it('is read out of what a browser writes', () => expect(readDescription(SDP)).toEqual(DESCRIPTION));

  it.each([true, false])('is written whole, and comes back (offer: %s)', (offer) => {
    const sdp = writeSdp(DESCRIPTION, offer);
    expect(readDescription(sdp)).toEqual(DESCRIPTION);
    expect(sdp).toContain(offer ? 'a=setup:actpass' : 'a=setup:active');
    expect(sdp.split('\r\n').filter((line) => line.startsWith('m='))).toHaveLength(1);
  });

  it('never carries more than its parts may hold', () => {
    for (const bad of [
      { ufrag: 'ab\r\na=x' },
      { ufrag: 'abc' },
      { pwd: 'short' },
      { pwd: `${'a'.repeat(22)}\r\n` },
      { fingerprint: new Uint8Array(20) },
    ])
      expect(() => writeSdp({ ...DESCRIPTION, ...bad }, true), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });

  it('is refused where a part is missing', () => {
    for (const part of ['a=ice-ufrag', 'a=ice-pwd', 'a=fingerprint'])
      expect(() => readDescription(SDP.replace(part, 'a=other')), part).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    expect(() => readDescription('a'.repeat(20_000))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });
});

describe('words between the two sides', () => {
  it('come back as they were said', () => {
    const word: fc.Arbitrary<IceWord> = fc.oneof(
      candidate.map((one) => ({ tag: 'candidate' as const, candidate: one })),
      fc.constantFrom<IceWord>({ tag: 'end' }, { tag: 'no' }, { tag: 'offer', ...DESCRIPTION }, { tag: 'answer', ...DESCRIPTION }),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: MAX_CANDIDATES }), (words) => {
        const texts = writeIceWords(words);
        expect(texts.flatMap(readIceWords)).toEqual(words);
        for (const text of texts) expect(text).toMatch(/^[!-~]{1,2900}$/);
      }),
    );
  });

  it('that are not known are passed over, and so are addresses of this computer', () => {
    expect(readIceWords('later,1,2;at,host,127.0.0.1,5000,1;at,host,192.168.1.7,36719,2113937151;end')).toEqual([
      { tag: 'candidate', candidate: HOST },
      { tag: 'end' },
    ]);
  });

  it.each([
    'at,host,router.example,5000,1',
    'at,host,192.168.1.7,0,1',
    'at,host,192.168.1.7,65536,1',
    'at,host,192.168.1.7,5000,99999999999',
    'at,wire,192.168.1.7,5000,1',
    'at,host,fe80::1%eth0,5000,1',
    'at,host,192.168.1.7,5000,1,more',
    'offer,ab,short,AAAA',
    'answer,8Do8,ToNqQnVV9i+x80JnkiYfWJSn,AAAA',
    'end;'.repeat(60),
    'x'.repeat(3_000),
  ])('%.40s are refused', (text) => expect(() => readIceWords(text)).toThrow(expect.objectContaining({ name: 'ProtocolError' })));
});

describe('the control channel', () => {
  const place = fc.integer({ min: 0, max: 0xffff_ffff_ffff });
  const control: fc.Arbitrary<IceControl> = fc.oneof(
    fc.boolean().map((relayed) => ({ tag: 'hello' as const, relayed })),
    fc.tuple(place, place).map(([a, b]) => ({ tag: 'have' as const, received: Math.max(a, b), taken: Math.min(a, b) })),
    place.map((total) => ({ tag: 'end' as const, total })),
    fc.constant<IceControl>({ tag: 'ended' }),
  );

  it('carries what was said', () => {
    fc.assert(
      fc.property(control, (one) => {
        expect(readIceControl(writeIceControl(one))).toEqual(one);
      }),
    );
  });

  it('refuses anything else', () => {
    for (const bytes of [[], [0], [5], [1], [1, 2], [4, 0], [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2]])
      expect(() => readIceControl(Uint8Array.from(bytes)), String(bytes)).toThrow(expect.objectContaining({ name: 'ProtocolError' }));
  });
});
