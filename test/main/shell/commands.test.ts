import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { WebContents } from 'electron';
import { type AnyCommand, type CommandTable, parseArgument, runCommand } from '../../../src/main/shell/commands/command.ts';
import { accountCommands } from '../../../src/main/shell/commands/account.ts';
import { activityCommands } from '../../../src/main/shell/commands/activities.ts';
import { contactCommands } from '../../../src/main/shell/commands/contacts.ts';
import { helpCommands } from '../../../src/main/shell/commands/help.ts';
import { sessionCommands } from '../../../src/main/shell/commands/session.ts';
import { settingsCommands } from '../../../src/main/shell/commands/settings.ts';
import { COMMAND_TABLE } from '../../../src/main/shell/commands/table.ts';
import { windowCommands } from '../../../src/main/shell/commands/window.ts';
import { handleCommands } from '../../../src/main/shell/ipc.ts';
import { CommandError, refusal } from '../../../src/main/shell/refusal.ts';
import type { WideningGate } from '../../../src/main/shell/widening.ts';
import type { WindowKind } from '../../../src/main/shell/web-security.ts';
import { channelOf, COMMANDS, type CommandName, type CommandShape } from '../../../src/preload/commands.ts';
import { AssistanceError } from '../../../src/main/assistance/contract.ts';
import { MessengerError } from '../../../src/main/messenger/contract.ts';
import { VALID } from './command-arguments.ts';
import words from '../../../assets/locales/en.json' with { type: 'json' };

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** A person who says yes to everything. */
const OPEN: WideningGate = { pass: async (_, act) => act() };

/** The table with handlers that only note their calls. */
function noting(): { table: Record<CommandName, AnyCommand<unknown>>; calls: [string, unknown][] } {
  const calls: [string, unknown][] = [];
  const table = Object.fromEntries(
    COMMAND_NAMES.map((name) => [
      name,
      { ...COMMAND_TABLE[name], widens: 'nothing', run: (_: unknown, argument: unknown) => void calls.push([name, argument]) },
    ]),
  ) as unknown as Record<CommandName, AnyCommand<unknown>>;
  return { table, calls };
}

const parse = (name: CommandName, args: unknown) => parseArgument(COMMAND_TABLE[name], args);

const fail = (error: unknown): never => {
  throw error;
};

describe('arguments', () => {
  it.each(COMMAND_NAMES)('%s takes what it should', (name) => {
    expect(parse(name, VALID[name])).toMatchObject({ ok: true });
  });

  it.each(COMMAND_NAMES)('%s refuses one argument too many', (name) => {
    expect(parse(name, [...VALID[name], 1]).ok).toBe(false);
  });

  it('never throws and calls nothing, whatever comes', async () => {
    // Anything but a valid argument list: the chance of making one up is nil, except for commands without arguments.
    const withArguments = COMMAND_NAMES.filter(
      (name) =>
        VALID[name].length > 0 &&
        name !== 'copyText' &&
        name !== 'offerAccount' &&
        !/Invitation|Activity|Notice|enterCode|takeKey|setFriendlyName|setFullScreen|foldPanel|setSound|saveSettings/.test(name),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...withArguments),
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        async (name, args) => {
          const { table, calls } = noting();
          const result = await runCommand(table[name], undefined, 'main', args, OPEN, fail);
          expect(result).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT' });
          // Anything with an @ may be an address.
          if (typeof args === 'string' && args.includes('@')) return;
          const inArray = await runCommand(table[name], undefined, 'main', [args], OPEN, fail);
          expect(inArray.ok).toBe(false);
          expect(calls).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each<[CommandName, unknown[], string | undefined]>([
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), server: 'nohost' }], 'server'],
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), server: 'host:70000' }], 'server'],
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), accessToken: 'two words' }], 'accessToken'],
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), admin: true }], 'admin'],
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), friendlyName: 'a\r\nMSG x' }], 'friendlyName'],
    ['saveAccount', [{ ...(VALID.saveAccount[0] as object), transport: 'icq' }], 'transport'],
    ['addContact', [{ transport: 'msnp', address: 'no address' }], 'address'],
    ['addContact', [{ transport: 'msnp', address: 'a@b\r\nOUT' }], 'address'],
    ['addContact', ['anna@home.example'], 'address'],
    ['askForHelp', [{ transport: 'msnp', address: '' }], 'address'],
    ['askForHelp', [{ address: 'anna@home.example' }], 'address'],
    ['signIn', ['MSNP '], undefined],
    ['setFriendlyName', ['   '], 'friendlyName'],
    ['setHosting', [{ enabled: true, reach: 'lan', port: 80 }], 'port'],
    ['setHosting', [{ enabled: true, reach: 'internet', port: 1_863 }], 'reach'],
    ['saveSettings', [{ hosting: { enabled: true } }], 'hosting'],
    ['saveSettings', [{ stopShortcut: 'S' }], 'stopShortcut'],
    ['saveSettings', [{ playSound: undefined }], 'playSound'],
    ['acceptInvitation', ['x'.repeat(200)], undefined],
    ['copyText', ['x'.repeat(5_000)], undefined],
  ])('%s %j is refused with its field', (name, args, field) => {
    const parsed = parse(name, args);
    expect(parsed.ok).toBe(false);
    expect(parsed).toEqual(field === undefined ? { ok: false } : { ok: false, field });
  });

  it('addresses become lower case', () => {
    expect(parse('addContact', [{ transport: 'msnp', address: 'Anna@Home.EXAMPLE' }])).toEqual({
      ok: true,
      value: { transport: 'msnp', address: 'anna@home.example' },
    });
  });
});

