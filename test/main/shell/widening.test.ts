import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { HostingChoice } from '../../../src/facts/hosting.ts';
import type { ProgramChoice } from '../../../src/facts/programs.ts';
import type { Account } from '../../../src/main/messenger/contract.ts';
import { DEFAULT_SETTINGS } from '../../../src/main/settings/settings-store.ts';
import { type AnyCommand, runCommand, type UseCases } from '../../../src/main/shell/commands/command.ts';
import { COMMAND_TABLE } from '../../../src/main/shell/commands/table.ts';
import { createWideningGate, type Widening, wideningQuestion } from '../../../src/main/shell/widening.ts';
import type { CommandName } from '../../../src/preload/commands.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { VALID } from './command-arguments.ts';
import { identityOf } from '../../support/trust.ts';

const COMMAND_NAMES = Object.keys(COMMAND_TABLE) as CommandName[];

/** What changes what others may do, or what is run: whatever command calls it has to say what it widens. */
const WIDENING_CALLS = [
  'settings.set',
  'programs.set',
  'hosting.apply',
  'signIn.save',
  'accountOffers.use',
  'accountMaking.make',
  'history.clear',
];

const ACCOUNT = { transport: 'msnp', address: 'anna@home.example', friendlyName: 'Anna', server: '192.0.2.9:1863' } as const;

/** Use cases that do whatever they are asked and note what it was. */
function noting(): { readonly use: UseCases; readonly calls: string[] } {
  const calls: string[] = [];
  const known: Readonly<Record<string, unknown>> = {
    'settings.value': DEFAULT_SETTINGS,
    'programs.value': { programs: {} },
    'model.facts': { accounts: [{ ...ACCOUNT, values: ACCOUNT }], contacts: [], version: '1' },
    'history.entries': [1],
    'trust.identity': identityOf('me'),
    'trust.met': [],
    'accountOffers.shown': { ...ACCOUNT, server: '198.51.100.1:1863', accessToken: 'secret' },
    'messengers.transports': ['msnp'],
    'messengers.stateOf()': { tag: 'signedIn' },
    'launcher.knows()': true,
    'hosting.located()': { ...ACCOUNT, server: '198.51.100.1:1863' },
  };
  const at = (path: string): unknown =>
    known[path] ??
    new Proxy(() => undefined, {
      get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : at(path === '' ? name : `${path}.${name}`)),
      apply: () => {
        calls.push(path);
        return at(`${path}()`);
      },
    });
  return { use: at('') as UseCases, calls };
}

async function carriedOut(name: CommandName, says: boolean, argument: readonly unknown[] = VALID[name]) {
  const { use, calls } = noting();
  const ask = vi.fn(async () => says);
  const command: AnyCommand<UseCases> = COMMAND_TABLE[name];
  const [window = 'main'] = command.windows;
  const answer = await runCommand(command, use, window, argument, createWideningGate(ask, new VirtualClock()), () => undefined);
  return { answer, calls, asked: ask.mock.calls.length };
}

