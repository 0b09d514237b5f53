/* What two people's programs say to each other before they know that it is them, and links that people are handed. */
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { type HelpLink, HelpLinkError, readHelpLink, writeHelpLink } from '../../../src/protocol/xmpp/help-link.ts';
import { type AccountLink, AccountLinkError, readAccountLink, writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { readAgreement, writeAgreement } from '../../../src/protocol/trust/agreement-message.ts';
import { AnsweringAgreement, BeginningAgreement } from '../../../src/protocol/trust/agreement.ts';
import { helloFeatures, helloOf } from '../../../src/protocol/trust/hello.ts';
import { readIntroduction, writeIntroduction } from '../../../src/protocol/trust/introduction.ts';
import { agree, keyPairOf, openFrom, sealTo } from '../../../src/protocol/trust/noise.ts';
import { FrameOpener, FrameSealer } from '../../../src/protocol/trust/sealed.ts';
import { BrokenRule, decoding, shown, type Target } from '../rules.ts';

/** The same in every run, so that a finding can be repeated. */
const counting =
  (start: number) =>
  (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, index) => (index * 37 + start * 11 + 1) & 0xff);
const KEY = counting(3)(32);
const NOVICE = keyPairOf(counting(1)(32));
const EXPERT = keyPairOf(counting(2)(32));
const BINDING = counting(4)(64);
const OF_KEYS = agree(NOVICE, EXPERT.publicKey);
const PAYLOAD = utf8Encode('a ticket');
const HELLO = helloFeatures({ ...NOVICE, device: 'AQIDBAUGBwgJ' }, 'AQIDBAUGBwgJCgsMDQ4P', true);

const begins = (theirKey: Uint8Array | undefined, code?: string): BeginningAgreement =>
  new BeginningAgreement({ binding: BINDING, random: counting(5), identity: NOVICE, theirKey, ofKeys: OF_KEYS, code });
const answers = (theirKey: Uint8Array | undefined, code?: string): AnsweringAgreement =>
  new AnsweringAgreement({ binding: BINDING, random: counting(6), identity: EXPERT, theirKey, ofKeys: OF_KEYS, code });

/** What a beginning and an answer look like: by keys, and by a code. */
function conversation(byKeys: boolean): { readonly beginning: string; readonly answer: string } {
  const novice = byKeys ? begins(EXPERT.publicKey) : begins(undefined, '428117');
  const expert = byKeys ? answers(NOVICE.publicKey) : answers(undefined, '428117');
  const beginning = novice.begin();
  expert.hearBeginning(beginning);
  return { beginning, answer: expert.answer(PAYLOAD) };
}

/** Whoever has neither the code nor a key opens nothing and ends nothing with anything but an error. */
function nothingOpens(heard: { readonly tag: string } | undefined): void {
  if (heard?.tag === 'opened') throw new BrokenRule(`opened without the code: ${shown(heard)}`);
}

function agreement(name: string, byKeys: boolean, sides: () => readonly [BeginningAgreement, AnsweringAgreement]): Target {
  return {
    name,
    seeds: () => Object.values(conversation(byKeys)).map(utf8Encode),
    check: (input) => {
      const text = utf8Decode(input);
      const [novice, expert] = sides();
      novice.begin();
      for (let time = 0; time < 2; time += 1) nothingOpens(novice.hear(text));
      nothingOpens(expert.hearBeginning(text));
      if (expert.begun && !expert.needsCode) expert.answer(PAYLOAD);
      nothingOpens(expert.hear(text));
    },
  };
}

const LINK: AccountLink = {
  server: '192.0.2.1:1863',
  address: 'anna@home.example',
  friendlyName: 'Anna & Bob',
  accessToken: 'secret',
  key: 'A'.repeat(43),
  contact: 'peter@home.example',
  contactName: 'Peter',
};

const HELP: HelpLink = { to: 'erik@example.org', name: 'Erik & Co', host: 'guest.example.org', code: 'K7QM2CFH' };

export const TRUST_TARGETS: readonly Target[] = [
  {
    name: 'agreement-message',
    seeds: () => [true, false].flatMap((byKeys) => Object.values(conversation(byKeys)).map(utf8Encode)),
    check: decoding(
      (input) => readAgreement(utf8Decode(input)),
      (message) => utf8Encode(writeAgreement(message)),
    ),
  },
  // Other keys and another code than those of the seeds.
  agreement('agreement-by-keys', true, () => [begins(KEY), answers(KEY)]),
  agreement('agreement-by-code', false, () => [begins(undefined, '000000'), answers(undefined, '000001')]),
  {
    name: 'hello-features',
    seeds: () => [utf8Encode([...HELLO].map(([name, value]) => `${name}=${value}`).join(';'))],
    check: (input) => {
      const pairs = utf8Decode(input)
        .split(';')
        .map((pair): [string, string] => {
          const at = pair.indexOf('=');
          return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
        });
      helloOf(new Map(pairs));
    },
  },
  {
    name: 'introduction',
    seeds: () => [writeIntroduction({ key: KEY, device: 'AQIDBAUGBwgJ', ticket: '65538,1,10.0.0.1:5000,*,id,*,*,*' })],
    check: decoding(readIntroduction, writeIntroduction),
  },
  {
    name: 'sealed-frame',
    seeds: () => [new FrameSealer(KEY).seal(PAYLOAD), new FrameSealer(KEY).seal(new Uint8Array())],
    check: (input) => void new FrameOpener(KEY).open(input),
  },
  {
    name: 'noise-message',
    seeds: () => [sealTo(EXPERT.publicKey, NOVICE, BINDING, PAYLOAD, counting(7))],
    check: (input) => void openFrom(NOVICE.publicKey, EXPERT, BINDING, input),
  },
  {
    name: 'account-link',
    seeds: () => [
      utf8Encode(writeAccountLink(LINK)),
      utf8Encode(`Hello,\r\n\r\n> ${writeAccountLink(LINK).slice(0, 90)}\r\n> ${writeAccountLink(LINK).slice(90)}\r\n`),
      utf8Encode('ringback://msnp?server=192.0.2.1:1863&address=a@b&friendlyName=A&accessToken=x'),
    ],
    check: decoding(
      (input) => {
        try {
          return readAccountLink(utf8Decode(input));
        } catch (error) {
          if (error instanceof AccountLinkError) throw new ProtocolError('MALFORMED', 'AccountLink', error.code, error.field ?? '');
          throw error;
        }
      },
      (link) => utf8Encode(writeAccountLink(link)),
    ),
  },
  {
    name: 'help-link',
    seeds: () => [
      utf8Encode(writeHelpLink(HELP)),
      utf8Encode(`Hello,\r\n\r\n> ${writeHelpLink(HELP).slice(0, 60)}\r\n> ${writeHelpLink(HELP).slice(60)}\r\n`),
      utf8Encode(writeHelpLink(HELP, 'https://help.example.org/h')),
    ],
    check: decoding(
      (input) => {
        try {
          return readHelpLink(utf8Decode(input));
        } catch (error) {
          if (error instanceof HelpLinkError) throw new ProtocolError('MALFORMED', 'HelpLink', error.code, error.field ?? '');
          throw error;
        }
      },
      (link) => utf8Encode(writeHelpLink(link)),
    ),
  },
];
