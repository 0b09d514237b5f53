import * as z from 'zod';
import { ACTIVITY_KINDS } from '../../protocol/applications/applications.ts';
import type { ProgramChoice } from '../../facts/programs.ts';
import { openStoredFile, type StoredFile } from './stored-file.ts';

/** `default` is the line that works without registration. `own` lines are checked where they are run. */
export const programChoiceSchema = z.discriminatedUnion('use', [
  z.strictObject({ use: z.literal('default') }),
  z.strictObject({ use: z.literal('none') }),
  z.strictObject({ use: z.literal('own'), line: z.string().min(1).max(1_000) }),
]) satisfies z.ZodType<ProgramChoice>;

/** Strict, because the lines of this file are run. */
const programsSchema = z.strictObject({
  version: z.literal(1),
  programs: z.partialRecord(z.enum(ACTIVITY_KINDS), programChoiceSchema),
});

export type ProgramsStore = StoredFile<z.infer<typeof programsSchema>>;

/** Opens `programs.json`: the program chosen for each activity. */
export function openPrograms(path: string): Promise<ProgramsStore> {
  return openStoredFile<z.infer<typeof programsSchema>>(path, programsSchema, { version: 1, programs: {} });
}
