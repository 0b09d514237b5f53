import * as z from 'zod';
import type { Rows } from './command.ts';

/** The session that runs. Its window's page draws what the other side sends, so it may call what it has buttons for and nothing else. */
export const sessionCommands = {
  endSession: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.endSession() },
  enterCode: {
    windows: ['main', 'session'],
    widens: 'nothing',
    argument: z.string().max(64),
    run: ({ help }, typed) => help.enterCode(typed),
  },
  offerControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.offerControl() },
  takeBackControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.takeBackControl() },
  requestControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.requestControl() },
  releaseControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.releaseControl() },
  dismissSession: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.dismissSession() },
  setFullScreen: { windows: ['session'], widens: 'nothing', argument: z.boolean(), run: ({ setFullScreen }, on) => setFullScreen(on) },
  openViewer: { windows: ['session'], widens: 'nothing', run: ({ openViewer }) => openViewer() },
} satisfies Rows;
