/* The run-time shape of every command's arguments. Strict: an unknown field is refused, so that none is quietly ignored. */
import * as z from 'zod';
import type { Commands, RingbackBridge } from '../../preload/contract.ts';
import { MAX_INVITATION_BYTES } from '../../protocol/assistance/invitation.ts';
import { ACTIVITY_KINDS } from '../../protocol/applications/applications.ts';
import { programChoiceSchema } from '../settings/programs-store.ts';
import { accelerator, hostingSchema } from '../settings/settings-store.ts';
import type { WindowKind } from './web-security.ts';

export type CommandName = keyof Commands | 'openViewer';
type CommandArguments<N extends CommandName> = Parameters<RingbackBridge[N]>;

const oneLine = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** An e-mail-like log-in name. */
const address = z
  .string()
  .max(129)
  .regex(/^[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+@[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+$/u)
  .toLowerCase();
const friendlyName = oneLine(129).refine((name) => name.trim() !== '');
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
/** As much as a message holds; line breaks are welcome. */
const chatText = z
  .string()
  .max(1_400)
  .refine((text) => text.trim() !== '');
/** One byte too many is let through, to be refused as no invitation. */
const invitationBytes = z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MAX_INVITATION_BYTES + 1);
const id = oneLine(128);
const kind = z.enum(ACTIVITY_KINDS);
const none = z.tuple([]);

const COMMAND_SCHEMAS: { readonly [N in CommandName]: z.ZodType<CommandArguments<N>> } = {
  getState: none,
  saveAccount: z.tuple([z.strictObject({ server: serverAddress, address, friendlyName, accessToken })]),
  signIn: none,
  signOut: none,
  forgetAccount: none,
  setPresence: z.tuple([z.enum(['online', 'busy', 'away'])]),
  setFriendlyName: z.tuple([friendlyName]),
  addContact: z.tuple([address]),
  removeContact: z.tuple([address]),
  sendMessage: z.tuple([z.strictObject({ address, text: chatText })]),
  sendTyping: z.tuple([address]),
  readConversation: z.tuple([address]),
  askForHelp: z.tuple([address]),
  offerHelp: z.tuple([address]),
  startActivity: z.tuple([z.strictObject({ address, kind })]),
  acceptActivity: z.tuple([id]),
  cancelActivity: z.tuple([id]),
  setProgram: z.tuple([z.strictObject({ kind, choice: programChoiceSchema })]),
  testProgram: z.tuple([z.strictObject({ kind, line: z.string().max(4_096) })]),
  acceptInvitation: z.tuple([id]),
  declineInvitation: z.tuple([id]),
  saveInvitation: z.tuple([z.literal([1, 2])]),
  removeInvitation: none,
  chooseInvitation: none,
  offerInvitation: z.tuple([z.strictObject({ fileName: oneLine(255), bytes: invitationBytes })]),
  useInvitation: z.tuple([z.string().max(128)]),
  putInvitationAway: none,
  endSession: none,
  offerControl: none,
  takeBackControl: none,
  requestControl: none,
  releaseControl: none,
  dismissSession: none,
  dismissNotice: z.tuple([id]),
  setHosting: z.tuple([hostingSchema]),
  createHostedAccount: z.tuple([z.strictObject({ address, friendlyName })]),
  removeHostedAccount: z.tuple([address]),
  // exactOptionalPropertyTypes: a field that is present but undefined is refused too.
  saveSettings: z.tuple([
    z.strictObject({
      engine: z.exactOptional(z.enum(['ringback', 'classic'])),
      viewerScaling: z.exactOptional(z.enum(['fit', 'actual'])),
      stopShortcut: z.exactOptional(accelerator),
      playSound: z.exactOptional(z.boolean()),
      startHidden: z.exactOptional(z.boolean()),
      allowOffers: z.exactOptional(z.boolean()),
      allowPlainExperts: z.exactOptional(z.boolean()),
    }),
  ]),
  clearHistory: none,
  setFullScreen: z.tuple([z.boolean()]),
  copyText: z.tuple([z.string().max(4_096)]),
  openViewer: none,
};

export const COMMAND_NAMES = Object.keys(COMMAND_SCHEMAS) as CommandName[];

/** `ringback:<name>`. */
export const channelOf = (name: CommandName): string => `ringback:${name}`;

const SESSION_WINDOW: ReadonlySet<CommandName> = new Set<CommandName>([
  'getState',
  'endSession',
  'offerControl',
  'takeBackControl',
  'requestControl',
  'releaseControl',
  'dismissSession',
  'saveSettings',
  'setFullScreen',
  'openViewer',
]);
const SESSION_WINDOW_ONLY: ReadonlySet<CommandName> = new Set<CommandName>(['setFullScreen', 'openViewer']);

/** Which window may call what: the session window's page, which draws what the other side sends, only what it has buttons for; the capture page can call nothing. */
export function mayCall(kind: WindowKind | undefined, name: CommandName): boolean {
  switch (kind) {
    case 'main':
      return !SESSION_WINDOW_ONLY.has(name);
    case 'session':
      return SESSION_WINDOW.has(name);
    default:
      return false;
  }
}

/** Commands with one plain argument: what the windows call it. */
const ONLY_FIELD: { readonly [N in CommandName]?: string } = {
  addContact: 'address',
  removeContact: 'address',
  askForHelp: 'address',
  offerHelp: 'address',
  removeHostedAccount: 'address',
  setFriendlyName: 'friendlyName',
};

export type ParsedCommand<N extends CommandName> =
  | { readonly ok: true; readonly value: CommandArguments<N> }
  | { readonly ok: false; readonly field?: string };

/** Checks what came over IPC. Never throws, whatever came; `field` is the first one that is wrong. */
export function parseCommand<N extends CommandName>(name: N, args: unknown): ParsedCommand<N> {
  const schema = COMMAND_SCHEMAS[name] as unknown as z.ZodType<CommandArguments<N>>;
  const parsed = schema.safeParse(args);
  if (parsed.success) return { ok: true, value: parsed.data };
  const only = ONLY_FIELD[name];
  if (only !== undefined) return { ok: false, field: only };
  const issue = parsed.error.issues[0];
  const field = issue?.path.find((part) => typeof part === 'string') ?? (issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined);
  return field === undefined ? { ok: false } : { ok: false, field };
}
