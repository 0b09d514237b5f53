import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Framed } from '../../../src/protocol/xmpp/framer.ts';
import { StanzaFramer } from '../../../src/protocol/xmpp/framer.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import type { ChannelBinding } from '../../../src/protocol/xmpp/scram.ts';
import { SignIn, type SignInOutput, type SignInParts } from '../../../src/protocol/xmpp/sign-in.ts';
import { readStanza, textOf } from '../../../src/protocol/xmpp/stanza.ts';
import { ScramServer, type ScramServerOptions } from './scram-server.ts';

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' id='1' from='example' version='1.0'>`;
const STARTTLS = `<starttls xmlns='${NS.tls}'><required/></starttls>`;
const BIND = `<bind xmlns='${NS.bind}'/><sm xmlns='${NS.management}'/><c xmlns='${NS.capabilities}' ver='v'/>`;
const BOUND = `<iq type='result' id='bind'><bind xmlns='${NS.bind}'><jid>nora@example/pc</jid></bind></iq>`;
const features = (...inside: string[]): string => `<stream:features>${inside.join('')}</stream:features>`;
const mechanisms = (...names: string[]): string =>
  `<mechanisms xmlns='${NS.sasl}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
const bindingsOffered = (...types: string[]): string =>
  `<sasl-channel-binding xmlns='${NS.channelBindings}'>${types.map((type) => `<channel-binding type='${type}'/>`).join('')}</sasl-channel-binding>`;

const ACCOUNT: Omit<SignInParts, 'nonce'> = { domain: 'example', credentials: { tag: 'account', user: 'nora', password: 'pencil' } };
const GUEST: Omit<SignInParts, 'nonce'> = { domain: 'guest.example', credentials: { tag: 'guest' } };

/** A client's machine with a framer, as a socket would drive it. */
class Client {
  readonly machine: SignIn;
  readonly outputs: SignInOutput[] = [];
  private framer = new StanzaFramer();

  constructor(parts: Omit<SignInParts, 'nonce'> = ACCOUNT) {
    this.machine = new SignIn({ ...parts, nonce: new Uint8Array(24).fill(7) });
    this.carryOut(this.machine.start());
  }

  says(text: string): this {
    const framed: Framed[] = [...this.framer.push(text)];
    for (const one of framed) this.carryOut(this.machine.receive(one));
    return this;
  }

  secured(bindings: readonly ChannelBinding[] = []): this {
    this.carryOut(this.machine.secured(bindings));
    return this;
  }

  /** Up to the mechanisms, inside TLS. */
  offered(...inside: string[]): this {
    return this.says(`${HEADER}${features(STARTTLS)}`)
      .says(`<proceed xmlns='${NS.tls}'/>`)
      .secured(this.bindings)
      .says(`${HEADER}${features(...inside)}`);
  }

  bindings: readonly ChannelBinding[] = [];

  get last(): SignInOutput | undefined {
    return this.outputs.at(-1);
  }

  /** What was sent last, decoded. */
  get sent(): { readonly name: string; readonly mechanism: string | undefined; readonly data: string } {
    const { last } = this;
    const stanza = readStanza(last?.tag === 'send' ? last.text : '<nothing/>');
    return { name: stanza.name, mechanism: stanza.attributes['mechanism'], data: Buffer.from(textOf(stanza), 'base64').toString() };
  }

  private carryOut(outputs: readonly SignInOutput[]): void {
    this.outputs.push(...outputs);
    for (const output of outputs) {
      if (output.tag === 'open') this.framer = new StanzaFramer();
      if (output.tag !== 'derive') continue;
      const { hash, password, salt, iterations } = output.derivation;
      const name = hash.replace('-', '').toLowerCase();
      this.carryOut(this.machine.derived(pbkdf2Sync(password, salt, iterations, { sha1: 20, sha256: 32, sha512: 64 }[name] ?? 0, name)));
    }
  }
}

const sasl = (name: string, data = ''): string => `<${name} xmlns='${NS.sasl}'>${Buffer.from(data).toString('base64')}</${name}>`;

function scrammed(client: Client, options: Partial<ScramServerOptions> = {}, change = (final: string): string => final): Client {
  const server = new ScramServer({ hash: 'SHA-256', password: 'pencil', ...options });
  client.says(sasl('challenge', server.challenge(client.sent.data)));
  const final = server.final(client.sent.data);
  return client.says(final === undefined ? `<failure xmlns='${NS.sasl}'><not-authorized/></failure>` : sasl('success', change(final)));
}

const signedIn = (parts?: Omit<SignInParts, 'nonce'>): Client =>
  scrammed(new Client(parts).offered(mechanisms('PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'))).says(`${HEADER}${features(BIND)}`);

describe('signing in', () => {
  it('asks for TLS before it says who we are, then proves the password and binds', () => {
    const client = new Client({ ...ACCOUNT, resource: 'pc' }).says(`${HEADER}${features(STARTTLS)}`);
    expect(JSON.stringify(client.outputs)).not.toContain('nora');
    expect(client.outputs.map(({ tag }) => tag)).toEqual(['open', 'send']);
    expect(client.sent.name).toBe('starttls');
    const done = signedIn({ ...ACCOUNT, resource: 'pc' })
      .says(BOUND)
      .says(`<message/><enabled xmlns='${NS.management}' id='i' resume='1' max='120'/>`);
    expect(done.outputs.map(({ tag }) => tag)).toEqual([
      'open',
      'send',
      'secure',
      'open',
      'send',
      'derive',
      'send',
      'open',
      'send',
      'send',
      'bound',
    ]);
    expect(JSON.stringify(done.outputs.slice(0, -2))).toContain('<resource>pc</resource>');
    expect(done.last).toMatchObject({
      jid: 'nora@example/pc',
      mechanism: 'SCRAM-SHA-256',
      management: { resumption: { id: 'i', seconds: 120 } },
      early: [{ name: 'message' }],
    });
    expect(done.last?.tag === 'bound' && done.last.features.map(({ name }) => name)).toEqual(['mechanisms', 'bind', 'sm', 'c']);
    expect(() => done.says('<message/>')).toThrow();
  });

  it.each([
    [['PLAIN', 'SCRAM-SHA-1'], 'SCRAM-SHA-1'],
    [['SCRAM-SHA-1', 'SCRAM-SHA-512', 'SCRAM-SHA-256'], 'SCRAM-SHA-512'],
    [['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512'], 'SCRAM-SHA-512'],
  ])('chooses of %j %s', (offered, chosen) => {
    const client = new Client().offered(mechanisms(...offered));
    expect(client.sent.mechanism).toBe(chosen);
    expect(client.sent.data.startsWith('n,,n=nora,r=')).toBe(true);
  });

  it.each([
    [['tls-server-end-point', 'tls-exporter'], ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512'], 'SCRAM-SHA-256-PLUS', 'p=tls-exporter'],
    [['tls-server-end-point'], ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512'], 'SCRAM-SHA-1-PLUS', 'p=tls-server-end-point'],
    // The server can bind, by nothing that we have: to say that it cannot would look like somebody in between.
    [['tls-unique'], ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], 'SCRAM-SHA-256', 'n'],
    [[], ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'], 'SCRAM-SHA-256', 'n'],
    [[], ['SCRAM-SHA-256'], 'SCRAM-SHA-256', 'y'],
  ])('binds by one of %j where the server has %j: %s, %s', (types, offered, chosen, header) => {
    const client = new Client();
    client.bindings = [
      { type: 'tls-exporter', bytes: Uint8Array.of(1) },
      { type: 'tls-server-end-point', bytes: Uint8Array.of(2) },
    ];
    client.offered(mechanisms(...offered), types.length === 0 ? '' : bindingsOffered(...types));
    expect([client.sent.mechanism, client.sent.data.split(',')[0]]).toEqual([chosen, header]);
  });

  it('is let in by a server that sees the same channel, and by none that sees another', () => {
    const bindings: readonly ChannelBinding[] = [{ type: 'tls-exporter', bytes: Uint8Array.of(1, 2, 3) }];
    const client = (): Client => {
      const made = new Client();
      made.bindings = bindings;
      return made.offered(mechanisms('SCRAM-SHA-512-PLUS'), bindingsOffered('tls-exporter'));
    };
    expect(scrammed(client(), { hash: 'SHA-512', binding: bindings[0] as ChannelBinding }).last).toMatchObject({ tag: 'open' });
    const other = { type: 'tls-exporter', bytes: Uint8Array.of(1, 2, 4) };
    expect(() => scrammed(client(), { hash: 'SHA-512', binding: other })).toThrow('not-authorized');
  });

  it('takes the last word in a challenge as well', () => {
    const client = new Client().offered(mechanisms('SCRAM-SHA-256'));
    const server = new ScramServer({ hash: 'SHA-256', password: 'pencil' });
    client.says(sasl('challenge', server.challenge(client.sent.data)));
    client.says(sasl('challenge', server.final(client.sent.data)));
    expect(client.sent).toMatchObject({ name: 'response', data: '' });
    expect(client.says(sasl('success')).last).toMatchObject({ tag: 'open' });
  });

  it.each<[string, () => Client, Record<string, unknown>]>([
    ['without STARTTLS', () => new Client().says(`${HEADER}${features(mechanisms('SCRAM-SHA-256'))}`), { problem: 'notProtected' }],
    [
      'where STARTTLS fails',
      () => new Client().says(`${HEADER}${features(STARTTLS)}<failure xmlns='${NS.tls}'/>`),
      { problem: 'notProtected' },
    ],
    ['before 1.0', () => new Client().says(HEADER.replace("version='1.0'>", '>')), { problem: 'notProtected' }],
    ['with PLAIN alone', () => new Client().offered(mechanisms('PLAIN', 'DIGEST-MD5', 'LOGIN')), { problem: 'noMechanism' }],
    ['with -PLUS alone and nothing to bind', () => new Client().offered(mechanisms('SCRAM-SHA-256-PLUS')), { problem: 'noMechanism' }],
    ['for guests that has none', () => new Client(GUEST).offered(mechanisms('SCRAM-SHA-256')), { problem: 'noMechanism' }],
    [
      'that knows another password',
      () => scrammed(new Client().offered(mechanisms('SCRAM-SHA-256')), { password: 'pen' }),
      { problem: 'wrongCredentials' },
    ],
    [
      'that does not know the password',
      () => scrammed(new Client().offered(mechanisms('SCRAM-SHA-256')), {}, () => 'v=AAAA'),
      { problem: 'otherServer' },
    ],
    ['that proves nothing', () => scrammed(new Client().offered(mechanisms('SCRAM-SHA-256')), {}, () => ''), { problem: 'otherServer' }],
    [
      'that lets us in at once',
      () => new Client().offered(mechanisms('SCRAM-SHA-256')).says(sasl('success', 'v=AAAA')),
      { code: 'ILLEGAL_TRANSITION' },
    ],
    ['that asks twice', () => new Client().offered(mechanisms('SCRAM-SHA-256')).says(sasl('challenge', 'x')), { code: 'MALFORMED' }],
    [
      'that is busy',
      () => new Client().offered(mechanisms('SCRAM-SHA-256')).says(`<failure xmlns='${NS.sasl}'><temporary-auth-failure/></failure>`),
      { problem: 'refused' },
    ],
    [
      'that is another',
      () => new Client().says(`${HEADER}<stream:error><host-unknown xmlns='${NS.streamErrors}'/></stream:error>`),
      { condition: 'host-unknown' },
    ],
    [
      'that sends us on',
      () =>
        new Client().says(
          `${HEADER}<stream:error><see-other-host xmlns='${NS.streamErrors}'>b.example:5222</see-other-host></stream:error>`,
        ),
      { otherHost: 'b.example:5222' },
    ],
    ['that says something else', () => new Client().says(`${HEADER}<message/>`), { code: 'ILLEGAL_TRANSITION' }],
    ['that ends', () => new Client().says(`${HEADER}</stream:stream>`), { code: 'ILLEGAL_TRANSITION' }],
    ['that gives no resource', () => signedIn().says(BOUND.replace('/pc', '')), { code: 'MALFORMED' }],
    ['that binds nobody', () => signedIn().says(`<iq type='error' id='bind'/>`), { problem: 'refused' }],
  ])('is over at a server %s', (_, run, error) => {
    let thrown: unknown;
    try {
      run();
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toMatchObject(error);
  });

  it('lets a guest in without a word about it', () => {
    const client = new Client(GUEST).offered(mechanisms('ANONYMOUS'));
    expect(client.last).toMatchObject({ text: `<auth xmlns="${NS.sasl}" mechanism="ANONYMOUS">=</auth>` });
    client
      .says(sasl('success'))
      .says(`${HEADER}${features(BIND)}`)
      .says(BOUND);
    expect(client.last).toMatchObject({ text: `<enable xmlns="${NS.management}"/>` });
    expect(client.says(`<enabled xmlns='${NS.management}'/>`).last).toMatchObject({ tag: 'bound', management: { resumption: undefined } });
  });

  it('goes without acknowledgements where the server has or gives none', () => {
    const without = scrammed(new Client().offered(mechanisms('SCRAM-SHA-256'))).says(`${HEADER}${features(`<bind xmlns='${NS.bind}'/>`)}`);
    expect(without.says(BOUND).last).toMatchObject({ tag: 'bound', management: undefined });
    expect(signedIn().says(BOUND).says(`<failed xmlns='${NS.management}'/>`).last).toMatchObject({ tag: 'bound', management: undefined });
  });

  it.each([
    [`<resumed xmlns='${NS.management}' previd='i' h='5'/>`, { tag: 'resumed', handled: 5 }],
    [`<failed xmlns='${NS.management}' h='4'><item-not-found xmlns='${NS.stanzaErrors}'/></failed>`, { tag: 'notResumed', handled: 4 }],
    [`<failed xmlns='${NS.management}'/>`, { tag: 'notResumed', handled: undefined }],
  ])('takes an earlier stream up, or not: %s', (answer, last) => {
    const client = signedIn({ ...ACCOUNT, resume: { id: 'i', handled: 3 } });
    expect(client.last).toMatchObject({ text: `<resume xmlns="${NS.management}" h="3" previd="i"/>` });
    expect(client.says(answer).last).toEqual(last);
  });

  it('does not believe counts that are none', () => {
    for (const h of ['-1', '4294967296', 'x', ''])
      expect(
        () => signedIn({ ...ACCOUNT, resume: { id: 'i', handled: 3 } }).says(`<resumed xmlns='${NS.management}' h='${h}'/>`),
        h,
      ).toThrow();
  });
});
