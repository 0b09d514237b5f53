import * as z from 'zod';
import type { ActivityKind } from '../../../protocol/applications/applications.ts';
import { lineOf, TemplateError } from '../../activities/template.ts';
import { tryLine, type Trial } from '../../activities/trial.ts';
import { programChoiceSchema } from '../../settings/programs-store.ts';
import { CommandError } from '../refusal.ts';
import { activityKind as kind, id, peer } from './arguments.ts';
import type { Rows, UseCases } from './command.ts';

async function trial({ launcher }: UseCases, of: ActivityKind, line: string): Promise<Trial> {
  try {
    return await tryLine(of, line, launcher);
  } catch (error) {
    throw error instanceof TemplateError ? new CommandError(`LINE_${error.code}`, error.message, 'line') : error;
  }
}

/** Other applications: inviting to them, and what is run for each. */
export const activityCommands = {
  startActivity: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ ...peer.shape, kind }),
    run: ({ activities }, { kind: of, ...invitee }) => activities.start(invitee, of),
  },
  acceptActivity: { windows: ['main'], widens: 'nothing', argument: id, run: ({ activities }, activity) => activities.accept(activity) },
  cancelActivity: { windows: ['main'], widens: 'nothing', argument: id, run: ({ activities }, activity) => activities.cancel(activity) },
  setProgram: {
    windows: ['main'],
    widens: async (use, { kind: of, choice }) => {
      const before = lineOf(of, use.programs.value.programs[of]);
      const line = lineOf(of, choice);
      // Back from a line of one's own to what works without one is no step further.
      if (line === undefined || line === before || (choice.use === 'default' && before !== undefined)) return [];
      return [{ tag: 'program', activity: of, words: (await trial(use, of, line)).words }];
    },
    argument: z.strictObject({ kind, choice: programChoiceSchema }),
    run: async (use, { kind: of, choice }) => {
      if (choice.use === 'own') await trial(use, of, choice.line);
      const programs = { ...use.programs.value.programs, [of]: choice };
      const written = use.programs.set({ version: 1, programs });
      use.model.update({ programs });
      await written;
    },
  },
  testProgram: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ kind, line: z.string().max(4_096) }),
    run: (use, { kind: of, line }) => trial(use, of, line),
  },
} satisfies Rows;
