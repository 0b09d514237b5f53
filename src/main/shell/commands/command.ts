/* Main's half of the table of commands: who may call one, what its argument looks like, what it does. Knows no Electron: windows and the clipboard come as functions. */
import type * as z from 'zod';
import type { AnswerOf, ArgumentOf, CommandResult, COMMANDS, CommandShapes } from '../../../preload/commands.ts';
import type { Activities, Launcher } from '../../activities/contract.ts';
import type { Assistance } from '../../assistance/contract.ts';
import type { SessionLog } from '../../history/session-log.ts';
import type { Messengers } from '../../messenger/contract.ts';
import type { ProgramsStore } from '../../settings/programs-store.ts';
import type { SettingsStore } from '../../settings/settings-store.ts';
import type { TrustStore } from '../../settings/trust-store.ts';
import type { AccountMaking } from '../account-making.ts';
import type { AccountOffers } from '../account-offers.ts';
import type { AppModel } from '../app-model.ts';
import type { ContactLinks } from '../contact-links.ts';
import type { ContactOffers } from '../contact-offers.ts';
import type { StateWindow } from '../window-state.ts';
import type { Conversations } from '../conversations.ts';
import type { FileInvitations } from '../file-invitations.ts';
import type { GuestAsking } from '../guest-asking.ts';
import type { Hosting } from '../hosting.ts';
import type { KeyFiles } from '../key-files.ts';
import type { Newcomers } from '../newcomers.ts';
import { refusal } from '../refusal.ts';
import type { Strangers } from '../strangers.ts';
import type { SignIn } from '../sign-in.ts';
import type { Widening, WideningGate } from '../widening.ts';

/** What the handlers work on. */
export interface UseCases {
  readonly model: AppModel;
  readonly signIn: SignIn;
  readonly messengers: Messengers;
  readonly conversations: Conversations;
  readonly strangers: Pick<Strangers, 'look' | 'decline' | 'block'>;
  readonly help: Assistance;
  readonly files: FileInvitations;
  readonly accountOffers: AccountOffers;
  readonly contactOffers: ContactOffers;
  readonly contactLinks: Pick<ContactLinks, 'make'>;
  readonly accountMaking: AccountMaking;
  readonly newcomers: Newcomers;
  readonly guestAsking: GuestAsking;
  readonly hosting: Hosting;
  readonly settings: SettingsStore;
  readonly history: SessionLog;
  /** Asks the person for a place and writes the text there. */
  readonly saveRecord: (text: string) => Promise<void>;
  readonly activities: Activities;
  readonly launcher: Launcher;
  readonly programs: ProgramsStore;
  readonly trust: TrustStore;
  readonly keyFiles: KeyFiles;
  readonly setFullScreen: (on: boolean) => void;
  /** Rejects with the system's error where another program listens on it. */
  readonly requireFreePort: (port: number) => Promise<void>;
  readonly copyText: (text: string) => void;
  readonly openViewer: () => void;
  readonly changeShared: () => void;
  readonly moveBar: () => void;
  readonly openMain: () => void;
}

/** A handler gives plain values and throws; `runCommand` makes a result of either. */
interface Row<A, V, U> {
  /** The windows whose page may call it. */
  readonly windows: readonly StateWindow[];
  /** What the windows call a plain argument, where a refusal is to be shown beside it. */
  readonly field?: string;
  /** What the person is asked before it is carried out, with this argument; what narrows or changes nothing is not asked about. */
  readonly widens: 'nothing' | ((use: U, argument: A, window: StateWindow) => readonly Widening[] | Promise<readonly Widening[]>);
  readonly run: (use: U, argument: A, window: StateWindow) => V | Promise<V>;
}

/** Strict schemas: an unknown field is refused, so that none is quietly ignored. */
export type Command<S, U = UseCases> = Row<ArgumentOf<S>, AnswerOf<S>, U> &
  ([ArgumentOf<S>] extends [void] ? { readonly argument?: never } : { readonly argument: z.ZodType<ArgumentOf<S>> });

/** A row for every name of `T`, and for nothing else. */
export type CommandTable<T extends CommandShapes, U = UseCases> = { readonly [N in keyof T]: Command<T[N], U> };

/** Rows of one subject. */
export type Rows = Partial<CommandTable<typeof COMMANDS>>;

/** A row without its types, for code that carries out whichever is called: what `run` is given has passed `argument`. */
export interface AnyCommand<U> {
  readonly windows: readonly StateWindow[];
  readonly field?: string;
  readonly argument?: z.ZodType | undefined;
  // Methods' arguments, which are narrower than `unknown`, are compared both ways.
  readonly widens:
    | 'nothing'
    | { widenings(use: U, argument: unknown, window: StateWindow): readonly Widening[] | Promise<readonly Widening[]> }['widenings'];
  run(use: U, argument: unknown, window: StateWindow): unknown;
}

export type ParsedArgument = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly field?: string };

/** Checks what came over IPC. Never throws, whatever came; `field` is the first one that is wrong. */
export function parseArgument({ argument, field: only }: Pick<AnyCommand<never>, 'argument' | 'field'>, args: unknown): ParsedArgument {
  const count = argument === undefined ? 0 : 1;
  if (!Array.isArray(args) || args.length !== count) return refused(only);
  if (argument === undefined) return { ok: true, value: undefined };
  const parsed = argument.safeParse(args[0]);
  if (parsed.success) return { ok: true, value: parsed.data };
  if (only !== undefined) return refused(only);
  const issue = parsed.error.issues[0];
  return refused(issue?.path.find((part) => typeof part === 'string') ?? (issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined));
}

const refused = (field: string | undefined): ParsedArgument => (field === undefined ? { ok: false } : { ok: false, field });

/**
 * Parses, asks where the command widens something, runs and answers. Never throws and never rejects, whatever the arguments and whatever the handler does.
 * `onInternal` hears of errors that no code says anything about.
 */
export async function runCommand<U>(
  command: AnyCommand<U>,
  use: U,
  window: StateWindow,
  args: unknown,
  gate: WideningGate,
  onInternal: (error: unknown) => void,
): Promise<CommandResult<unknown>> {
  try {
    const parsed = parseArgument(command, args);
    if (!parsed.ok)
      return {
        ok: false,
        code: 'INVALID_ARGUMENT',
        message: 'invalid argument',
        ...(parsed.field === undefined ? {} : { field: parsed.field }),
      };
    const { widens } = command;
    const run = (): unknown => command.run(use, parsed.value, window);
    return { ok: true, value: await (widens === 'nothing' ? run() : gate.pass(() => widens(use, parsed.value, window), run)) };
  } catch (error) {
    const result = refusal(error);
    if (result.code === 'INTERNAL') onInternal(error);
    return result;
  }
}
