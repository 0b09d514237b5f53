import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CommandError, refusal, runCommand, type CommandHandlers } from '../../../src/main/shell/command-handlers.ts';
import { channelOf, COMMAND_NAMES, mayCall, parseCommand, type CommandName } from '../../../src/main/shell/command-schemas.ts';
import { AssistanceError } from '../../../src/main/assistance/contract.ts';
import { MessengerError } from '../../../src/main/messenger/contract.ts';
import words from '../../../assets/locales/en.json' with { type: 'json' };

const VALID: { readonly [N in CommandName]: unknown[] } = {
  getState: [],
  saveAccount: [{ server: '192.168.1.20:1863', address: 'Anna@Home.example', friendlyName: 'Anna', accessToken: 'k3y' }],
  signIn: [],
  signOut: [],
  forgetAccount: [],
  setPresence: ['busy'],
  setFriendlyName: ['Änne ☕'],
  addContact: ['peter@home.example'],
  removeContact: ['peter@home.example'],
  sendMessage: [{ address: 'peter@home.example', text: 'Hello\nthere' }],
  sendTyping: ['peter@home.example'],
  readConversation: ['peter@home.example'],
  askForHelp: ['peter@home.example'],
  offerHelp: ['peter@home.example'],
  startActivity: [{ address: 'peter@home.example', kind: 'whiteboard' }],
  acceptActivity: ['1'],
  cancelActivity: ['1'],
  setProgram: [{ kind: 'voice', choice: { use: 'own', line: 'phone {address}' } }],
  testProgram: [{ kind: 'voice', line: 'phone {address}' }],
  acceptInvitation: ['1'],
  declineInvitation: ['1'],
  saveInvitation: [2],
  removeInvitation: [],
  chooseInvitation: [],
  offerInvitation: [{ fileName: 'help.msrcIncident', bytes: new Uint8Array(3) }],
  useInvitation: ['ABCD EFGH JKMN'],
  putInvitationAway: [],
  endSession: [],
  offerControl: [],
  takeBackControl: [],
  requestControl: [],
  releaseControl: [],
  dismissSession: [],
  dismissNotice: ['notice-1'],
  setHosting: [{ enabled: true, reach: 'lan', port: 1_863 }],
  createHostedAccount: [{ address: 'peter@ringback.local', friendlyName: 'Peter' }],
  removeHostedAccount: ['peter@ringback.local'],
  saveSettings: [{ engine: 'classic', stopShortcut: 'Control+Alt+F4' }],
  clearHistory: [],
  setFullScreen: [true],
  copyText: ['anything\nat all'],
  openViewer: [],
};

/** Handlers that note their calls. */
function noting(): { handlers: CommandHandlers; calls: [string, unknown[]][] } {
  const calls: [string, unknown[]][] = [];
  const handlers = Object.fromEntries(
    COMMAND_NAMES.map((name) => [name, (...args: unknown[]) => void calls.push([name, args])]),
  ) as unknown as CommandHandlers;
  return { handlers, calls };
}

const fail = (error: unknown): never => {
  throw error;
};

