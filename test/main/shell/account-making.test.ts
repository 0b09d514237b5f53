import { describe, expect, it, vi } from 'vitest';
import { MessengerError, type Account } from '../../../src/main/messenger/contract.ts';
import type { Transport } from '../../../src/main/messenger/transport.ts';
import { xmpp } from '../../../src/main/messenger/xmpp/transport.ts';
import { createAccountMaking } from '../../../src/main/shell/account-making.ts';
import { runCommand, type UseCases } from '../../../src/main/shell/commands/command.ts';
import { COMMAND_TABLE } from '../../../src/main/shell/commands/table.ts';
import { createWideningGate } from '../../../src/main/shell/widening.ts';
import { RegistrationError, type RegistrationProblem } from '../../../src/protocol/xmpp/registration.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const TYPED = { transport: 'xmpp', address: 'Nora@Chat.example', friendlyName: 'Nora', password: 'a password' };
const INVITED = 'xmpp:chat.example?register;preauth=T0k';

/** A shell whose server makes accounts as `register` says. */
function desk(register: (address: string, token: string | undefined) => Promise<void> = () => Promise.resolve()) {
  const made = vi.fn(({ address }: Account, token: string | undefined) => register(address, token));
  const saved = vi.fn((_account: Account) => Promise.resolve());
  const asked = vi.fn(async (_question: unknown) => true);
  const transports = [{ ...xmpp, makeAccount: made } as unknown as Transport];
  const clock = new VirtualClock();
  const use = {
    model: { facts: { accounts: [] } },
    hosting: { located: (account: Account) => account },
    accountMaking: createAccountMaking({ transports, clock, save: saved }),
  } as unknown as UseCases;
  const gate = createWideningGate(asked, clock);
  const make = (typed: object) => runCommand(COMMAND_TABLE.makeAccount, use, 'main', [{ invitation: '', ...typed }], gate, () => undefined);
  return { make, made, saved, asked };
}

describe('an account that the server makes', () => {
  it('is asked about, made under the address, then kept', async () => {
    const { make, made, saved, asked } = desk();
    expect(await make(TYPED)).toMatchObject({ ok: true });
    expect(asked).toHaveBeenCalledOnce();
    const account = { ...TYPED, address: 'nora@chat.example', device: expect.any(String) };
    expect(made.mock.calls.map(([first, token]) => [first, token])).toEqual([[account, undefined]]);
    expect(saved.mock.calls).toEqual([[account]]);
  });

  it('is neither made nor kept after a no', async () => {
    const { make, made, saved, asked } = desk();
    asked.mockResolvedValue(false);
    expect(await make(TYPED)).toMatchObject({ ok: false, code: 'NOT_CONFIRMED' });
    expect([made.mock.calls, saved.mock.calls]).toEqual([[], []]);
  });

  it.each([
    ['xmpp:chat.example?register;preauth=T0k'],
    ['xmpp:nora@chat.example?register;preauth=T0k'],
    ['xmpp:erik@chat.example?roster;preauth=T0k;ibr=y'],
    ['https://chat.example/invite/#chat.example?register;preauth=T0k'],
  ])('is made by the token of %s', async (invitation) => {
    const { make, made, saved } = desk();
    expect(await make({ ...TYPED, invitation })).toMatchObject({ ok: true });
    expect(made.mock.calls[0]?.[1]).toBe('T0k');
    expect(saved.mock.calls[0]?.[0]).not.toHaveProperty('invitation');
  });

  it.each([
    ['xmpp:erik@chat.example?roster;preauth=T0k', 'NOT_MADE_NO_INVITATION', 'invitation'],
    ['see you at five', 'NOT_MADE_NO_INVITATION', 'invitation'],
    ['xmpp:other.example?register;preauth=T0k', 'NOT_MADE_OTHER_SERVER', 'address'],
  ])('with %s tells no server anything', async (invitation, code, field) => {
    const { make, made, saved } = desk();
    expect(await make({ ...TYPED, invitation })).toMatchObject({ ok: false, code, field });
    expect([made.mock.calls, saved.mock.calls]).toEqual([[], []]);
  });

  it.each<[RegistrationProblem, string, string, string | undefined]>([
    ['notAllowed', '', 'NOT_MADE_UNINVITED', 'invitation'],
    ['notAllowed', INVITED, 'NOT_MADE_REFUSED', undefined],
    ['wrongToken', INVITED, 'NOT_MADE_INVITATION_USED', 'invitation'],
    ['taken', '', 'NOT_MADE_TAKEN', 'address'],
    ['tooSoon', '', 'NOT_MADE_LATER', undefined],
    ['onPage', '', 'NOT_MADE_ON_PAGE', undefined],
    ['refused', '', 'NOT_MADE_REFUSED', undefined],
  ])('and is refused as %s (invitation “%s”) is not kept, and says %s', async (problem, invitation, code, field) => {
    const { make, saved } = desk(() => Promise.reject(new RegistrationError(problem, 'said the server')));
    const result = await make({ ...TYPED, invitation });
    expect(result).toEqual({ ok: false, code, message: 'said the server', ...(field === undefined ? {} : { field }) });
    expect(saved).not.toHaveBeenCalled();
  });

  it('on a server that is not there says so', async () => {
    const { make, saved } = desk(() => Promise.reject(new MessengerError('UNREACHABLE', 'no server')));
    expect(await make(TYPED)).toMatchObject({ ok: false, code: 'UNREACHABLE' });
    expect(saved).not.toHaveBeenCalled();
  });

  it('is made one at a time', async () => {
    let answer = (): void => undefined;
    const { make, made } = desk(() => new Promise((resolve) => (answer = resolve)));
    const first = make(TYPED);
    await vi.waitFor(() => expect(made).toHaveBeenCalledOnce());
    expect(await make({ ...TYPED, address: 'erik@chat.example' })).toMatchObject({ ok: false, code: 'BUSY' });
    answer();
    expect(await first).toMatchObject({ ok: true });
    expect(made).toHaveBeenCalledOnce();
  });

  it.each([
    [{ ...TYPED, address: '@chat.example' }, 'address'],
    [{ ...TYPED, password: '' }, 'password'],
    [{ ...TYPED, invitation: 'x'.repeat(3_000) }, 'invitation'],
    [{ ...TYPED, admin: 'yes' }, 'admin'],
    [{ transport: 'msnp', server: '192.0.2.1:1863', address: 'a@b.c', friendlyName: 'A', accessToken: 't' }, 'transport'],
  ])('%j is refused at its field', async (typed, field) => {
    const { make, made } = desk();
    expect(await make(typed)).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT', field });
    expect(made).not.toHaveBeenCalled();
  });
});
