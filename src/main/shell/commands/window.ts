import * as z from 'zod';
import { stateFor } from '../window-state.ts';
import { id } from './arguments.ts';
import type { Rows } from './command.ts';

/** What a window does for itself. */
export const windowCommands = {
  getState: { windows: ['main', 'session'], widens: 'nothing', run: ({ model }, _, window) => stateFor(window, model.state) },
  dismissNotice: { windows: ['main'], widens: 'nothing', argument: id, run: ({ model }, notice) => void model.dismissNotice(notice) },
  copyText: { windows: ['main'], widens: 'nothing', argument: z.string().max(4_096), run: ({ copyText }, text) => copyText(text) },
} satisfies Rows;
