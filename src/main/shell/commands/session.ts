import * as z from 'zod';
import { PICTURE_QUALITIES } from '../../../protocol/rdp/picture-quality.ts';
import { CommandError } from '../refusal.ts';
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
  setSound: { windows: ['session'], widens: 'nothing', argument: z.boolean(), run: ({ help }, on) => help.setSound(on) },
  stillHelping: { windows: ['session'], widens: 'nothing', run: ({ help }) => help.present() },
  requestControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.requestControl() },
  releaseControl: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.releaseControl() },
  choosePicture: {
    windows: ['session'],
    widens: 'nothing',
    argument: z.enum(PICTURE_QUALITIES),
    run: ({ help }, quality) => help.choosePicture(quality),
  },
  // Asks the person, in a window of main's own: nothing is shown because a page says so.
  changeShared: { windows: ['session'], widens: 'nothing', run: ({ changeShared }) => changeShared() },
  wishForPart: {
    windows: ['session'],
    widens: 'nothing',
    argument: z.discriminatedUnion('tag', [
      z.strictObject({ tag: z.literal('all') }),
      z.strictObject({ tag: z.literal('screen'), id: z.string().max(64) }),
    ]),
    run: ({ help }, part) => help.wishForPart(part),
  },
  dismissSession: { windows: ['main', 'session'], widens: 'nothing', run: ({ help }) => help.dismissSession() },
  setFullScreen: { windows: ['session'], widens: 'nothing', argument: z.boolean(), run: ({ setFullScreen }, on) => setFullScreen(on) },
  foldPanel: {
    windows: ['session'],
    widens: 'nothing',
    argument: z.boolean(),
    run: ({ model }, panelFolded) => model.update({ panelFolded }),
  },
  moveBar: { windows: ['session'], widens: 'nothing', run: ({ moveBar }) => moveBar() },
  openConversation: {
    windows: ['session'],
    widens: 'nothing',
    run: ({ model, openMain }) => {
      const { session, wantedTalk } = model.facts;
      if (session?.peer.transport === undefined) throw new CommandError('NO_SESSION', 'nobody to write to');
      const { transport, address } = session.peer;
      openMain();
      model.update({ wantedTalk: { transport, address, wish: (wantedTalk?.wish ?? 0) + 1 } });
    },
  },
  openViewer: { windows: ['session'], widens: 'nothing', run: ({ openViewer }) => openViewer() },
} satisfies Rows;