describe('the table of commands', () => {
  it.each(COMMAND_NAMES)('%s reaches what widens only after a question', async (name) => {
    const { asked, calls } = await carriedOut(name, false);
    const widening = calls.filter((call) => WIDENING_CALLS.includes(call));
    // A row that says it widens nothing, and one whose argument here does not, must not get there; changing what the picture looks like is no matter.
    if (COMMAND_TABLE[name].widens === 'nothing' || asked > 0) expect(widening).toEqual([]);
  });

  it('has eleven that ask', () => {
    expect(COMMAND_NAMES.filter((name) => COMMAND_TABLE[name].widens !== 'nothing').sort()).toEqual(
      [
        'clearHistory',
        'forgetMet',
        'renewKey',
        'makeAccount',
        'saveAccount',
        'saveKey',
        'saveSettings',
        'setGuestPlaces',
        'setForwarding',
        'setRelayServer',
        'setHosting',
        'setProgram',
        'takeKey',
        'takeOfferedAccount',
      ].sort(),
    );
  });

  it.each<[CommandName, readonly unknown[], string]>([
    ['saveSettings', [{ allowOffers: true }], 'settings.set'],
    ['saveSettings', [{ allowPlainExperts: true, playSound: false }], 'settings.set'],
    ['setHosting', VALID.setHosting, 'hosting.apply'],
    ['setForwarding', VALID.setForwarding, 'settings.set'],
    ['setRelayServer', VALID.setRelayServer, 'settings.set'],
    ['setProgram', VALID.setProgram, 'programs.set'],
    ['saveAccount', VALID.saveAccount, 'signIn.save'],
    ['makeAccount', VALID.makeAccount, 'accountMaking.make'],
    ['takeOfferedAccount', [], 'accountOffers.use'],
    ['clearHistory', [], 'history.clear'],
    ['forgetMet', VALID.forgetMet, 'trust.forget'],
    ['renewKey', [], 'trust.renew'],
    ['saveKey', [], 'keyFiles.save'],
    ['takeKey', VALID.takeKey, 'keyFiles.take'],
    ['saveSettings', [{ allowUnverified: true }], 'settings.set'],
  ])('%s %j is carried out after a yes, and only then', async (name, argument, call) => {
    const no = await carriedOut(name, false, argument);
    expect(no.answer).toMatchObject({ ok: false, code: 'NOT_CONFIRMED' });
    expect(no.calls).not.toContain(call);
    const yes = await carriedOut(name, true, argument);
    expect(yes.asked).toBe(1);
    expect(yes.calls).toContain(call);
  });

  it('a page that is not allowed to is refused before anybody is asked', async () => {
    const { use } = noting();
    const ask = vi.fn(async () => true);
    const gate = createWideningGate(ask, new VirtualClock());
    expect(await runCommand(COMMAND_TABLE.saveSettings, use, 'session', [{ allowOffers: true }], gate, () => undefined)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(ask).not.toHaveBeenCalled();
  });
});

describe('what is asked about', () => {
  const settings = (value: Partial<typeof DEFAULT_SETTINGS>) => ({ settings: { value: { ...DEFAULT_SETTINGS, ...value } } }) as UseCases;
  const hosting = (enabled: boolean, reach: HostingChoice['reach'], port = 1_863): HostingChoice => ({ enabled, reach, port });

  it('settings: what is switched on, and nothing that is on already or switched off', async () => {
    const asks = async (before: object, change: object) =>
      COMMAND_TABLE.saveSettings.widens !== 'nothing' && COMMAND_TABLE.saveSettings.widens(settings(before), change, 'main');
    expect(await asks({}, { allowOffers: true, allowPlainExperts: true, startHidden: true })).toEqual([
      { tag: 'setting', setting: 'allowOffers' },
      { tag: 'setting', setting: 'allowPlainExperts' },
    ]);
    expect(await asks({ openRouter: false }, { openRouter: true })).toEqual([{ tag: 'setting', setting: 'openRouter' }]);
    expect(await asks({ allowOffers: true }, { allowOffers: true })).toEqual([]);
    expect(await asks({ allowOffers: true }, { allowOffers: false, engine: 'classic' })).toEqual([]);
  });

  it.each([
    [hosting(false, 'loopback'), hosting(true, 'lan'), true],
    [hosting(true, 'loopback'), hosting(true, 'lan'), true],
    [hosting(false, 'lan'), hosting(true, 'lan'), true],
    [hosting(true, 'lan'), hosting(true, 'lan', 2_000), false],
    [hosting(true, 'lan'), hosting(true, 'loopback'), false],
    [hosting(true, 'lan'), hosting(false, 'lan'), false],
    [hosting(false, 'lan'), hosting(true, 'loopback'), false],
  ])('the messenger of this computer, from %j to %j: %s', async (before, after, asks) => {
    const { widens } = COMMAND_TABLE.setHosting;
    expect(widens !== 'nothing' && (await widens(settings({ hosting: before }), after, 'main'))).toEqual(asks ? [{ tag: 'hosting' }] : []);
  });

  const own = (line: string): ProgramChoice => ({ use: 'own', line });
  it.each<[ProgramChoice | undefined, ProgramChoice, readonly string[] | undefined]>([
    [undefined, own('phone --to={address}:{port} "a b"'), ['phone', '--to=192.0.2.7:5060', 'a b']],
    [own('phone {address}'), own('phone {port}'), ['phone', '5060']],
    [{ use: 'none' }, { use: 'default' }, ['sip:192.0.2.7:5060']],
    [own('phone {address}'), own('phone {address}'), undefined],
    [own('phone {address}'), { use: 'default' }, undefined],
    [own('phone {address}'), { use: 'none' }, undefined],
    [undefined, { use: 'default' }, undefined],
  ])('the program for voice, from %j to %j: %j', async (before, choice, words) => {
    const { use } = noting();
    const with_ = { ...use, launcher: use.launcher, programs: { value: { programs: { voice: before } } } } as unknown as UseCases;
    const { widens } = COMMAND_TABLE.setProgram;
    expect(widens !== 'nothing' && (await widens(with_, { kind: 'voice', choice }, 'main'))).toEqual(
      words === undefined ? [] : [{ tag: 'program', activity: 'voice', words }],
    );
  });

  it.each<[string | undefined, string, string, boolean]>([
    [undefined, '192.0.2.9:1863', '192.0.2.9:1863', true],
    ['192.0.2.9:1863', '198.51.100.1:1863', '198.51.100.1:1863', true],
    ['192.0.2.9:1863', '192.0.2.9:1864', '192.0.2.9:1864', true],
    ['192.0.2.9:1863', '192.0.2.9:1863', '192.0.2.9:1863', false],
    [undefined, '127.0.0.1:1863', '127.0.0.1:1863', false],
    [undefined, '[::1]:1863', '[::1]:1863', false],
    [undefined, '127.0.0.1.evil.example:1863', '127.0.0.1.evil.example:1863', true],
    // The account lives on this computer's own messenger, whichever of its addresses was typed.
    [undefined, '192.0.2.1:1863', '127.0.0.1:1863', false],
  ])('the messenger, from %s to %s, which is reached at %s: %s', async (before, server, reached, asks) => {
    const account = { ...ACCOUNT, server, accessToken: 'secret' };
    const accounts = before === undefined ? [] : [{ ...ACCOUNT, server: before, values: { ...ACCOUNT, server: before } }];
    const use = {
      model: { facts: { accounts } },
      hosting: { located: (of: Account) => ({ ...of, server: reached }) },
    } as unknown as UseCases;
    const { widens } = COMMAND_TABLE.saveAccount;
    expect(widens !== 'nothing' && (await widens(use, account, 'main'))).toEqual(
      asks ? [{ tag: 'messenger', place: { server }, address: 'anna@home.example' }] : [],
    );
  });
});

describe('the question', () => {
  it('shows the facts, each word by itself, and none that breaks a line or turns the reading direction', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 5 }), (words) => {
        const { words: shown = [] } = wideningQuestion({ tag: 'program', activity: 'voice', words });
        expect(shown).toHaveLength(words.length);
        for (const word of shown) expect(word).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(wideningQuestion({ tag: 'program', activity: 'voice', words: ['/opt/phone', '--to=192.0.2.7'] }).words).toEqual([
      '/opt/phone',
      '--to=192.0.2.7',
    ]);
    expect(wideningQuestion({ tag: 'forwarding', address: 'home.example', port: 40_000 }).words).toEqual([
      'home.example',
      'Port 40000 on this computer',
    ]);
    expect(wideningQuestion({ tag: 'messenger', place: { server: '192.0.2.9:1863', key: 'abc' }, address: 'anna@home' }).words).toEqual([
      '192.0.2.9:1863',
    ]);
  });

  const HOSTING: readonly Widening[] = [{ tag: 'hosting' }];

  it('is one at a time, whichever page asks', async () => {
    let answer: (yes: boolean) => void = () => undefined;
    const gate = createWideningGate(() => new Promise((resolve) => (answer = resolve)), new VirtualClock());
    const act = vi.fn();
    const first = gate.pass(() => HOSTING, act);
    await expect(gate.pass(() => [{ tag: 'clearHistory' }], act)).rejects.toMatchObject({ code: 'QUESTION_OPEN' });
    expect(
      await gate.pass(
        () => [],
        () => 'not asked',
      ),
    ).toBe('not asked');
    answer(true);
    await first;
    expect(act).toHaveBeenCalledOnce();
  });

  it.each([
    ['no', async () => false],
    ['an error', () => Promise.reject(new Error('no window'))],
    ['something else', async () => 'yes' as unknown as boolean],
  ])('%s is no', async (_, ask) => {
    const act = vi.fn();
    await expect(createWideningGate(ask, new VirtualClock()).pass(() => HOSTING, act)).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(act).not.toHaveBeenCalled();
  });

  it('goes away with a no when nobody answers, whether or not the window obeys', async () => {
    const clock = new VirtualClock();
    let given: AbortSignal | undefined;
    const act = vi.fn();
    const done = createWideningGate((_, signal) => {
      given = signal;
      return new Promise(() => undefined);
    }, clock)
      .pass(() => HOSTING, act)
      .catch((error: unknown) => error);
    await clock.advance(120_000);
    expect(await done).toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(given?.aborted).toBe(true);
    expect(act).not.toHaveBeenCalled();
  });

  it('a yes is for what was asked about, and not for what a page has made of it meanwhile', async () => {
    let offered: Widening = { tag: 'messenger', place: { server: '192.0.2.9:1863' }, address: 'anna@home' };
    const act = vi.fn();
    const gate = createWideningGate(async () => {
      offered = { tag: 'messenger', place: { server: '198.51.100.1:1863' }, address: 'anna@home' };
      return true;
    }, new VirtualClock());
    await expect(gate.pass(() => [offered], act)).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(act).not.toHaveBeenCalled();
  });

  it('needs every yes', async () => {
    const answers = [true, false];
    const act = vi.fn();
    const gate = createWideningGate(async () => answers.shift() === true, new VirtualClock());
    await expect(gate.pass(() => [...HOSTING, { tag: 'clearHistory' }], act)).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(act).not.toHaveBeenCalled();
  });

  it('is not asked again when what was agreed to failed and is tried once more; anything else is', async () => {
    const clock = new VirtualClock();
    const ask = vi.fn(async () => true);
    const gate = createWideningGate(ask, clock);
    const taken = () => Promise.reject(new Error('EADDRINUSE'));
    await gate.pass(() => HOSTING, taken).catch(() => undefined);
    await gate.pass(() => HOSTING, taken).catch(() => undefined);
    await gate.pass(
      () => HOSTING,
      () => undefined,
    );
    expect(ask).toHaveBeenCalledTimes(1);
    await gate.pass(
      () => HOSTING,
      () => undefined,
    );
    expect(ask).toHaveBeenCalledTimes(2);
    await gate.pass(() => HOSTING, taken).catch(() => undefined);
    await gate.pass(
      () => [{ tag: 'clearHistory' }],
      () => undefined,
    );
    await gate.pass(() => HOSTING, taken).catch(() => undefined);
    await clock.advance(60_001);
    await gate.pass(
      () => HOSTING,
      () => undefined,
    );
    expect(ask).toHaveBeenCalledTimes(6);
  });
});
