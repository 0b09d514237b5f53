import * as z from 'zod';
import { address, friendlyName } from './arguments.ts';
import type { Rows } from './command.ts';
import { requireSignedIn } from './signed-in.ts';

/** `host:port`, IPv6 in brackets. */
const serverAddress = z
  .string()
  .max(255)
  .regex(/^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):\d{1,5}$/)
  .refine((server) => {
    const port = Number(server.slice(server.lastIndexOf(':') + 1));
    return port >= 1 && port <= 65_535;
  });

const accessToken = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21-\x7e]+$/);

/** The account of this computer, and what it shows to others. */
export const accountCommands = {
  saveAccount: {
    windows: ['main'],
    argument: z.strictObject({ server: serverAddress, address, friendlyName, accessToken }),
    run: ({ signIn }, account) => signIn.save(account),
  },
  signIn: { windows: ['main'], run: ({ signIn }) => signIn.signIn() },
  signOut: { windows: ['main'], run: ({ signIn }) => signIn.signOut() },
  forgetAccount: { windows: ['main'], run: ({ signIn }) => signIn.forget() },
  setPresence: {
    windows: ['main'],
    argument: z.enum(['online', 'busy', 'away']),
    run: ({ signIn }, presence) => signIn.setPresence(presence),
  },
  setFriendlyName: {
    windows: ['main'],
    argument: friendlyName,
    field: 'friendlyName',
    run: ({ messenger, signIn }, name) => {
      requireSignedIn(messenger);
      return signIn.setFriendlyName(name);
    },
  },
} satisfies Rows;
