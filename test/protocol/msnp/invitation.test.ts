import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { challengeResponse, loginResponse } from '../../../src/protocol/msnp/challenge.ts';
import { negotiate } from '../../../src/protocol/msnp/dialect.ts';
import { formatHostPort } from '../../../src/protocol/host-port.ts';
import { parseEndpoint } from '../../../src/protocol/msnp/endpoint.ts';
import { decodeFriendlyName, encodeFriendlyName } from '../../../src/protocol/msnp/friendly-name.ts';
import { CANCEL_CODES, readInvitation, writeInvitation, type InvitationMessage } from '../../../src/protocol/msnp/invitation.ts';
import { readListLine } from '../../../src/protocol/msnp/lists.ts';

const md5Hex = (text: string): string => createHash('md5').update(text).digest('hex');
// oxlint-disable-next-line no-control-regex -- control characters are what must not be in it
const line = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll(/[\u0000-\u001f\u007f\ud800-\udfff]/gu, '.'));
const base = { cookie: fc.nat().map(String), sessionId: fc.uuid().map((id) => `{${id}}`) };
const anyInvitation: fc.Arbitrary<InvitationMessage> = fc.oneof(
  fc.record({
    ...base,
    command: fc.constant('INVITE' as const),
    applicationGuid: fc.uuid(),
    applicationName: fc.constant('Remote Assistance'),
  }),
  fc.record({
    ...base,
    command: fc.constant('INVITE' as const),
    applicationGuid: fc.uuid(),
    applicationName: fc.constant(''),
    applicationUrl: fc.webUrl(),
    contextData: line,
    features: fc.constantFrom('1', '1;parts', '7;a=b;parts', 'nonsense'),
  }),
  fc.record({
    ...base,
    command: fc.constant('ACCEPT' as const),
    from: fc.constantFrom('INVITER' as const, 'INVITEE' as const),
    ipAddress: fc.ipV4(),
  }),
  fc.record({
    ...base,
    command: fc.constant('ACCEPT' as const),
    from: fc.constantFrom('INVITER' as const, 'INVITEE' as const),
    features: fc.constantFrom('1', '1;parts'),
  }),
  fc.record({ ...base, command: fc.constant('CANCEL' as const), code: fc.constantFrom(...CANCEL_CODES) }),
  fc.record({ ...base, command: fc.constant('CONTEXT' as const), contextData: line }),
);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
};
const payload = (body: string): Uint8Array =>
  utf8Encode(`MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n${body}`);

describe('invitation message', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyInvitation, (message) => {
        expect(readInvitation(writeInvitation(message))).toEqual(message);
      }),
    );
  });

  it('does not depend on the order or case of the fields, the line ends, or fields it does not know', () => {
    fc.assert(
      fc.property(anyInvitation, fc.boolean(), fc.nat(), (message, lf, seed) => {
        const text = utf8Decode(writeInvitation(message));
        const gap = text.indexOf('\r\n\r\n');
        const fields = text
          .slice(gap + 4)
          .trimEnd()
          .split('\r\n');
        const whole = fields.map((field) => (field.endsWith(':') ? `${field} ` : field));
        const turned = [...whole.slice(seed % whole.length), 'X-Unknown: 1', 'no colon', ...whole.slice(0, seed % whole.length)]
          .map((field) => field.replace(/^[^:]+/, (name) => (seed % 2 === 0 ? name.toUpperCase() : name.toLowerCase())))
          .join(lf ? '\n' : '\r\n');
        // `trimEnd` above may have eaten spaces that belong to the last value.
        const plain = (given: InvitationMessage): string =>
          JSON.stringify(
            Object.entries(given)
              .map(([name, value]) => [name, value.trimEnd()])
              .sort(),
          );
        expect(plain(readInvitation(payload(`${turned}\r\n\r\n`)))).toBe(plain(message));
      }),
    );
  });

  it('writes an INVITE as the Messenger does', () => {
    const written = writeInvitation({
      command: 'INVITE',
      cookie: '58273',
      sessionId: '{0F6C7B6E-0000-4ce7-B18C-AFAB305FD03D}',
      applicationGuid: '{56b994a7-380f-410b-9985-c809d78c1bdc}',
      applicationName: 'Remote Assistance',
    });
    expect(utf8Decode(written)).toBe(
      'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n' +
        'Application-Name: Remote Assistance\r\nApplication-GUID: {56b994a7-380f-410b-9985-c809d78c1bdc}\r\nSession-Protocol: SM1\r\n' +
        'Invitation-Command: INVITE\r\nInvitation-Cookie: 58273\r\nSession-ID: {0F6C7B6E-0000-4ce7-B18C-AFAB305FD03D}\r\n\r\n',
    );
  });

  it('tells the two acceptances apart', () => {
    for (const from of ['INVITEE', 'INVITER'] as const) {
      const text = utf8Decode(writeInvitation({ command: 'ACCEPT', cookie: '1', from, ipAddress: '192.0.2.1' }));
      expect(text).toContain('Launch-Application: TRUE\r\n');
      expect(text.includes('Request-Data: IP-Address:\r\n')).toBe(from === 'INVITEE');
    }
  });

  it('takes a command it does not know for CONTEXT when there is context data, and an unknown cancel code for FAIL', () => {
    expect(readInvitation(payload('invitation-command: cOnTeXtDaTa\r\nInvitation-Cookie: 1\r\nContext-Data: x'))).toEqual({
      command: 'CONTEXT',
      cookie: '1',
      contextData: 'x',
    });
    expect(readInvitation(payload('Invitation-Command: CANCEL\r\nInvitation-Cookie: 1\r\nCancel-Code: WHATEVER'))).toEqual({
      command: 'CANCEL',
      cookie: '1',
      code: 'FAIL',
    });
  });

  it('refuses what is not an invitation, or would not stay one', () => {
    expect(codeOf(() => readInvitation(utf8Encode('Content-Type: text/plain\r\n\r\nhello')))).toBe('UNEXPECTED');
    expect(codeOf(() => readInvitation(payload('Invitation-Command: INVITE\r\nApplication-GUID: {x}')))).toBe('MALFORMED');
    expect(codeOf(() => readInvitation(payload('Invitation-Command: INVITE\r\nInvitation-Cookie: 1')))).toBe('MALFORMED');
    expect(codeOf(() => readInvitation(payload('Invitation-Command: DANCE\r\nInvitation-Cookie: 1')))).toBe('UNEXPECTED');
    for (const bad of ['a\r\nb', 'a\nb', 'a\rb'])
      expect(codeOf(() => writeInvitation({ command: 'CONTEXT', cookie: '1', contextData: bad }))).toBe('REFUSED');
    expect(codeOf(() => writeInvitation({ command: 'CONTEXT', cookie: '1', contextData: 'x'.repeat(1664) }))).toBe('TOO_LARGE');
  });

  it('throws nothing but ProtocolError on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.string(), (bytes, body) => {
        codeOf(() => readInvitation(bytes));
        codeOf(() => readInvitation(payload(body)));
      }),
    );
  });
});

