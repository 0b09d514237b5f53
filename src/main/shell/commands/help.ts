import * as z from 'zod';
import { MAX_INVITATION_BYTES } from '../../../protocol/assistance/invitation.ts';
import { id, oneLine, peer } from './arguments.ts';
import type { Rows } from './command.ts';
import { requireSignedIn } from './signed-in.ts';

/** One byte too many is let through, to be refused as no invitation. */
const invitationBytes = z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MAX_INVITATION_BYTES + 1);

/** Asking for help and offering it, over a messenger and with a file. */
export const helpCommands = {
  askForHelp: {
    windows: ['main'],
    widens: 'nothing',
    argument: peer,
    field: 'address',
    run: ({ messengers, help }, expert) => {
      requireSignedIn(messengers, expert.transport);
      return help.askForHelp(expert);
    },
  },
  offerHelp: {
    windows: ['main'],
    widens: 'nothing',
    argument: peer,
    field: 'address',
    run: ({ messengers, help }, novice) => {
      requireSignedIn(messengers, novice.transport);
      help.offerHelp(novice);
    },
  },
  acceptInvitation: {
    windows: ['main'],
    widens: 'nothing',
    argument: id,
    run: ({ help }, invitation) => help.acceptInvitation(invitation),
  },
  declineInvitation: {
    windows: ['main'],
    widens: 'nothing',
    argument: id,
    run: ({ help }, invitation) => help.declineInvitation(invitation),
  },
  saveInvitation: { windows: ['main'], widens: 'nothing', argument: z.literal([1, 2]), run: ({ files }, type) => files.save(type) },
  removeInvitation: { windows: ['main'], widens: 'nothing', run: ({ files }) => files.remove() },
  chooseInvitation: { windows: ['main'], widens: 'nothing', run: ({ files }) => files.choose() },
  offerInvitation: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ fileName: oneLine(255), bytes: invitationBytes }),
    run: ({ files }, { fileName, bytes }) => files.offer(fileName, bytes),
  },
  useInvitation: { windows: ['main'], widens: 'nothing', argument: z.string().max(128), run: ({ files }, password) => files.use(password) },
  putInvitationAway: { windows: ['main'], widens: 'nothing', run: ({ files }) => files.putAway() },
} satisfies Rows;
