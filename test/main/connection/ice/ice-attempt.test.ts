import { describe, expect, it } from 'vitest';
import { ICE_DEADLINE_MS } from '../../../../src/main/connection/deadlines.ts';
import type { Carrier } from '../../../../src/main/connection/ways/contract.ts';
import { IceAttempt } from '../../../../src/main/connection/ways/ice/ice-attempt.ts';
import { type IceWord, readIceWords, writeIceWords } from '../../../../src/protocol/ice/words.ts';
import { FakeIcePage } from '../../../support/ice-pages.ts';
import { turns } from '../../../support/turns.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

interface Tried {
  readonly attempt: IceAttempt;
  readonly page: FakeIcePage;
  readonly found: Carrier[];
  readonly failures: Error[];
  readonly said: string[];
}

function attemptOn(page: FakeIcePage, offers: boolean, clock: VirtualClock, tell: (words: readonly IceWord[]) => void): Tried {
  const found: Carrier[] = [];
  const failures: Error[] = [];
  const said: string[] = [];
  const attempt = new IceAttempt({
    clock,
    page,
    offers,
    relayOnly: false,
    servers: [],
    say: (words) => {
      for (const text of writeIceWords(words)) {
        said.push(text);
        tell(readIceWords(text));
      }
    },
    found: (carrier) => found.push(carrier),
    failed: (error) => failures.push(error),
  });
  return { attempt, page, found, failures, said };
}

/** Two attempts whose words reach each other. */
function two(
  kinds: readonly [readonly [string, string], readonly [string, string]] = [
    ['host', 'host'],
    ['host', 'host'],
  ],
) {
  const clock = new VirtualClock();
  const pages = FakeIcePage.pair();
  pages.forEach((page, index) => (page.kinds = kinds[index] ?? ['host', 'host']));
  const tried: Tried[] = pages.map((page, index) =>
    attemptOn(page, index === 0, clock, (words) => queueMicrotask(() => tried[1 - index]?.attempt.heard(words))),
  );
  return { clock, one: tried[0] as Tried, other: tried[1] as Tried };
}

/** One attempt whose page is the test. */
function alone(offers = true) {
  const clock = new VirtualClock();
  return { clock, ...attemptOn(new FakeIcePage(), offers, clock, () => undefined) };
}

