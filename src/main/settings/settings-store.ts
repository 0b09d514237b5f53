import * as z from 'zod';
import type { HostingChoice } from '../../facts/hosting.ts';
import { type Preferences, QUIET_CHOICES, type RelayServerChoice } from '../../facts/preferences.ts';
import { readIceUrl } from '../../protocol/ice/server-url.ts';
import { readGuestHost } from '../../protocol/xmpp/help-link.ts';
import { readTypedAddress } from '../../protocol/assistance/ticket-address.ts';
import { QUIET_SECONDS } from '../../protocol/assistance/timing.ts';
import { lockUp, type Secret, type SecretBox, secretSchema, unlock } from './secret-box.ts';
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

const relayServerFields = z.strictObject({
  url: z
    .string()
    .max(300)
    .refine((text) => text === '' || readIceUrl(text) !== undefined),
  username: z.string().max(256),
  password: z.string().max(256),
}) satisfies z.ZodType<RelayServerChoice>;

/** TURN wants a name and a password; STUN has neither. No window is ever shown the password: an empty one is the one that is kept. */
export const relayServer = relayServerFields.refine(({ url, username }) => !isTurn(url) || username !== '', { path: ['username'] });

/** Of a server that asks for a name and a password. */
export const isTurn = (url: string): boolean => /^turns?:/.test(url);

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
  relayServer: relayServerFields.default({ url: '', username: '', password: '' }),
  quietSeconds: z.literal(QUIET_CHOICES).default(QUIET_SECONDS),
  hosting: hostingSchema.default({ enabled: false, reach: 'loopback', port: 1_863 }),
  ownName: z.string().max(129).default(''),
  guestServer: guestServer.default(''),
  helpPage: helpPage.default(''),
  windowBounds: z.exactOptional(rect),
}) satisfies z.ZodType<Preferences>;

export type Settings = z.infer<typeof settingsSchema>;

export interface SettingsStore extends StoredFile<Settings> {
  /** The password of the relay server could not be decrypted; it stays on the disk until another server is named. */
  readonly secretUnreadable: boolean;
}

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({ version: 1 });

/** As they are on the disk: without the password, which is beside them as the key store has made it. */
const storedSchema = settingsSchema.extend({ relayPassword: z.exactOptional(secretSchema) });

/** Opens `settings.json`; missing or damaged files give the defaults. A password that an earlier version has left in the clear is locked up at once. */
export async function openSettings(path: string, box: SecretBox): Promise<SettingsStore> {
  const file = await openStoredFile<z.infer<typeof storedSchema>>(path, storedSchema, DEFAULT_SETTINGS);
  const { relayPassword: found, ...stored } = file.value;
  let value: Settings = stored;
  /** What stands on the disk, and for which password; none where it could not be read. */
  let locked: { readonly secret: Secret; readonly password: string | undefined } | undefined;
  if (found !== undefined) {
    const password = await unlock(box, found).catch(() => undefined);
    locked = { secret: found, password };
    value = { ...value, relayServer: { ...value.relayServer, password: password ?? '' } };
  }
  const secretUnreadable = locked !== undefined && locked.password === undefined;
  let written: Promise<unknown> = Promise.resolve();

  async function keep(next: Settings): Promise<void> {
    const { password, url } = next.relayServer;
    const keepsUnread = password === '' && url === stored.relayServer.url && secretUnreadable;
    if (!keepsUnread && password !== locked?.password)
      locked = password === '' ? undefined : { secret: await lockUp(box, password), password };
    const relayPassword = locked === undefined ? {} : { relayPassword: locked.secret };
    await file.set({ ...next, relayServer: { ...next.relayServer, password: '' }, ...relayPassword });
  }

  const store: SettingsStore = {
    get value() {
      return value;
    },
    damaged: file.damaged,
    newer: file.newer,
    secretUnreadable,
    // The key store takes its time: what is written is written in the order in which it was set.
    set(settings) {
      value = settings;
      const turn = written.then(() => keep(settings));
      written = turn.catch(() => undefined);
      return turn;
    },
    flush: async () => {
      await written;
      await file.flush();
    },
  };
  if (found === undefined && value.relayServer.password !== '') store.set(value).catch(() => undefined);
  return store;
}
