import { describe, expect, it } from 'vitest';
import { StanzaFramer } from '../../../src/protocol/xmpp/framer.ts';
import { contactLink, readInvitationLink, readXmppLink } from '../../../src/protocol/xmpp/invitation-link.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { Registration, RegistrationError, type RegistrationOutput } from '../../../src/protocol/xmpp/registration.ts';

const HEADER = `<stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}' version='1.0'>`;
const OPEN = `<register xmlns='${NS.registerFeature}'/>`;
const INVITED = `<register xmlns='${NS.invitedRegistration}'/>`;
const FORM = '<instructions>Choose</instructions><username/><password/>';

/** A server that says all of it, one after the other. */
function talk(token: string | undefined, offered: string, ...answers: readonly string[]): readonly RegistrationOutput[] {
  const machine = new Registration({ domain: 'example', user: 'nora', password: 'p<w', token });
  const outputs = [...machine.start()];
  let framer = new StanzaFramer();
  const says = (text: string): void => {
    for (const framed of framer.push(text)) outputs.push(...machine.receive(framed));
  };
  says(`${HEADER}<stream:features><starttls xmlns='${NS.tls}'/></stream:features><proceed xmlns='${NS.tls}'/>`);
  outputs.push(...machine.secured());
  framer = new StanzaFramer();
  says(`${HEADER}<stream:features>${offered}</stream:features>`);
  for (const answer of answers) says(answer);
  return outputs;
}

function problemOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RegistrationError) return `${error.problem} ${error.page ?? ''}`.trim();
    throw error;
  }
  return 'none';
}

const form = (inside: string): string => `<iq type='result' id='form'><query xmlns='${NS.register}'>${inside}</query></iq>`;
const refused = (id: string, condition: string): string =>
  `<iq type='error' id='${id}'><error type='cancel'><${condition} xmlns='${NS.stanzaErrors}'/></error></iq>`;

describe('a new account', () => {
  it('is asked for by name and password', () => {
    const outputs = talk(undefined, OPEN, form(FORM), '<message/>', `<iq type='result' id='account'/>`);
    expect(outputs.map(({ tag }) => tag)).toEqual(['open', 'send', 'secure', 'open', 'send', 'send', 'registered']);
    expect(outputs.at(-2)).toEqual({
      tag: 'send',
      text: `<iq type="set" id="account" to="example"><query xmlns="${NS.register}"><username>nora</username><password>p&#60;w</password></query></iq>`,
    });
  });

  it('by invitation shows its token first', () => {
    const outputs = talk('T0k', INVITED, `<iq type='result' id='token'/>`, form(FORM), `<iq type='result' id='account'/>`);
    expect(outputs.filter(({ tag }) => tag === 'send')).toHaveLength(4);
    expect(outputs[4]).toMatchObject({ text: expect.stringContaining(`<preauth xmlns="${NS.preAuthentication}" token="T0k"/>`) });
    expect(outputs.at(-1)).toEqual({ tag: 'registered' });
  });

  const WITH_FORM = `<x xmlns='jabber:x:data'><field var='captcha'><required/></field><field var='nick'/></x>`;

  it.each([
    ['not offered', undefined, '', [], 'notAllowed'],
    ['by invitation only', undefined, INVITED, [], 'notAllowed'],
    ['not to be had', undefined, OPEN, [refused('form', 'not-allowed')], 'notAllowed'],
    ['invited with a token that is not good', 'T', INVITED, [refused('token', 'item-not-found')], 'wrongToken'],
    ['on a page', undefined, OPEN, [form(`<x xmlns='jabber:x:oob'><url>https://example/join</url></x>`)], 'onPage https://example/join'],
    ['on a page that is none', undefined, OPEN, [form(`<x xmlns='jabber:x:oob'><url>javascript:alert(1)</url></x>`)], 'onPage'],
    ['for an e-mail address', undefined, OPEN, [form(`${FORM}<email/>`)], 'onPage'],
    ['for a riddle', undefined, OPEN, [form(FORM + WITH_FORM)], 'onPage'],
    ['somebody else’s', undefined, OPEN, [form(FORM), refused('account', 'conflict')], 'taken'],
    ['one of many', undefined, OPEN, [form(FORM), refused('account', 'resource-constraint')], 'tooSoon'],
    ['without a reason', undefined, OPEN, [form(FORM), `<iq type='error' id='account'/>`], 'refused'],
  ])('%s is none', (_, token, offered, answers, problem) => {
    expect(problemOf(() => talk(token, offered, ...answers))).toBe(problem);
  });
});

describe('a link', () => {
  it.each([
    ['xmpp:example.org?register;preauth=T0k', { tag: 'account', domain: 'example.org', user: undefined, token: 'T0k' }],
    ['xmpp:Nora@example.org?register;preauth=T0k', { tag: 'account', domain: 'example.org', user: 'nora', token: 'T0k' }],
    ['xmpp:erik@example?roster;preauth=a%2Bb;ibr=y', { tag: 'contact', address: 'erik@example', token: 'a+b', withAccount: true }],
    ['XMPP:erik@example?roster', { tag: 'contact', address: 'erik@example', token: undefined, withAccount: false }],
    ['https://xmpp.link/#erik@example?roster;preauth=T', { tag: 'contact', address: 'erik@example', token: 'T', withAccount: false }],
    ['https://example/invite#xmpp', undefined],
    ['xmpp:example?register', undefined],
    ['xmpp:example?roster;preauth=T', undefined],
    ['xmpp:erik@example?message;body=x', undefined],
    ['xmpp:erik@example?roster;preauth=a%20b', undefined],
    ['xmpp:erik@example?roster;preauth=%', undefined],
    ['xmpp:erik@example?roster;preauth=T;preauth=U', undefined],
    ['xmpp:erik@example/x?roster', undefined],
    ['xmpp:erik@example?roster?x', undefined],
    ['http://xmpp.link/#erik@example?roster', undefined],
    ['erik@example', undefined],
    [`xmpp:erik@example?roster;preauth=${'x'.repeat(3000)}`, undefined],
  ])('%s', (text, invitation) => {
    expect(readInvitationLink(text)).toEqual(invitation);
  });

  it('of ours is read again', () => {
    expect(readInvitationLink(contactLink('märta+b@exämple', 'a/b='))).toEqual({
      tag: 'contact',
      address: 'märta+b@exämple',
      token: 'a/b=',
      withAccount: false,
    });
    expect(readXmppLink('xmpp:a@b')).toEqual({ address: 'a@b', action: '', fields: new Map() });
  });
});