describe('an attempt over ICE', () => {
  it('ends in a stream on both sides, its words bundled', async () => {
    const { clock, one, other } = two();
    await clock.advance(100);
    expect([one.said, other.said].map((said) => said.map((text) => text.replaceAll(/,[^;]*/g, '')))).toEqual([
      ['offer;at;end'],
      ['answer;at;end'],
    ]);
    const [carrier] = one.found;
    const [theirs] = other.found;
    expect(carrier).toMatchObject({ address: '192.168.1.7:36719', remote: '192.168.1.7', relayed: false });
    let got = '';
    theirs?.duplex.on('data', (bytes: Buffer) => (got += bytes.toString()));
    carrier?.duplex.on('data', () => undefined);
    carrier?.duplex.end('hello');
    for (let round = 0; round < 5; round += 1) {
      await turns();
      await clock.advance(20);
    }
    expect(got).toBe('hello');
    expect([one.page.closed, other.page.closed]).toEqual([true, true]);
    expect(clock.pendingTimers).toBe(0);
    expect([...one.failures, ...other.failures]).toEqual([]);
  });

  it('gives the page a description of checked parts only, and candidates behind it', async () => {
    const { clock, one } = two();
    await clock.advance(100);
    const remote = one.page.told.flatMap((message) => (message.tag === 'remote' ? [message.sdp] : []));
    expect(remote).toHaveLength(1);
    expect(remote[0]).toContain('a=ice-ufrag:bbbb\r\n');
    expect(remote[0]).toContain('a=setup:active\r\n');
    expect(one.page.told.map(({ tag }) => tag).slice(0, 4)).toEqual(['begin', 'remote', 'candidate', 'candidate']);
  });

  it.each([
    [
      'this side',
      [
        ['relay', 'srflx'],
        ['host', 'relay'],
      ],
    ],
    [
      'the other side, which this one takes for a packet’s sender',
      [
        ['host', 'prflx'],
        ['relay', 'srflx'],
      ],
    ],
  ] as const)('is relayed on both sides when %s sends through a server', async (_who, kinds) => {
    const { clock, one, other } = two(kinds);
    await clock.advance(100);
    expect([one.found[0]?.relayed, other.found[0]?.relayed]).toEqual([true, true]);
  });

  it('stays relayed when this side changes to the relay of the other, which stays with the one of this side', async () => {
    const { clock, one, other } = two([
      ['relay', 'prflx'],
      ['prflx', 'relay'],
    ]);
    await clock.advance(100);
    const [local, remote] = [
      { kind: 'srflx', address: '192.168.1.7', port: 36_719 },
      { kind: 'relay', address: '192.168.1.9', port: 20_008 },
    ];
    one.page.say({ tag: 'pair', local, remote });
    await clock.advance(100);
    expect([one.found[0]?.relayed, other.found[0]?.relayed]).toEqual([true, true]);
  });

  it('is direct once the pair has become so on both sides', async () => {
    const { clock, one, other } = two([
      ['relay', 'srflx'],
      ['host', 'relay'],
    ]);
    await clock.advance(100);
    const end = { kind: 'host', address: '192.168.1.7', port: 36_719 };
    one.page.say({ tag: 'pair', local: end, remote: end });
    await clock.advance(100);
    // What the other side sends still goes to the relay.
    expect([one.found[0]?.relayed, other.found[0]?.relayed]).toEqual([true, true]);
    other.page.say({ tag: 'pair', local: end, remote: end });
    await clock.advance(100);
    expect([one.found[0]?.relayed, other.found[0]?.relayed]).toEqual([false, false]);
  });

  const [THEIR_HOST, THEIR_ROUTER] = ['at,host,10.0.0.5,5000,9', 'at,srflx,198.51.100.9,5000,8'];
  it.each([
    ['a router that changes the port', [THEIR_HOST, THEIR_ROUTER], '203.0.113.4', 7_000, '198.51.100.9:7000'],
    ['a router that keeps the port', [THEIR_HOST, THEIR_ROUTER], '203.0.113.4', 5_000, '198.51.100.9:5000'],
    ['the router that this computer is behind as well', [THEIR_HOST, THEIR_ROUTER], '198.51.100.9', 5_000, '10.0.0.5:5000'],
    ['no router that is known', [THEIR_HOST], '203.0.113.4', 5_000, '10.0.0.5:5000'],
  ] as const)('names an address that the browser hides by what its owner has told: behind %s', async (_who, at, ours, port, shown) => {
    const { clock, page, attempt, found } = alone();
    await clock.advance(100);
    page.say({ tag: 'candidate', line: `candidate:2 1 udp 1685987071 ${ours} 36719 typ srflx raddr 0.0.0.0 rport 0` });
    attempt.heard(readIceWords(['answer,8Do8,ToNqQnVV9i+x80JnkiYfWJSn,q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=', ...at].join(';')));
    page.say({
      tag: 'pair',
      local: { kind: 'host', address: '[fd00::2]', port: 1_025 },
      remote: { kind: 'prflx', address: 'redacted-ip.invalid', port },
    });
    page.say({ tag: 'open' });
    page.say({ tag: 'control', bytes: Uint8Array.of(1, 0) });
    expect(found[0]?.address).toBe(shown);
  });

  it('is given up after its time, and the page closed', async () => {
    const { clock, page, failures } = alone();
    await clock.advance(ICE_DEADLINE_MS - 1);
    expect(failures).toEqual([]);
    await clock.advance(1);
    await turns();
    await clock.advance(1_000);
    expect(failures).toMatchObject([{ code: 'DEADLINE' }]);
    expect(page.closed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails at once when the other side cannot, or the page crashes or gives up', async () => {
    const refused = alone();
    refused.attempt.heard([{ tag: 'no' }]);
    expect(refused.failures).toMatchObject([{ code: 'SOCKET' }]);
    for (const end of [(page: FakeIcePage) => page.crash(), (page: FakeIcePage) => page.say({ tag: 'failed', why: 'no pair' })]) {
      const { page, failures } = alone();
      end(page);
      await turns();
      expect(failures).toMatchObject([{ code: 'SOCKET' }]);
    }
  });

  it('abandoned leaves nothing behind and says nothing', async () => {
    const { clock, page, attempt, failures } = alone();
    attempt.abandon();
    await turns();
    await clock.advance(1_000);
    expect([failures, page.closed, clock.pendingTimers]).toEqual([[], true, 0]);
  });

  it.each([
    ['anything', { tag: 'local', sdp: 5 }],
    ['a second description', { tag: 'local', sdp: 'a=ice-ufrag:abcd' }],
    ['bytes without end', { tag: 'data', bytes: new Uint8Array(1_000_000) }],
    ['no bytes', { tag: 'data', bytes: new Uint8Array(0) }],
    ['an array for bytes', { tag: 'data', bytes: [1, 2, 3] }],
    ['that it is open, with no addresses', { tag: 'open' }],
    ['a candidate that is none', { tag: 'candidate', line: 'a=ice-pwd:x' }],
    ['more than was asked', { tag: 'open', path: '/etc' }],
    ['nothing', null],
  ])('ends when its page says %s', async (_what, message) => {
    const { clock, page, failures } = alone();
    await clock.advance(100);
    page.say(message);
    await turns();
    await clock.advance(1_000);
    expect(failures).toMatchObject([{ name: 'ProtocolError' }]);
    expect(page.closed).toBe(true);
  });
});
