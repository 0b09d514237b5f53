import { parseJid } from '../../../protocol/xmpp/jid.ts';
import { Registration } from '../../../protocol/xmpp/registration.ts';
import { MessengerError } from '../contract.ts';
import { DerivedKeys } from './derived-keys.ts';
import { type ResolveSrv, serversOf, systemSrv } from './discovery.ts';
import { establish } from './establish.ts';
import type { StreamOptions } from './stream-contract.ts';

export interface RegisterOptions extends Pick<StreamOptions, 'server' | 'ca' | 'clock' | 'signal'> {
  /** The address to be had. */
  readonly address: string;
  readonly password: string;
  /** Of the server's invitation (`readInvitationLink`). */
  readonly token?: string;
  readonly resolveSrv?: ResolveSrv;
  /** 0 ≤ x < 1 */
  readonly random?: () => number;
}

/** Makes an account on a server that lets people do so. Rejects with RegistrationError, and MessengerError as opening a stream does. */
export async function registerAccount(options: RegisterOptions): Promise<void> {
  const { address, password, token, server, ca, clock, signal, resolveSrv = systemSrv, random = Math.random } = options;
  const { local: user, domain } = parseJid(address);
  if (user === undefined) throw new MessengerError('WRONG_CREDENTIALS', 'no name before the @');
  const servers = server === undefined ? await serversOf(domain, resolveSrv, random) : [server];
  const machine = (): Registration => new Registration({ domain, user, password, token });
  const { socket } = await establish({ machine, domain, servers, ca, keys: new DerivedKeys(), clock, signal });
  socket.end();
  await socket.closed;
}
