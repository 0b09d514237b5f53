/* Somebody without an account through the servers that people have: sign-in, the code, the person's yes, tickets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { type GuestsAndExpert, guestsAndExpert, type Person, wrongOf } from '../support/guests-and-expert.ts';
import { until } from '../support/programs.ts';
import { type XmppServer, needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();
const PASSWORD = 'secret of erik';

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('a guest on %s'), (_name, start) => {
  const open = xmppStreams();
  let server: XmppServer;
  let folder: string | undefined;
  let authority: string;
  let people: GuestsAndExpert;
  let erik: Person;
  const codeNow = (): string => erik.assistance.guestCode?.code ?? '';

  beforeAll(async () => {
    server = await start({ coturn: false });
    await server.register('erik', PASSWORD);
    folder = await mkdtemp(join(tmpdir(), 'ringback-guests-'));
    authority = join(folder, 'ca.pem');
    await writeFile(authority, server.ca);
  });
  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    people = guestsAndExpert(open, server.domain, { server: `${server.host}:${server.ports.clients}`, authority });
    erik = await people.expert(PASSWORD);
  });
  afterEach(() => people.close());

  it('is asked about once its code is proved, and is helped after the yes', async () => {
    erik.assistance.openGuestCode();
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, codeNow())).toBe('asked');
    const [invitation] = erik.assistance.invitations;
    expect(invitation).toMatchObject({ guest: true, from: { friendlyName: 'Nora' } });
    expect(invitation?.from.address).toMatch(new RegExp(`@${server.guestDomain}$`));
    erik.assistance.acceptInvitation(invitation?.id ?? '');
    for (const { assistance } of [nora, erik])
      await until(() => assistance.status?.phase.tag === 'connected', `a session\n${JSON.stringify(assistance.status)}`, 15_000);
    expect(erik.assistance.status?.peer.verification).toEqual({ tag: 'code' });
    await nora.assistance.endSession();
  });

  it('with a wrong code it rings nowhere; with the right one it does, after three', async () => {
    erik.assistance.openGuestCode();
    const nora = await people.guest('Nora');
    for (let guess = 0; guess < 3; guess += 1) expect(await people.ask(nora, wrongOf(codeNow()))).toBe('GUEST_CODE_WRONG');
    expect(erik.assistance.invitations).toEqual([]);
    expect(await people.ask(nora, codeNow())).toBe('asked');
    erik.assistance.declineInvitation(erik.assistance.invitations[0]?.id ?? '');
    await until(() => nora.assistance.status?.phase.tag === 'ended', 'the no');
    expect(nora.assistance.status?.phase).toMatchObject({ reason: 'declined' });
  });

  it('without an open code it is not answered at all, and the account hears nothing', async () => {
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, 'CFHKMQRW')).toBe('GUEST_NOBODY');
    expect(erik.assistance.invitations).toEqual([]);
  }, 40_000);

  it('several at once who do not know the code do not keep out the one who does', async () => {
    erik.assistance.openGuestCode();
    const strangers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => people.guest(name)));
    const outcomes = await Promise.all(strangers.map((one) => people.ask(one, wrongOf(codeNow()))));
    expect(outcomes).toEqual(Array(4).fill('GUEST_CODE_WRONG'));
    expect(erik.assistance.guestCode).toMatchObject({ state: 'open', wrong: 4 });
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, codeNow())).toBe('asked');
  });
});
