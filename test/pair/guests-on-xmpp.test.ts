/* Guests over the XMPP messenger, with a server in memory; the same through real ones is test/interop/guests.test.ts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GuestsAndExpert, guestsAndExpert, type Person, wrongOf } from '../support/guests-and-expert.ts';
import { MemoryXmpp } from '../support/memory-xmpp.ts';
import { until } from '../support/programs.ts';

describe('a guest of an XMPP server', () => {
  let server: MemoryXmpp;
  let people: GuestsAndExpert;
  let erik: Person;

  beforeEach(async () => {
    server = new MemoryXmpp();
    server.register('erik@home', 'secret');
    people = guestsAndExpert(server.openStream, 'home');
    erik = await people.expert('secret');
  });
  afterEach(() => people.close());

  it('is asked about once its code is proved, and is helped after the yes; nothing that it says has the code in it', async () => {
    erik.assistance.openGuestCode();
    const code = erik.assistance.guestCode?.code ?? '';
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, wrongOf(code))).toBe('GUEST_CODE_WRONG');
    expect(erik.assistance.invitations).toEqual([]);
    expect(await people.ask(nora, code)).toBe('asked');
    const [invitation] = erik.assistance.invitations;
    expect(invitation).toMatchObject({ guest: true, from: { friendlyName: 'Nora' } });
    erik.assistance.acceptInvitation(invitation?.id ?? '');
    for (const { assistance } of [nora, erik]) await until(() => assistance.status?.phase.tag === 'connected', 'a session');
    expect(JSON.stringify(server.sent)).not.toContain(code);
  });

  it('is not answered while no code is open', async () => {
    const nora = await people.guest('Nora');
    const before = server.sent.length;
    expect(await people.ask(nora, 'CFHKMQRW')).toBe('GUEST_NOBODY');
    expect(server.sent.slice(before).filter(({ from }) => from.startsWith('erik@'))).toEqual([]);
  });
});
