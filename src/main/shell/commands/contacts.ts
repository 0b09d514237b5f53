import * as z from 'zod';
import { CommandError } from '../refusal.ts';
import { samePeer } from '../../../protocol/applications/peer.ts';
import { TRANSPORTS } from '../../messenger/transports.ts';
import { peer, transport } from './arguments.ts';
import type { Rows } from './command.ts';
import { requireSignedIn } from './signed-in.ts';

/** As much as a message holds; line breaks are welcome. */
const chatText = z
  .string()
  .max(1_400)
  .refine((text) => text.trim() !== '');

/** The contact list, and what is written to those on it. */
export const contactCommands = {
  addContact: {
    windows: ['main'],
    widens: 'nothing',
    argument: peer,
    field: 'address',
    run: ({ messengers, model }, added) => {
      if (model.facts.accounts.some((account) => samePeer(account, added)))
        throw new CommandError('INVALID_ARGUMENT', 'that is your own address', 'address');
      if (model.facts.contacts.some((contact) => samePeer(contact, added)))
        throw new CommandError('ALREADY_EXISTS', 'already a contact', 'address');
      requireSignedIn(messengers, added.transport);
      return messengers.addContact(added);
    },
  },
  takeOfferedContact: { windows: ['main'], widens: 'nothing', run: ({ contactOffers }) => contactOffers.use() },
  putOfferedContactAway: { windows: ['main'], widens: 'nothing', run: ({ contactOffers }) => contactOffers.putAway() },
  makeContactLink: {
    windows: ['main'],
    widens: 'nothing',
    argument: transport,
    run: ({ messengers, contactLinks }, name) => {
      const state = messengers.stateOf(name);
      if (TRANSPORTS.find((one) => one.name === name)?.invitesContacts !== true || state.tag !== 'signedIn')
        throw new CommandError('NOT_SIGNED_IN', 'no account that could be linked to');
      return contactLinks.make(state.address);
    },
  },
  removeContact: {
    windows: ['main'],
    widens: 'nothing',
    argument: peer,
    field: 'address',
    run: ({ messengers }, removed) => {
      requireSignedIn(messengers, removed.transport);
      return messengers.removeContact(removed);
    },
  },
  lookAtStranger: { windows: ['main'], widens: 'nothing', argument: peer, run: ({ strangers }, at) => strangers.look(at) },
  declineStranger: { windows: ['main'], widens: 'nothing', argument: peer, run: ({ strangers }, of) => strangers.decline(of) },
  blockStranger: { windows: ['main'], widens: 'nothing', argument: peer, run: ({ strangers }, whom) => strangers.block(whom) },
  sendMessage: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ ...peer.shape, text: chatText }),
    run: ({ conversations }, { text, ...to }) => conversations.send(to, text),
  },
  sendTyping: { windows: ['main'], widens: 'nothing', argument: peer, run: ({ conversations }, to) => conversations.typing(to) },
  readConversation: { windows: ['main'], widens: 'nothing', argument: peer, run: ({ conversations }, of) => conversations.read(of) },
} satisfies Rows;
