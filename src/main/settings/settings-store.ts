import * as z from 'zod';
import type { HostingChoice } from '../../facts/hosting.ts';
import { type Preferences, QUIET_CHOICES, type RelayServerChoice } from '../../facts/preferences.ts';
import { readIceUrl } from '../../protocol/ice/server-url.ts';
import { readGuestHost } from '../../protocol/xmpp/help-link.ts';
import { readTypedAddress } from '../../protocol/assistance/ticket-address.ts';
import { QUIET_SECONDS } from '../../protocol/assistance/timing.ts';
import { openStoredFile, type StoredFile } from './stored-file.ts';

/** At least one modifier besides Shift and one key: a global key must not take a letter away from every other program. */
export const accelerator = z
  .string()
  .max(64)
  .regex(
    /^(?=(?:\w+\+)*(?:CommandOrControl|CmdOrCtrl|Command|Cmd|Control|Ctrl|Alt|Option|AltGr|Super|Meta)\+)(?:(?:CommandOrControl|CmdOrCtrl|Command|Cmd|Control|Ctrl|Alt|Option|AltGr|Shift|Super|Meta)\+){1,4}(?:[A-Z0-9]|F(?:[1-9]|1[0-9]|2[0-4])|Escape|Esc|Space|Tab|Backspace|Delete|Insert|Return|Enter|Home|End|PageUp|PageDown|Up|Down|Left|Right|Plus|[-,./;=`[\]\\'])$/,
  );

/** Three modifiers, so that no program of the novice is likely to have it; S for Stop. */
const DEFAULT_STOP_SHORTCUT = 'CommandOrControl+Alt+Shift+S';

/** Ports below 1024 need rights that we do not want; 0 lets the system choose. 1863 is MSNP's own. */
export const hostingSchema = z.strictObject({
  enabled: z.boolean(),
  reach: z.enum(['loopback', 'lan']),
  port: z
    .int()
    .max(65_535)
    .refine((port) => port === 0 || port >= 1_024),
  plain: z.exactOptional(z.boolean()),
}) satisfies z.ZodType<HostingChoice>;

/** A domain, or nothing. */
export const guestServer = z
  .string()
  .max(253)
  .refine((text) => text === '' || readGuestHost(text) === text);

/** An https page without a query: what follows its `#` is never sent. */
export const helpPage = z
  .string()
  .max(200)
  .regex(/^(?:https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/[A-Za-z0-9._~/-]*)?$/);

/** Ports up to 1024 need rights that we do not want, and no router is asked for one; 0 lets the system choose. */
export const ownPort = z
  .int()
  .max(65_535)
  .refine((port) => port === 0 || port > 1_024);

/** A name or an IP address that others can dial, with a port or without, or nothing. */
export const publicAddress = z
  .string()
  .max(260)
  .refine((text) => text === '' || readTypedAddress(text) !== undefined);

/** TURN wants a name and a password; STUN has neither. */
export const relayServer = z
  .strictObject({
    url: z
      .string()
      .max(300)
      .refine((text) => text === '' || readIceUrl(text) !== undefined),
    username: z.string().max(256),
    password: z.string().max(256),
  })
  .refine(({ url, username }) => !/^turns?:/.test(url) || username !== '', { path: ['username'] })
  .refine(({ url, password }) => !/^turns?:/.test(url) || password !== '', { path: ['password'] }) satisfies z.ZodType<RelayServerChoice>;

const rect = z.object({ x: z.int(), y: z.int(), width: z.int().min(1).max(32_767), height: z.int().min(1).max(32_767) });

/** Loose: fields of a newer version survive a load and a save, so that going back to an older version and forth loses nothing. */
export const settingsSchema = z.looseObject({
  version: z.literal(1),
  engine: z.enum(['ringback', 'classic']).default('ringback'),
  viewerScaling: z.enum(['fit', 'actual']).default('fit'),
  stopShortcut: accelerator.default(DEFAULT_STOP_SHORTCUT),
  home: z.enum(['need', 'give']).default('need'),
  playSound: z.boolean().default(true),
  startHidden: z.boolean().default(false),
  /** Off by default: unasked-for offers of help are how people get scammed. */
  allowOffers: z.boolean().default(false),
  allowPlainExperts: z.boolean().default(false),
  allowUnverified: z.boolean().default(false),
  relayOnly: z.boolean().default(false),
  openRouter: z.boolean().default(true),
  ownPort: ownPort.default(0),
  publicAddress: publicAddress.default(''),
  relayServer: relayServer.default({ url: '', username: '', password: '' }),
  quietSeconds: z.literal(QUIET_CHOICES).default(QUIET_SECONDS),
  hosting: hostingSchema.default({ enabled: false, reach: 'loopback', port: 1_863 }),
  ownName: z.string().max(129).default(''),
  guestServer: guestServer.default(''),
  helpPage: helpPage.default(''),
  windowBounds: z.exactOptional(rect),
}) satisfies z.ZodType<Preferences>;

export type Settings = z.infer<typeof settingsSchema>;

export type SettingsStore = StoredFile<Settings>;

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({ version: 1 });

/** Opens `settings.json`; missing or damaged files give the defaults. */
export function openSettings(path: string): Promise<SettingsStore> {
  return openStoredFile(path, settingsSchema, DEFAULT_SETTINGS);
}
