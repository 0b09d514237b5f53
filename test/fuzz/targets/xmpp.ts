import { StringDecoder } from 'node:string_decoder';
import { base64Encode, utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { type Framed, StanzaFramer } from '../../../src/protocol/xmpp/framer.ts';
import { contactLink, readInvitationLink } from '../../../src/protocol/xmpp/invitation-link.ts';
import { parseJid, writeJid } from '../../../src/protocol/xmpp/jid.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { Registration, RegistrationError } from '../../../src/protocol/xmpp/registration.ts';
import { ScramClient } from '../../../src/protocol/xmpp/scram.ts';
import { SignIn, type StreamStep } from '../../../src/protocol/xmpp/sign-in.ts';
import { readStanza, writeStanza } from '../../../src/protocol/xmpp/stanza.ts';
import { SignInError, XmppStreamError } from '../../../src/protocol/xmpp/stream-error.ts';
import { anyChunks, decoding, type Target } from '../rules.ts';
import { asPieces, pieces } from './rdp.ts';

const NONCE = new Uint8Array(18).fill(1);
const HEADER = `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' id='1' version='1.0' xml:lang='en'>`;
const STARTTLS = `<stream:features><starttls xmlns='${NS.tls}'><required/></starttls></stream:features>`;
const PROCEED = `<proceed xmlns='${NS.tls}'/>`;
const sasl = (name: string, data: string): string => `<${name} xmlns='${NS.sasl}'>${base64Encode(utf8Encode(data))}</${name}>`;
const mechanisms = (...names: string[]): string =>
  `<stream:features><mechanisms xmlns='${NS.sasl}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms></stream:features>`;
const CHALLENGE = `r=${base64Encode(NONCE)}server,s=c2FsdA==,i=4096`;
const BOUND = [
  `${HEADER}<stream:features><bind xmlns='${NS.bind}'/><sm xmlns='${NS.management}'/></stream:features>`,
  `<iq type='result' id='bind'><bind xmlns='${NS.bind}'><jid>nora@example/pc</jid></bind></iq>`,
  `<message/><enabled xmlns='${NS.management}' id='i' resume='true' max='120' location='[::1]:5222'/>`,
];

const STANZAS = [
  `<message to='a@b' type='chat'><body>x &lt; <![CDATA[<y>]]></body><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<presence from='a@b/c'><c xmlns='${NS.capabilities}' node='n' ver='v' hash='sha-1'/><priority>5</priority></presence>`,
  `<iq type='error' id='1'><error type='cancel'><item-not-found xmlns='${NS.stanzaErrors}'/></error></iq>`,
  `<r xmlns='${NS.management}'/>`,
  `<stream:error><conflict xmlns='${NS.streamErrors}'/></stream:error>`,
];

interface Machine {
  start(): readonly (StreamStep | { readonly tag: string })[];
  secured(bindings: []): readonly (StreamStep | { readonly tag: string })[];
  receive(framed: Framed): readonly (StreamStep | { readonly tag: string })[];
  derived(key: Uint8Array): readonly (StreamStep | { readonly tag: string })[];
}

/** What a server says piece by piece, each read by the framer that is the stream's by then. Ends with the machine. */
function answered(make: () => Machine): (input: Uint8Array) => void {
  return (input) => {
    const machine = make();
    let framer = new StanzaFramer();
    let isOver = false;
    const run = (outputs: readonly (StreamStep | { readonly tag: string })[]): void => {
      for (const { tag } of outputs) {
        if (tag === 'open') framer = new StanzaFramer();
        else if (tag === 'secure') run(machine.secured([]));
        else if (tag === 'derive') run(machine.derived(NONCE));
        else if (tag !== 'send') isOver = true;
      }
    };
    try {
      run(machine.start());
      for (const piece of pieces(input)) {
        const current = framer;
        for (const framed of current.push(utf8Decode(piece))) {
          if (isOver || framer !== current) break;
          run(machine.receive(framed));
        }
      }
    } catch (error) {
      if (!(error instanceof SignInError || error instanceof XmppStreamError || error instanceof RegistrationError)) throw error;
    }
  };
}

const said = (...parts: readonly string[]): Uint8Array => asPieces(parts.map(utf8Encode));
const account = { domain: 'example', credentials: { tag: 'account', user: 'nora', password: 'pencil' }, nonce: NONCE } as const;
const form = `<iq type='result' id='form'><query xmlns='${NS.register}'><username/><password/></query></iq>`;

export const XMPP_TARGETS: readonly Target[] = [
  {
    name: 'xmpp-stream',
    seeds: () => [
      utf8Encode(`${HEADER}${STANZAS.join(' ')}</stream:stream>`),
      utf8Encode(`${HEADER}<a b='>"' c="/>'"/><é/></stream:stream>`),
    ],
    check: anyChunks(() => {
      const framer = new StanzaFramer();
      const decoder = new StringDecoder('utf8');
      return (chunk) => [...framer.push(decoder.write(Buffer.from(chunk)))];
    }),
  },
  {
    name: 'xmpp-stanza',
    seeds: () => STANZAS.slice(0, 4).map(utf8Encode),
    check: decoding(
      (input) => readStanza(utf8Decode(input)),
      (stanza) => utf8Encode(writeStanza(stanza, '')),
    ),
  },
  {
    name: 'xmpp-sign-in',
    maxBytes: 16 * 1024,
    seeds: () => [
      said(
        `${HEADER}${STARTTLS}`,
        PROCEED,
        `${HEADER}${mechanisms('PLAIN', 'SCRAM-SHA-256')}`,
        sasl('challenge', CHALLENGE),
        sasl('success', 'v=AAAA'),
      ),
      said(`${HEADER}<stream:error><see-other-host xmlns='${NS.streamErrors}'>b:5222</see-other-host></stream:error>`),
    ],
    check: answered(() => new SignIn(account)),
  },
  {
    name: 'xmpp-guest',
    maxBytes: 16 * 1024,
    seeds: () => [said(`${HEADER}${STARTTLS}`, PROCEED, `${HEADER}${mechanisms('ANONYMOUS')}`, `<success xmlns='${NS.sasl}'/>`, ...BOUND)],
    check: answered(() => new SignIn({ domain: 'example', credentials: { tag: 'guest' }, nonce: NONCE })),
  },
  {
    name: 'xmpp-resume',
    maxBytes: 16 * 1024,
    seeds: () => [
      said(
        `${HEADER}${STARTTLS}`,
        PROCEED,
        `${HEADER}${mechanisms('ANONYMOUS')}`,
        `<success xmlns='${NS.sasl}'/>`,
        BOUND[0] ?? '',
        `<resumed xmlns='${NS.management}' previd='i' h='5'/>`,
      ),
    ],
    check: answered(() => new SignIn({ domain: 'example', credentials: { tag: 'guest' }, nonce: NONCE, resume: { id: 'i', handled: 3 } })),
  },
  {
    name: 'xmpp-registration',
    maxBytes: 16 * 1024,
    seeds: () => [
      said(
        `${HEADER}${STARTTLS}`,
        PROCEED,
        `${HEADER}<stream:features><register xmlns='${NS.registerFeature}'/></stream:features>`,
        `<iq type='result' id='token'/>`,
        form,
        `<iq type='result' id='account'/>`,
      ),
    ],
    check: answered(() => new Registration({ domain: 'example', user: 'nora', password: 'p', token: 'T' })),
  },
  {
    name: 'scram',
    maxBytes: 4_096,
    seeds: () => [asPieces([CHALLENGE].map(utf8Encode)), asPieces([`${CHALLENGE},x=1`].map(utf8Encode))],
    check: (input) => {
      const scram = new ScramClient({ hash: 'SHA-256', user: 'nora', password: 'pencil', nonce: NONCE, couldBind: false });
      const [first = new Uint8Array(), final] = pieces(input).map(utf8Decode);
      scram.challenged(String(first));
      scram.derived(NONCE);
      if (final !== undefined) scram.verify(final);
    },
  },
  {
    name: 'jid',
    maxBytes: 4_096,
    seeds: () => ['Nora@Example.org/Küche 2', 'guest.example', 'a@[::1]/x@y/z'].map(utf8Encode),
    check: decoding(
      (input) => parseJid(utf8Decode(input)),
      (jid) => utf8Encode(writeJid(jid)),
    ),
  },
  {
    name: 'xmpp-invitation-link',
    maxBytes: 4_096,
    seeds: () =>
      ['xmpp:erik@example?roster;preauth=T0k;ibr=y', 'xmpp:example?register;preauth=a%2Fb', contactLink('ä@b', 'c')].map(utf8Encode),
    check: (input) => void readInvitationLink(utf8Decode(input)),
  },
];
