import { randomBytes } from 'node:crypto';
import { parseJid } from '../../../protocol/xmpp/jid.ts';
import { SignIn, type SignInParts } from '../../../protocol/xmpp/sign-in.ts';
import { NS } from '../../../protocol/xmpp/namespaces.ts';
import { MessengerError } from '../contract.ts';
import { ConnectedStream } from './connected-stream.ts';
import { DerivedKeys } from './derived-keys.ts';
import { type ResolveSrv, serversOf, systemSrv } from './discovery.ts';
import { establish } from './establish.ts';
import type { OpenXmppStream, StreamFeatures, StreamOptions, XmppIdentity, XmppServer } from './stream-contract.ts';
import { problemOf } from './stream-problems.ts';

export interface XmppStreamsParts {
  readonly resolveSrv?: ResolveSrv;
  /** 0 ≤ x < 1 */
  readonly random?: () => number;
}

/** Opens streams; those that are opened by one function share the keys that passwords make. */
export function xmppStreams({ resolveSrv = systemSrv, random = Math.random }: XmppStreamsParts = {}): OpenXmppStream {
  const keys = new DerivedKeys();
  return async ({ identity, resource, server, ca, clock, signal }: StreamOptions) => {
    const parts = { ...credentialsOf(identity), resource };
    const found = (): Promise<readonly XmppServer[]> =>
      server === undefined ? serversOf(parts.domain, resolveSrv, random) : Promise.resolve([server]);
    const machine = (): SignIn => new SignIn({ ...parts, nonce: randomBytes(24) });
    const established = await establish({ machine, domain: parts.domain, servers: await found(), ca, keys, clock, signal });
    const { outcome: bound, certificate, server: reached } = established;
    if (bound.tag !== 'bound') throw new MessengerError('PROTOCOL', 'nothing was bound');
    const has = (name: string, xmlns: string): boolean =>
      bound.features.some((feature) => feature.name === name && feature.xmlns === xmlns);
    const features: StreamFeatures = {
      endpoint: { host: reached.host, port: reached.port },
      certificate,
      mechanism: bound.mechanism,
      resumable: bound.management?.resumption !== undefined,
      registration: has('register', NS.registerFeature),
      offered: bound.features,
    };
    return new ConnectedStream({
      clock,
      established,
      bound,
      features,
      again: async ({ id }, handled, given) => {
        const servers = await found().catch(() => [reached]);
        const resuming = (): SignIn => new SignIn({ ...parts, nonce: randomBytes(24), resume: { id, handled } });
        return establish({ machine: resuming, domain: parts.domain, servers, ca, keys, clock, signal: given });
      },
    });
  };
}

function credentialsOf(identity: XmppIdentity): Pick<SignInParts, 'domain' | 'credentials'> {
  try {
    if (identity.tag === 'guest') return { domain: parseJid(identity.domain).domain, credentials: { tag: 'guest' } };
    const { local, domain } = parseJid(identity.address);
    if (local === undefined) throw new MessengerError('WRONG_CREDENTIALS', 'no name before the @');
    return { domain, credentials: { tag: 'account', user: local, password: identity.password } };
  } catch (error) {
    throw problemOf(error);
  }
}