describe('who may call what', () => {
  /** Calls every command from one kind of sender; gives those that were carried out. */
  async function callable(kind: WindowKind | undefined): Promise<string[]> {
    const { table, calls } = noting();
    const handlers = new Map<string, (event: never, ...args: unknown[]) => unknown>();
    handleCommands(
      { handle: (channel, handler) => void handlers.set(channel, handler) },
      { kindOfSender: () => kind },
      table,
      undefined,
      OPEN,
      fail,
    );
    expect([...handlers.keys()].sort()).toEqual(COMMAND_NAMES.map(channelOf).sort());
    for (const name of COMMAND_NAMES) {
      const before = calls.length;
      const answer = await handlers.get(channelOf(name))?.({ sender: {} as WebContents, senderFrame: null } as never, ...VALID[name]);
      expect(answer).toMatchObject(calls.length > before ? { ok: true } : { ok: false, code: 'FORBIDDEN' });
    }
    return calls.map(([name]) => name).sort();
  }

  it('gives each window its commands and a stranger none', async () => {
    expect(await callable(undefined)).toEqual([]);
    expect(await callable('capture')).toEqual([]);
    expect(await callable('session')).toEqual(
      [
        'dismissSession',
        'endSession',
        'choosePicture',
        'changeShared',
        'wishForPart',
        'enterCode',
        'foldPanel',
        'getState',
        'moveBar',
        'offerControl',
        'openConversation',
        'openViewer',
        'releaseControl',
        'requestControl',
        'saveSettings',
        'setFullScreen',
        'setSound',
        'stillHelping',
        'takeBackControl',
      ].sort(),
    );
    const main = await callable('main');
    expect(COMMAND_NAMES.filter((name) => !main.includes(name))).toEqual([
      'setSound',
      'stillHelping',
      'choosePicture',
      'setFullScreen',
      'foldPanel',
      'moveBar',
      'changeShared',
      'wishForPart',
      'openConversation',
      'openViewer',
    ]);
  });

  it('has one channel a command', () => {
    expect(channelOf('endSession')).toBe('ringback:endSession');
    expect(new Set(COMMAND_NAMES.map(channelOf)).size).toBe(COMMAND_NAMES.length);
  });
});

