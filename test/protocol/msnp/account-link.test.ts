import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccountLinkError,
  hasAccountLink,
  readAccountLink,
  writeAccountLink,
  type AccountLink,
} from '../../../src/protocol/msnp/account-link.ts';

const KEY = 'q1w2E3r4T5y6U7i8O9p0-A_sDfGhJkLzXcVbNmQwErT';
const PETER: AccountLink = {
  server: '192.168.1.20:1863',
  address: 'anna@ringback.local',
  friendlyName: 'Anna Müller (home)',
  accessToken: 'k7Qm-2xPd+9',
  key: KEY,
  contact: 'peter@ringback.local',
  contactName: "Peter & Söhne's",
};
const LINK = writeAccountLink(PETER);

function problemOf(text: string): string {
  try {
    readAccountLink(text);
  } catch (error) {
    if (!(error instanceof AccountLinkError)) throw error;
    return error.field === undefined ? error.code : `${error.code} ${error.field}`;
  }
  return 'accepted';
}

/** As mail programs break a text, with a mark before each line of a quotation. */
const wrapped = (text: string, width: number, mark = ''): string =>
  Array.from({ length: Math.ceil(text.length / width) }, (_, at) => `${mark}${text.slice(at * width, (at + 1) * width)}`).join('\r\n');

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text));
const address = fc.stringMatching(/^[a-z0-9._+-]{1,20}@[a-z0-9.-]{1,20}$/);
const account: fc.Arbitrary<AccountLink> = fc.record(
  {
    server: fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `${host}:${port}`),
      fc.integer({ min: 1, max: 65_535 }).map((port) => `[2001:db8::7]:${port}`),
      fc.integer({ min: 1, max: 65_535 }).map((port) => `home.example:${port}`),
    ),
    address,
    friendlyName: name,
    accessToken: fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
    key: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    contact: address,
    contactName: name,
  },
  { requiredKeys: ['server', 'address', 'friendlyName', 'accessToken'] },
);

describe('an account link', () => {
  it('is read as it was written, whatever stands around it and however it was wrapped', () => {
    fc.assert(
      fc.property(account, fc.integer({ min: 20, max: 90 }), fc.constantFrom('', '> ', '> > '), (given, width, mark) => {
        const link = writeAccountLink(given);
        expect(link).toMatch(/^ringback:msnp\?[A-Za-z0-9%&=._~-]+$/);
        expect(readAccountLink(link)).toEqual(given);
        expect(readAccountLink(`Dear Anna,\r\nhere it is: <${link}>. Bye\r\n`)).toEqual(given);
        expect(readAccountLink(`${mark}paste this:\r\n${wrapped(link, width, mark)}\r\n${mark}-- \r\n${mark}Peter`)).toEqual(given);
      }),
    );
  });

  it('is never read wrongly: any text gives an account that could be written, or a typed error', () => {
    const piece = fc.constantFrom(...LINK.split(/(?<=[?&=%])/), 'ringback:', 'msnp?', '\n', '>', '%zz', '&end=1', 'v=3', LINK);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          if (problemOf(text) === 'accepted')
            expect(readAccountLink(writeAccountLink(readAccountLink(text)))).toEqual(readAccountLink(text));
          if (!hasAccountLink(text)) expect(problemOf(text)).toBe('NO_LINK');
        },
      ),
    );
  });

  it('that version 0.1 handed out is read', () => {
    const { server, address: mine, friendlyName, accessToken } = PETER;
    const handedOut =
      'ringback:msnp?server=192.168.1.20%3A1863&address=anna%40ringback.local&friendlyName=Anna+M%C3%BCller+%28home%29&accessToken=k7Qm-2xPd%2B9';
    const read = { server, address: mine, friendlyName, accessToken };
    expect(readAccountLink(handedOut)).toEqual(read);
    expect(readAccountLink(`> ${handedOut}\n-- \nPeter`)).toEqual(read);
    expect(readAccountLink(wrapped(handedOut, 76))).toEqual(read);
  });

  it('comes as the system hands it on', () => {
    expect(readAccountLink(LINK.replace('ringback:msnp', 'RINGBACK://msnp/'))).toEqual(PETER);
  });

  it('that lost its end, in whichever place, is refused and not taken for a shorter one', () => {
    for (let length = 'ringback:msnp?v=2&'.length; length < LINK.length; length += 1)
      expect(problemOf(`${LINK.slice(0, length)}\n\nBye`), LINK.slice(0, length)).toBe('CUT_OFF');
  });

  it.each([
    ['hello', 'NO_LINK'],
    ['ringback:msnp', 'NO_LINK'],
    ['ringback://app/index.html', 'NO_LINK'],
    ['ringback:xmpp?server=a:1', 'UNKNOWN_KIND'],
    [LINK.replace('v=2', 'v=3'), 'UNKNOWN_KIND'],
    [`ringback:msnp?v=2&server=${'a'.repeat(5_000)}`, 'TOO_LONG'],
    ['ringback:msnp?server=a:1&address=a@b&accessToken=x', 'MISSING_FIELD friendlyName'],
    [LINK.replace('%3A1863', ''), 'BAD_FIELD server'],
    [LINK.replace('%3A1863', '%3A99999'), 'BAD_FIELD server'],
    [LINK.replace('anna%40', 'anna'), 'BAD_FIELD address'],
    [LINK.replace('Anna%20', 'Anna%0A'), 'BAD_FIELD friendlyName'],
    [LINK.replace('Anna%20', 'Anna%E0'), 'BAD_FIELD friendlyName'],
    [LINK.replace(KEY, KEY.slice(1)), 'BAD_FIELD key'],
    [LINK.replace('&key=', `&key=${KEY}&key=`), 'BAD_FIELD key'],
  ])('%s is refused as %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('passes over what only a later version knows', () => {
    expect(readAccountLink(LINK.replace('&end=1', '&code=428117&end=1'))).toEqual(PETER);
  });
});
