import * as z from 'zod';
import { CommandError } from '../refusal.ts';
import { address } from './arguments.ts';
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
    argument: address,
    field: 'address',
    run: ({ messenger, model }, added) => {
      if (added === model.facts.account?.address) throw new CommandError('INVALID_ARGUMENT', 'that is your own address', 'address');
      if (model.facts.contacts.some((contact) => contact.address === added))
        throw new CommandError('ALREADY_EXISTS', 'already a contact', 'address');
      requireSignedIn(messenger);
      return messenger.addContact(added);
    },
  },
  removeContact: {
    windows: ['main'],
    argument: address,
    field: 'address',
    run: ({ messenger }, removed) => {
      requireSignedIn(messenger);
      return messenger.removeContact(removed);
    },
  },
  sendMessage: {
    windows: ['main'],
    argument: z.strictObject({ address, text: chatText }),
    run: ({ conversations }, message) => conversations.send(message.address, message.text),
  },
  sendTyping: { windows: ['main'], argument: address, run: ({ conversations }, to) => conversations.typing(to) },
  readConversation: { windows: ['main'], argument: address, run: ({ conversations }, of) => conversations.read(of) },
} satisfies Rows;
