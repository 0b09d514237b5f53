/* Accounts made from here, on the servers that people have. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { registerAccount } from '../../src/main/messenger/xmpp/register-account.ts';
import { readInvitationLink } from '../../src/protocol/xmpp/invitation-link.ts';
import { needsServers, startEjabberd, startProsody, type XmppServer } from '../support/xmpp-servers.ts';

const programs = needsServers();
const PASSWORD = 'a password';

async function signsIn(server: XmppServer, address: string): Promise<string> {
  const stream = await xmppStreams()({ identity: { tag: 'account', address, password: PASSWORD }, ...dialled(server) });
  await stream.close();
  return stream.jid;
}

const dialled = (server: XmppServer) =>
  ({ server: { host: server.host, port: server.ports.clients, tls: 'starttls' }, ca: server.ca, clock: systemClock }) as const;

describe.skipIf(programs.skip)(programs.title('An account'), () => {
  it('is made where anybody may have one, under a name that is free', async () => {
    const server = await startEjabberd();
    try {
      const address = `nora@${server.domain}`;
      await registerAccount({ address, password: PASSWORD, ...dialled(server) });
      expect(await signsIn(server, address)).toContain(`${address}/`);
      await expect(registerAccount({ address, password: 'another', ...dialled(server) })).rejects.toMatchObject({
        problem: expect.stringMatching(/^(taken|tooSoon)$/),
      });
    } finally {
      await server.close();
    }
  });

  it('is made by invitation, once', async () => {
    const server = await startProsody({ coturn: false, settings: { BY_INVITATION: 'true' } });
    try {
      const address = `nora@${server.domain}`;
      await expect(registerAccount({ address, password: PASSWORD, ...dialled(server) })).rejects.toMatchObject({ problem: 'notAllowed' });
      const said = await server.control('mod_invites', 'generate', server.domain);
      const link = readInvitationLink(/xmpp:\S+/.exec(said)?.[0] ?? '');
      expect(link, said).toMatchObject({ tag: 'account', domain: server.domain });
      const token = link?.token ?? '';
      await registerAccount({ address, password: PASSWORD, token, ...dialled(server) });
      expect(await signsIn(server, address)).toContain(`${address}/`);
      const other = { address: `erik@${server.domain}`, password: PASSWORD, ...dialled(server) };
      await expect(registerAccount({ ...other, token })).rejects.toMatchObject({ problem: 'wrongToken' });
    } finally {
      await server.close();
    }
  });
});
