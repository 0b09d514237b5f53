/* While somebody else has mouse and keyboard, nothing is changed that outlasts the session. */
import type { CommandName } from '../../../preload/commands.ts';
import { isControlled } from '../controlled.ts';
import { CommandError } from '../refusal.ts';
import type { AnyCommand, UseCases } from './command.ts';

/** Settings, accounts, contacts, programs, invitations and what is kept of sessions. */
export const FROZEN: ReadonlySet<CommandName> = new Set<CommandName>([
  'saveAccount',
  'makeAccount',
  'signIn',
  'signOut',
  'forgetAccount',
  'setFriendlyName',
  'addContact',
  'makeContactLink',
  'takeOfferedContact',
  'removeContact',
  'lookAtStranger',
  'blockStranger',
  'askForHelp',
  'helpSomebodyNew',
  'askAsGuest',
  'takeOfferedHelp',
  'setGuestPlaces',
  'offerHelp',
  'startActivity',
  'acceptActivity',
  'setProgram',
  'testProgram',
  'acceptInvitation',
  'saveInvitation',
  'chooseInvitation',
  'offerInvitation',
  'useInvitation',
  'offerAccount',
  'takeOfferedAccount',
  'setHosting',
  'createHostedAccount',
  'removeHostedAccount',
  'saveSettings',
  'setForwarding',
  'setRelayServer',
  'clearHistory',
  'exportHistory',
  'forgetMet',
  'renewKey',
  'saveKey',
  'takeKey',
  'copyText',
]);

/** The same commands, of which those above are refused with FROZEN while control is granted here: before a question, and after it. */
export function freezing(table: Readonly<Record<string, AnyCommand<UseCases>>>): Readonly<Record<string, AnyCommand<UseCases>>> {
  const frozen = ({ widens, ...row }: AnyCommand<UseCases>): AnyCommand<UseCases> => ({
    ...row,
    widens:
      widens === 'nothing'
        ? widens
        : (use, argument, window) => {
            requireOwnHands(use);
            return widens(use, argument, window);
          },
    run: (use, argument, window) => {
      requireOwnHands(use);
      return row.run(use, argument, window);
    },
  });
  return Object.fromEntries(
    Object.entries(table).map(([name, row]) => [name, FROZEN.has(name as CommandName) ? frozen(row) : row] as const),
  );
}

function requireOwnHands({ model }: UseCases): void {
  if (isControlled(model.facts.session)) throw new CommandError('FROZEN', 'somebody else has mouse and keyboard');
}
