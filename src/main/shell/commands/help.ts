import * as z from 'zod';
import { MAX_INVITATION_BYTES } from '../../../protocol/assistance/invitation.ts';
import { isServer } from '../../../protocol/host-port.ts';
import { guestServer, helpPage } from '../../settings/settings-store.ts';
import { friendlyName, id, oneLine, peer } from './arguments.ts';
import type { Rows } from './command.ts';
import { requireSignedIn } from './signed-in.ts';

/** One byte too many is let through, to be refused as no invitation. */
const invitationBytes = z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MAX_INVITATION_BYTES + 1);

/** Who asks without an account: a name, and the file of an authority where the server has one of its own. */
const guestSelf = z.strictObject({
  name: friendlyName,
  authority: z
    .string()
    .max(1_024)
    .regex(/^[^\p{Cc}]*$/u),
});

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
  helpSomebodyNew: { windows: ['main'], widens: 'nothing', run: ({ newcomers }) => newcomers.begin() },
  putNewcomerAway: { windows: ['main'], widens: 'nothing', run: ({ newcomers }) => newcomers.end() },
  askAsGuest: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({
      address: z.string().min(3).max(320),
      code: z.string().min(1).max(64),
      server: z
        .string()
        .max(255)
        .refine((text) => text === '' || isServer(text)),
      ...guestSelf.shape,
    }),
    run: ({ guestAsking }, wish) => guestAsking.ask(wish),
  },
  stopAskingAsGuest: { windows: ['main'], widens: 'nothing', run: ({ guestAsking }) => guestAsking.stop() },
  takeOfferedHelp: {
    windows: ['main'],
    widens: 'nothing',
    argument: guestSelf,
    run: ({ guestAsking }, self) => guestAsking.useOffered(self),
  },
  putOfferedHelpAway: { windows: ['main'], widens: 'nothing', run: ({ guestAsking }) => guestAsking.putAway() },
  setGuestPlaces: {
    windows: ['main'],
    widens: ({ settings }, { guestServer: host, helpPage: page }) =>
      [host === settings.value.guestServer ? '' : host, page === settings.value.helpPage ? '' : page].some((place) => place !== '')
        ? [{ tag: 'guestPlaces', places: [host, page].filter((place) => place !== '') }]
        : [],
    argument: z.strictObject({ guestServer, helpPage }),
    run: ({ settings, model }, places) => {
      const next = { ...settings.value, ...places };
      const written = settings.set(next);
      model.update({ settings: next });
      return written;
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
