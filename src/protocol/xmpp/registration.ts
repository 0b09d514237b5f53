import { ProtocolError } from '../bytes/errors.ts';
import type { Framed } from './framer.ts';
import { NS } from './namespaces.ts';
import type { StreamStep } from './sign-in.ts';
import { childOf, childrenOf, element, type Stanza, textOf, writeStanza } from './stanza.ts';
import { XmppStanzaError } from './stanza-error.ts';
import { spoken, StreamOpening, streamHeader } from './stream-opening.ts';

/**
 * Why there is no new account.
 *
 * `notAllowed` the server makes none, or none without an invitation
 * `wrongToken` the invitation is not, or no longer, good
 * `taken` somebody has the name
 * `tooSoon` this network has made too many
 * `onPage` the server wants more than a name and a password, on a page or in a form
 * `refused` anything else
 */
export type RegistrationProblem = 'notAllowed' | 'wrongToken' | 'taken' | 'tooSoon' | 'onPage' | 'refused';

export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  readonly problem: RegistrationProblem;
  /** The server's own page for it, which anybody may have named; undefined where it has named none. */
  readonly page: string | undefined;
  constructor(problem: RegistrationProblem, message: string, page?: string) {
    super(message);
    this.problem = problem;
    this.page = page;
  }
}

export interface RegistrationParts {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Of an invitation of the server (XEP-0401, XEP-0445). */
  readonly token?: string | undefined;
}

export type RegistrationOutput = StreamStep | { readonly tag: 'registered' };

type State = { readonly tag: 'opening'; readonly opening: StreamOpening } | { readonly tag: 'token' | 'form' | 'account' | 'done' };

const DATA_FORMS = 'jabber:x:data';
const OUT_OF_BAND = 'jabber:x:oob';
/** What may be asked for without being wanted. */
const NOT_WANTED = new Set(['instructions', 'key', 'x', 'username', 'password']);

const PROBLEMS: ReadonlyMap<string, RegistrationProblem> = new Map(
  Object.entries({
    conflict: 'taken',
    'resource-constraint': 'tooSoon',
    'policy-violation': 'tooSoon',
    'not-allowed': 'notAllowed',
    forbidden: 'notAllowed',
    'not-authorized': 'notAllowed',
    'service-unavailable': 'notAllowed',
    'feature-not-implemented': 'notAllowed',
  } as const),
);

/**
 * Makes an account (XEP-0077), before anybody signs in, inside TLS: with an invitation first its token, then what the server asks for, then
 * name and password. Used as `SignIn` is. Throws RegistrationError, SignInError, XmppStreamError, ProtocolError; it is over then.
 */
export class Registration {
  private readonly parts: RegistrationParts;
  private state: State = { tag: 'opening', opening: new StreamOpening(false) };

  constructor(parts: RegistrationParts) {
    this.parts = parts;
  }

  start(): readonly RegistrationOutput[] {
    return [this.open(false)];
  }

  secured(): readonly RegistrationOutput[] {
    return [this.open(true)];
  }

  derived(): readonly RegistrationOutput[] {
    throw new ProtocolError('ILLEGAL_TRANSITION', 'Registration', 'no key', 'a key');
  }

  receive(framed: Framed): readonly RegistrationOutput[] {
    if (this.state.tag === 'opening') {
      const step = this.state.opening.receive(framed);
      if (step.tag === 'features') return this.begin(step.features);
      return step.tag === 'wait' ? [] : [step];
    }
    const stanza = spoken(framed);
    if (stanza.name !== 'iq' || stanza.attributes['id'] !== this.state.tag) return [];
    return this.answered(this.state.tag, stanza);
  }

  private open(isSecure: boolean): RegistrationOutput {
    this.state = { tag: 'opening', opening: new StreamOpening(isSecure) };
    return { tag: 'open', text: streamHeader(this.parts.domain) };
  }

  private begin(features: Stanza): readonly RegistrationOutput[] {
    const { token } = this.parts;
    const offers = childOf(features, 'register', NS.registerFeature) !== undefined;
    const offersInvited = childOf(features, 'register', NS.invitedRegistration) !== undefined;
    if (token === undefined ? !offers : !offers && !offersInvited) throw new RegistrationError('notAllowed', 'not offered');
    if (token === undefined) return this.ask('form', 'get', element('query', NS.register));
    return this.ask('token', 'set', element('preauth', NS.preAuthentication, { token }));
  }

  private ask(tag: 'token' | 'form' | 'account', type: 'get' | 'set', payload: Stanza): readonly RegistrationOutput[] {
    this.state = { tag };
    const iq = element('iq', NS.client, { type, id: tag, to: this.parts.domain }, payload);
    return [{ tag: 'send', text: writeStanza(iq) }];
  }

  private answered(asked: 'token' | 'form' | 'account' | 'done', stanza: Stanza): readonly RegistrationOutput[] {
    if (stanza.attributes['type'] !== 'result') {
      const { condition } = new XmppStanzaError(stanza);
      // Prosody says so where it wants an invitation.
      const isUninvited = condition === 'not-acceptable' && this.parts.token === undefined;
      const problem = isUninvited ? 'notAllowed' : (PROBLEMS.get(condition) ?? 'refused');
      throw new RegistrationError(asked === 'token' ? 'wrongToken' : problem, condition);
    }
    switch (asked) {
      case 'token':
        return this.ask('form', 'get', element('query', NS.register));
      case 'form':
        return this.fillIn(childOf(stanza, 'query', NS.register));
      default:
        this.state = { tag: 'done' };
        return [{ tag: 'registered' }];
    }
  }

  private fillIn(query: Stanza | undefined): readonly RegistrationOutput[] {
    const asked = query === undefined ? [] : childrenOf(query, undefined, NS.register).map(({ name }) => name);
    const form = query && childOf(query, 'x', DATA_FORMS);
    const wanted =
      form === undefined ? [] : childrenOf(form, 'field', DATA_FORMS).filter((field) => childOf(field, 'required') !== undefined);
    const isMore = [...asked, ...wanted.map(({ attributes }) => attributes['var'] ?? '')].some((name) => !NOT_WANTED.has(name));
    if (!asked.includes('username') || !asked.includes('password') || isMore) {
      const page = textOf(query && childOf(query, 'x', OUT_OF_BAND) && childOf(childOf(query, 'x', OUT_OF_BAND) as Stanza, 'url')).trim();
      throw new RegistrationError('onPage', asked.join(' '), /^https:\/\//i.test(page) ? page : undefined);
    }
    const { user, password } = this.parts;
    const account = [element('username', NS.register, {}, user), element('password', NS.register, {}, password)];
    return this.ask('account', 'set', element('query', NS.register, {}, ...account));
  }
}