describe('arguments', () => {
  it.each(COMMAND_NAMES)('%s takes what it should', (name) => {
    expect(parseCommand(name, VALID[name])).toMatchObject({ ok: true });
  });

  it.each(COMMAND_NAMES)('%s refuses one argument too many', (name) => {
    expect(parseCommand(name, [...VALID[name], 1]).ok).toBe(false);
  });

  it('never throws and calls nothing, whatever comes', async () => {
    // Anything but a valid argument list: the chance of making one up is nil, except for commands without arguments.
    const withArguments = COMMAND_NAMES.filter(
      (name) =>
        VALID[name].length > 0 &&
        name !== 'copyText' &&
        !/Invitation|Activity|Notice|setFriendlyName|setFullScreen|saveSettings/.test(name),
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
          const { handlers, calls } = noting();
          const result = await runCommand(handlers, name, args, fail);
          expect(result).toMatchObject({ ok: false, code: 'INVALID_ARGUMENT' });
          // Anything with an @ may be an address.
          if (typeof args === 'string' && args.includes('@')) return;
          const inArray = await runCommand(handlers, name, [args], fail);
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
    ['addContact', ['no address'], 'address'],
    ['addContact', ['a@b\r\nOUT'], 'address'],
    ['askForHelp', [''], 'address'],
    ['setFriendlyName', ['   '], 'friendlyName'],
    ['setHosting', [{ enabled: true, reach: 'lan', port: 80 }], 'port'],
    ['setHosting', [{ enabled: true, reach: 'internet', port: 1_863 }], 'reach'],
    ['saveSettings', [{ hosting: { enabled: true } }], 'hosting'],
    ['saveSettings', [{ stopShortcut: 'S' }], 'stopShortcut'],
    ['saveSettings', [{ playSound: undefined }], 'playSound'],
    ['acceptInvitation', ['x'.repeat(200)], undefined],
    ['copyText', ['x'.repeat(5_000)], undefined],
  ])('%s %j is refused with its field', (name, args, field) => {
    const parsed = parseCommand(name, args);
    expect(parsed.ok).toBe(false);
    expect(parsed).toEqual(field === undefined ? { ok: false } : { ok: false, field });
  });

  it('addresses become lower case', () => {
    expect(parseCommand('addContact', ['Anna@Home.EXAMPLE'])).toEqual({ ok: true, value: ['anna@home.example'] });
  });
});

describe('who may call what', () => {
  it('gives each window its commands and a stranger none', () => {
    const of = (kind: Parameters<typeof mayCall>[0]): string[] => COMMAND_NAMES.filter((name) => mayCall(kind, name));
    expect(of(undefined)).toEqual([]);
    expect(of('capture')).toEqual([]);
    expect(of('session').sort()).toEqual(
      [
        'dismissSession',
        'endSession',
        'getState',
        'offerControl',
        'openViewer',
        'releaseControl',
        'requestControl',
        'saveSettings',
        'setFullScreen',
        'takeBackControl',
      ].sort(),
    );
    expect(COMMAND_NAMES.filter((name) => !mayCall('main', name))).toEqual(['setFullScreen', 'openViewer']);
  });

  it('has one channel a command', () => {
    expect(channelOf('endSession')).toBe('ringback:endSession');
    expect(new Set(COMMAND_NAMES.map(channelOf)).size).toBe(COMMAND_NAMES.length);
  });
});

describe('answers', () => {
  it('hands parsed arguments on and the value back', async () => {
    const { handlers } = noting();
    const result = await runCommand(
      { ...handlers, createHostedAccount: async ({ address }) => ({ server: address, accessToken: 't' }) },
      'createHostedAccount',
      VALID.createHostedAccount,
      fail,
    );
    expect(result).toEqual({ ok: true, value: { server: 'peter@ringback.local', accessToken: 't' } });
  });

  it.each([
    [new CommandError('NO_ACCOUNT', 'm', 'address'), { code: 'NO_ACCOUNT', field: 'address' }],
    [new MessengerError('NO_SUCH_USER', 'm'), { code: 'NO_SUCH_USER' }],
    [new AssistanceError('BUSY', 'm'), { code: 'BUSY' }],
    [Object.assign(new Error('x'), { code: 'EADDRINUSE' }), { code: 'PORT_IN_USE', field: 'port' }],
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
    const { handlers } = noting();
    const onInternal = vi.fn();
    const broken = {
      ...handlers,
      endSession: how === 'throws' ? () => fail(new TypeError('x')) : () => Promise.reject(new TypeError('x')),
    } as CommandHandlers;
    expect(await runCommand(broken, 'endSession', [], onInternal)).toMatchObject({ ok: false, code: 'INTERNAL' });
    expect(onInternal).toHaveBeenCalledOnce();
  });
});