/** Nothing to run: the compiler reads this, and a half that fits after all is an error of its own. */
function halvesThatDoNotFit(): void {
  type Half<A, V> = CommandTable<{ greet: CommandShape<A, V> }>;
  const run = (): void => undefined;
  const rows = {
    // @ts-expect-error a name without a row
    missing: {} satisfies Half<void, void>,
    // @ts-expect-error an argument without a schema
    unchecked: { greet: { windows: ['main'], widens: 'nothing', run } } satisfies Half<string, void>,
    // @ts-expect-error a schema of another type
    otherArgument: { greet: { windows: ['main'], widens: 'nothing', argument: z.number(), run } } satisfies Half<string, void>,
    // @ts-expect-error a schema where nothing comes
    noArgument: { greet: { windows: ['main'], widens: 'nothing', argument: z.string(), run } } satisfies Half<void, void>,
    // @ts-expect-error nothing said of what it widens
    unasked: { greet: { windows: ['main'], run } } satisfies Half<void, void>,
    // @ts-expect-error another answer
    otherAnswer: { greet: { windows: ['main'], widens: 'nothing', run } } satisfies Half<void, string>,
    // @ts-expect-error no window of ours that shows a page of its own
    otherWindow: { greet: { windows: ['capture'], widens: 'nothing', run } } satisfies Half<void, void>,
  };
  void rows;
}

void halvesThatDoNotFit;

describe('the two tables', () => {
  const SUBJECTS = [accountCommands, activityCommands, contactCommands, helpCommands, sessionCommands, settingsCommands, windowCommands];

  it('have the same names, and each in one subject', () => {
    const rows = SUBJECTS.flatMap((subject) => Object.keys(subject));
    expect(rows.sort()).toEqual(COMMAND_NAMES.toSorted());
    expect(Object.keys(COMMAND_TABLE).sort()).toEqual(rows);
  });

  it.each(COMMAND_NAMES)('%s is checked for the argument that the bridge sends', (name) => {
    const { argument }: AnyCommand<never> = COMMAND_TABLE[name];
    expect(argument === undefined ? 0 : 1).toBe(COMMANDS[name].takes);
  });
});

describe('answers', () => {
  it('hands parsed arguments on and the value back', async () => {
    const { table } = noting();
    const result = await runCommand(
      { ...table.createHostedAccount, run: async (_, account) => ({ server: (account as { address: string }).address, accessToken: 't' }) },
      undefined,
      'main',
      VALID.createHostedAccount,
      OPEN,
      fail,
    );
    expect(result).toEqual({ ok: true, value: { server: 'peter@ringback.local', accessToken: 't' } });
  });

  it.each([
    [new CommandError('NO_ACCOUNT', 'm', 'address'), { code: 'NO_ACCOUNT', field: 'address' }],
    [new MessengerError('NO_SUCH_USER', 'm'), { code: 'NO_SUCH_USER' }],
    [new AssistanceError('BUSY', 'm'), { code: 'BUSY' }],
    [Object.assign(new Error('x'), { code: 'EADDRINUSE' }), { code: 'PORT_IN_USE', field: 'port' }],
    [Object.assign(new Error('x'), { code: 'EACCES', syscall: 'listen' }), { code: 'PORT_IN_USE', field: 'port' }],
    [Object.assign(new Error('x'), { code: 'ENOSPC' }), { code: 'STORAGE' }],
    [Object.assign(new Error('secret'), { code: 'ECONNRESET' }), { code: 'INTERNAL' }],
    [new TypeError('secret'), { code: 'INTERNAL' }],
    [undefined, { code: 'INTERNAL' }],
  ])('%s becomes a code with words', (error, expected) => {
    const answer = refusal(error);
    expect(answer).toMatchObject({ ok: false, ...expected });
    expect(Object.keys(words)).toContain(`problem.${answer.code}`);
    expect(answer.message).not.toContain('secret');
  });

  it.each(['throws', 'rejects'])('never %s', async (how) => {
    const { table } = noting();
    const onInternal = vi.fn();
    const broken = {
      ...table.endSession,
      run: how === 'throws' ? () => fail(new TypeError('x')) : () => Promise.reject(new TypeError('x')),
    };
    expect(await runCommand(broken, undefined, 'main', [], OPEN, onInternal)).toMatchObject({ ok: false, code: 'INTERNAL' });
    expect(onInternal).toHaveBeenCalledOnce();
  });
});
