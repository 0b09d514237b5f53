import type { COMMANDS } from '../../../preload/commands.ts';
import { accountCommands } from './account.ts';
import { activityCommands } from './activities.ts';
import type { CommandTable } from './command.ts';
import { contactCommands } from './contacts.ts';
import { helpCommands } from './help.ts';
import { sessionCommands } from './session.ts';
import { settingsCommands } from './settings.ts';
import { windowCommands } from './window.ts';

/** Every command. The compiler misses a name without a row, and the test of both tables a row that stands in two subjects. */
export const COMMAND_TABLE: CommandTable<typeof COMMANDS> = {
  ...accountCommands,
  ...activityCommands,
  ...contactCommands,
  ...helpCommands,
  ...sessionCommands,
  ...settingsCommands,
  ...windowCommands,
};
