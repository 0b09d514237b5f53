import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasHelpLink, HelpLinkError, readHelpLink, writeHelpLink, type HelpLink } from '../../../src/protocol/xmpp/help-link.ts';

const ERIK: HelpLink = { to: 'erik@example.org', name: 'Erik Müller & co', host: 'guest.example.org', code: 'K7QM2CFH' };
const LINK = writeHelpLink(ERIK);

function problemOf(text: string): string {
  try {
    readHelpLink(text);
  } catch (error) {
    if (!(error instanceof HelpLinkError)) throw error;
    return error.field === undefined ? error.code : `${error.code} ${error.field}`;
  }
  return 'accepted';
}

const wrapped = (text: string, width: number, mark = ''): string =>
  Array.from({ length: Math.ceil(text.length / width) }, (_, at) => `${mark}${text.slice(at * width, (at + 1) * width)}`).join('\r\n');

describe('a link to ask for help without an account', () => {
  it('is one line, and is read as it was written', () => {
    expect(LINK).toBe(
      'ringback:help?v=1&to=erik%40example.org&name=Erik%20M%C3%BCller%20%26%20co&host=guest.example.org&code=K7QM2CFH&end=1',
    );
    expect(readHelpLink(LINK)).toEqual(ERIK);
    expect(readHelpLink(writeHelpLink({ to: ERIK.to, code: ERIK.code }))).toEqual({ to: ERIK.to, code: ERIK.code });
  });

  it('has the form of a page that never sees what is in it', () => {
    const link = writeHelpLink(ERIK, 'https://help.example.org/h');
    expect(new URL(link).pathname).toBe('/h');
    expect(`${new URL(link).pathname}${new URL(link).search}`).not.toContain('K7QM');
    expect(readHelpLink(`Please open ${link} now`)).toEqual(ERIK);
  });

  it('is found in a mail, wrapped and quoted, and refused where its end is missing', () => {
    for (const width of [20, 40, 76]) {
      expect(readHelpLink(`Hello\r\n${wrapped(LINK, width)}\r\n\r\nErik`)).toEqual(ERIK);
      expect(readHelpLink(wrapped(LINK, width, '> '))).toEqual(ERIK);
    }
    expect(problemOf(LINK.slice(0, -2))).toBe('CUT_OFF');
  });

  it.each([
    ['nothing', 'NO_LINK'],
    ['ringback:msnp?v=2&end=1', 'NO_LINK'],
    ['ringback:help?v=2&to=a%40b&code=K7QM2CFH&end=1', 'UNKNOWN_KIND'],
    ['ringback:help?v=1&to=a%40b&end=1', 'MISSING_FIELD code'],
    ['ringback:help?v=1&code=K7QM2CFH&end=1', 'MISSING_FIELD to'],
    ['ringback:help?v=1&to=a%40b&to=c%40d&code=K7QM2CFH&end=1', 'BAD_FIELD to'],
    ['ringback:help?v=1&to=a%40b%2Fphone&code=K7QM2CFH&end=1', 'BAD_FIELD to'],
    ['ringback:help?v=1&to=example.org&code=K7QM2CFH&end=1', 'BAD_FIELD to'],
    ['ringback:help?v=1&to=a%40b&code=K7QM2CF&end=1', 'BAD_FIELD code'],
    ['ringback:help?v=1&to=a%40b&host=x%40y&code=K7QM2CFH&end=1', 'BAD_FIELD host'],
    ['ringback:help?v=1&to=a%40b&name=%0A&code=K7QM2CFH%00&end=1', 'BAD_FIELD code'],
    ['ringback:help?v=1&to=%E0%A4%A&code=K7QM2CFH&end=1', 'BAD_FIELD to'],
  ])('refuses %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('takes no other scheme for a page', () => {
    for (const page of ['http://example.org/h#', 'javascript:alert(1)#', 'https://exa mple.org/h#'])
      expect(hasHelpLink(LINK.replace('ringback:help?', page))).toBe(false);
  });

  it('survives every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(LINK.length), (noise, at) => {
        expect(typeof problemOf(`${LINK.slice(0, at)}${noise}${LINK.slice(at)}`)).toBe('string');
      }),
    );
  });
});
