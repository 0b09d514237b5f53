import { describe, expect, it, vi } from 'vitest';
import { type AnyCommand, runCommand, type UseCases } from '../../../src/main/shell/commands/command.ts';
import { FROZEN, freezing } from '../../../src/main/shell/commands/frozen.ts';
import { COMMAND_TABLE } from '../../../src/main/shell/commands/table.ts';
import { createWideningGate } from '../../../src/main/shell/widening.ts';
import type { CommandName } from '../../../src/preload/commands.ts';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { VALID } from './command-arguments.ts';

/** What goes on while somebody else has mouse and keyboard: looking, ending it, saying no, and writing to each other. */
const GOES_ON: readonly CommandName[] = [
  'getState',
  'lookAtServer',
  'setPresence',
  'sendMessage',
  'sendTyping',
  'readConversation',
  'putOfferedAccountAway',
  'putNewcomerAway',
  'stopAskingAsGuest',
  'putOfferedHelpAway',
  'putOfferedContactAway',
  'cancelActivity',
  'declineInvitation',
  'declineStranger',
  'removeInvitation',
  'putInvitationAway',
  'endSession',
  'enterCode',
  'offerControl',
  'takeBackControl',
  'setSound',
  'stillHelping',
  'requestControl',
  'releaseControl',
  'choosePicture',
  'changeShared',
  'wishForPart',
  'dismissSession',
  'dismissNotice',
  'setFullScreen',
  'foldPanel',
  'moveBar',
  'openConversation',
  'openViewer',
];
const NAMES = Object.keys(COMMAND_TABLE) as CommandName[];

async function call(name: CommandName, status: SessionStatus | undefined) {
  const ask = vi.fn(async () => true);
  const run = vi.fn();
  const row: AnyCommand<UseCases> = { ...COMMAND_TABLE[name], run };
  const command = freezing({ [name]: row })[name];
  if (command === undefined) throw new Error('no such row');
  const use = { model: { facts: { session: status, accounts: [], history: [] } } } as unknown as UseCases;
  const [window = 'main'] = command.windows;
  const answer = await runCommand(command, use, window, VALID[name], createWideningGate(ask, new VirtualClock()), () => undefined);
  return { answer, asked: ask.mock.calls.length, ran: run.mock.calls.length };
}

describe('while somebody else has mouse and keyboard', () => {
  const controlled = session('novice', CONNECTED, { ...LIVE, control: 'granted' });

  it('every command either goes on or is frozen', () => {
    expect([...FROZEN, ...GOES_ON].toSorted()).toEqual(NAMES.toSorted());
  });

  it.each([...FROZEN])('%s is refused, and nobody is asked', async (name) => {
    expect(await call(name, controlled)).toMatchObject({ answer: { ok: false, code: 'FROZEN' }, asked: 0, ran: 0 });
  });

  it.each(GOES_ON)('%s goes on', async (name) => {
    expect(await call(name, controlled)).toMatchObject({ answer: { ok: true }, ran: 1 });
  });

  it('nothing is frozen for an expert, before the grant, or after the end', async () => {
    for (const status of [
      undefined,
      session('expert', CONNECTED, { ...LIVE, control: 'granted' }),
      session('novice', CONNECTED, { ...LIVE, control: 'asked' }),
      session('novice', { tag: 'ended', reason: 'stoppedByNovice', atMs: 1 }),
    ])
      expect((await call('setFriendlyName', status)).answer).toMatchObject({ ok: true });
  });

  it('a question that was open before the grant is of no use after it', async () => {
    const facts: { session: SessionStatus | undefined } = { session: undefined };
    const run = vi.fn();
    const command = freezing({ clearHistory: { ...COMMAND_TABLE.clearHistory, run } })['clearHistory'];
    const ask = async (): Promise<boolean> => {
      facts.session = controlled;
      return true;
    };
    const use = { model: { facts }, history: { entries: [1] } } as unknown as UseCases;
    const gate = createWideningGate(ask, new VirtualClock());
    expect(await runCommand(command as AnyCommand<UseCases>, use, 'main', [], gate, () => undefined)).toMatchObject({ code: 'FROZEN' });
    expect(run).not.toHaveBeenCalled();
  });
});