describe('small codecs', () => {
  it('answers MD5 log-in and challenges by the vectors', () => {
    expect(loginResponse(md5Hex, '334f32368fadc20', '123456')).toBe('818adf46a555996dadd88a4f967cd7c2');
    expect(challengeResponse(md5Hex, 'abc', 'msmsgs@msnmsgr.com')).toBe(md5Hex('abcQ1P7W2E4J9R8U3S5'));
    expect(challengeResponse(md5Hex, 'abc', 'stranger')).toBeUndefined();
  });

  it('gives every friendly name back, as one word', () => {
    fc.assert(
      fc.property(line, (name) => {
        expect(encodeFriendlyName(name)).toMatch(/^[A-Za-z0-9%\-._~]*$/);
        expect(decodeFriendlyName(encodeFriendlyName(name))).toBe(name);
      }),
    );
  });

  it.each([
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['a%20b%2', 'a b%2'],
    ['%ff', '\ufffd'],
    ['x%0d%0aOUT', 'x  OUT'],
    ['%E8%AF%BA', '诺'],
    ['plain+é', 'plain+é'],
  ])('decodes the malformed name %s leniently', (text, name) => {
    expect(decodeFriendlyName(text)).toBe(name);
  });

  it('agrees on the highest common dialect and keeps CVR0', () => {
    expect(negotiate(['MSNP8', 'MSNP7', 'MSNP6', 'CVR0'], [7, 6, 5])).toEqual({ dialect: 7, answer: ['MSNP7', 'MSNP6', 'CVR0'] });
    expect(negotiate(['MSNP4'], [7, 6, 5, 4])).toEqual({ dialect: 4, answer: ['MSNP4'] });
    expect(negotiate(['MSNP15', 'CVR0'], [7])).toEqual({ answer: ['0'] });
  });

  it('reads the list lines of every dialect', () => {
    expect(readListLine('5 FL 1 2 17 Ann@Home Ann%20A 2'.split(' '))).toEqual({
      lists: ['FL'],
      position: { index: 2, total: 17 },
      entry: { address: 'ann@home', friendlyName: 'Ann A' },
    });
    expect(readListLine('5 RL 1 0 0'.split(' '))).toEqual({ lists: ['RL'], position: { index: 0, total: 0 } });
    expect(readListLine('ann@home Ann 11 0,1'.split(' '))).toEqual({
      lists: ['FL', 'AL', 'RL'],
      entry: { address: 'ann@home', friendlyName: 'Ann' },
    });
    expect(readListLine(['5', 'FL', '1', '3', '2', 'a@b', 'x'])).toBeUndefined();
    expect(readListLine([])).toBeUndefined();
  });

  it('reads and writes endpoints', () => {
    expect(parseEndpoint('[::1]:1863')).toEqual({ host: '::1', port: 1863 });
    expect(parseEndpoint('messenger.example')).toEqual({ host: 'messenger.example', port: 1863 });
    expect(formatHostPort({ host: '::1', port: 5 })).toBe('[::1]:5');
    for (const bad of ['', 'a:0', 'a:65536', 'a b:1', 'a:b', '::1:5']) expect(codeOf(() => parseEndpoint(bad))).toBe('MALFORMED');
  });
});
