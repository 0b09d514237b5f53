/*
 * What a page may ask main for: the name of each command, what it takes and what it answers. The bridge is made from this table; the other
 * half of each row (who may call it, its schema, its handler) is in main/shell/commands, and main checks every argument at run time.
 */
import type { HostingChoice } from '../facts/hosting.ts';
import type { Preferences } from '../facts/preferences.ts';
import type { ServerFacts } from '../facts/server.ts';
import type { ProgramChoice } from '../facts/programs.ts';
import type { ActivityKind } from '../protocol/applications/applications.ts';
import type { PeerAddress } from '../protocol/applications/peer.ts';
import type { SessionStatus } from '../protocol/assistance/status.ts';
import type { AppState, SavedInvitationView, SavedKeyView, TypedAccount } from './contract.ts';

/** A name's half of a row. Only the number of arguments exists at run time; the types are carried along for the compiler. */
export interface CommandShape<A, V> {
  readonly takes: 0 | 1;
  /** Never there. */
  readonly types?: (argument: A) => V;
}
export type CommandShapes = Readonly<Record<string, CommandShape<never, unknown>>>;

/** The argument of a command; void for none. */
export type ArgumentOf<S> = S extends CommandShape<infer A, unknown> ? A : never;
/** What a command answers with; void for nothing but that it was done. */
export type AnswerOf<S> = S extends CommandShape<never, infer V> ? V : never;

/** A command without an argument that answers with `V`. */
export const alone = <V = void>(): CommandShape<void, V> => ({ takes: 0 });
/** A command that takes an `A` and answers with `V`. */
export const taking = <A, V = void>(): CommandShape<A, V> => ({ takes: 1 });

export const COMMANDS = {
  getState: alone<AppState>(),
  /** In the place of the account of its transport. */
  saveAccount: taking<TypedAccount>(),
  /** The same, and the server makes it first. Its `invitation` is a link of the server, if there is one. */
  makeAccount: taking<TypedAccount>(),
  /** A text with a link in it, pasted or dropped; what it names appears as `offeredAccount`, `offeredHelp` or `offeredContact`. */
  offerAccount: taking<string>(),
  /** The person takes the offered one. */
  takeOfferedAccount: alone(),
  putOfferedAccountAway: alone(),
  /** By the transport's name, as the two below. */
  signIn: taking<string>(),
  signOut: taking<string>(),
  forgetAccount: taking<string>(),
  /** What the server of an account that is signed in is, and offers; by the transport's name. */
  lookAtServer: taking<string, ServerFacts>(),
  setPresence: taking<'online' | 'busy' | 'away'>(),
  setFriendlyName: taking<string>(),
  addContact: taking<PeerAddress>(),
  /** A link that makes whoever uses it first a contact; by the name of a transport. */
  makeContactLink: taking<string, string>(),
  /** The person adds the contact that is shown as `offeredContact`. */
  takeOfferedContact: alone(),
  putOfferedContactAway: alone(),
  removeContact: taking<PeerAddress>(),
  /** Somebody who waits as a stranger: shows what they want, says no for this run of the program, or for good. */
  lookAtStranger: taking<PeerAddress>(),
  declineStranger: taking<PeerAddress>(),
  blockStranger: taking<PeerAddress>(),
  /** Answered once it is with them. */
  sendMessage: taking<PeerAddress & { readonly text: string }>(),
  /** Every few seconds while the person types. */
  sendTyping: taking<PeerAddress>(),
  /** The person has seen what was written. */
  readConversation: taking<PeerAddress>(),
  /** Novice: step 1. */
  askForHelp: taking<PeerAddress>(),
  /** Expert: a code and a link for somebody without an account; they appear as `newcomer`. */
  helpSomebodyNew: alone(),
  /** Takes the code back, or puts away one that is over. */
  putNewcomerAway: alone(),
  /** Novice without an account: answered once the expert is being asked. `server` is `host:port`, `authority` the path of a PEM file, or empty; `name` is what the expert reads. */
  askAsGuest: taking<{ address: string; code: string; server: string; name: string; authority: string }>(),
  stopAskingAsGuest: alone(),
  /** The person asks by the link that is shown as `offeredHelp`. */
  takeOfferedHelp: taking<{ name: string; authority: string }>(),
  putOfferedHelpAway: alone(),
  /** Where people without an account sign in, and the page that links lead to. */
  setGuestPlaces: taking<{ guestServer: string; helpPage: string }>(),
  /** Expert: asks whether help is wanted. */
  offerHelp: taking<PeerAddress>(),
  startActivity: taking<PeerAddress & { readonly kind: ActivityKind }>(),
  acceptActivity: taking<string>(),
  /** Incoming: no. Outgoing: takes it back. */
  cancelActivity: taking<string>(),
  setProgram: taking<{ kind: ActivityKind; choice: ProgramChoice }>(),
  /** What a line would run, with example values; nothing is started. */
  testProgram: taking<{ kind: ActivityKind; line: string }, { readonly words: readonly string[]; readonly known: boolean }>(),
  /** Step 2: the expert takes an invitation, or the novice an offer. */
  acceptInvitation: taking<string>(),
  declineInvitation: taking<string>(),
  /** Novice, without a messenger: asks where, saves, listens. Null when the person does not choose a place. Type 1 is for Windows XP. */
  saveInvitation: taking<1 | 2, SavedInvitationView | null>(),
  /** Takes the saved one back, or puts away one that is over. */
  removeInvitation: alone(),
  /** Expert: the system's dialog; what is chosen appears as `offeredInvitation`. */
  chooseInvitation: alone(),
  /** Expert: a file dropped on the window. */
  offerInvitation: taking<{ fileName: string; bytes: Uint8Array }>(),
  /** Expert: connects by the offered one, with its password. */
  useInvitation: taking<string>(),
  putInvitationAway: alone(),
  /** The side that was told six digits: as they were typed. */
  enterCode: taking<string>(),
  /** Whoever uses this address has to be made sure anew. */
  forgetMet: taking<PeerAddress>(),
  /** This installation gets another key, which those who know it are told. */
  renewKey: alone(),
  /** Asks where, and saves this installation's key under a password. Null when the person does not choose a place. */
  saveKey: alone<SavedKeyView | null>(),
  /** Asks for the file and takes the key in it, with its password. False when the person does not choose one. */
  takeKey: taking<string, boolean>(),
  /** Either side, at any time: ends the session or the attempt. */
  endSession: alone(),
  /** Novice: opens the main process's own question; the answer is given there, never here. */
  offerControl: alone(),
  /** Novice: at once, without a question. */
  takeBackControl: alone(),
  /** Novice: whether the expert hears what this computer plays. On opens the main process's own question; off is at once. */
  setSound: taking<boolean>(),
  /** Novice: still there; the answer to the quiet line. */
  stillHelping: alone(),
  /** Expert. */
  requestControl: alone(),
  releaseControl: alone(),
  /** Expert: what the picture is made for. */
  choosePicture: taking<NonNullable<SessionStatus['quality']>>(),
  /** Puts the ended session away. */
  dismissSession: alone(),
  dismissNotice: taking<string>(),
  setHosting: taking<HostingChoice>(),
  createHostedAccount: taking<{ address: string; friendlyName: string }, { server: string; accessToken: string; key: string }>(),
  removeHostedAccount: taking<string>(),
  saveSettings: taking<Partial<Omit<Preferences, 'hosting' | 'guestServer' | 'helpPage' | 'ownPort' | 'publicAddress' | 'relayServer'>>>(),
  /** For a router that was set up by hand. */
  setForwarding: taking<Pick<Preferences, 'ownPort' | 'publicAddress'>>(),
  /** STUN or TURN. */
  setRelayServer: taking<Preferences['relayServer']>(),
  clearHistory: alone(),
  /** Main asks where to; nothing happens when the person does not choose a place. */
  exportHistory: alone(),
  /** Expert's session window. */
  setFullScreen: taking<boolean>(),
  copyText: taking<string>(),
  /** Novice's session window: the slim bar, or the whole panel. */
  foldPanel: taking<boolean>(),
  /** Novice's session window: the bar goes to the other edge of the screen. */
  moveBar: alone(),
  /** Novice: would show something else; main asks what. */
  changeShared: alone(),
  /** Expert: would like to see a screen of the novice's, by its id, or all of them. */
  wishForPart: taking<{ tag: 'all' } | { tag: 'screen'; id: string }>(),
  /** Session window: opens the conversation with the other person, in the main window. */
  openConversation: alone(),
  /** Expert's session window: main hands over a MessagePort for the picture. The port arrives as a window `message` event (data `ViewerPortHello`), since ports cannot cross the bridge. */
  openViewer: alone(),
} as const;

export type CommandName = keyof typeof COMMANDS;

/** `ringback:<name>`: each command has an IPC channel of its own. */
export const channelOf = (name: string): string => `ringback:${name}`;

/** Answer of every command: a refusal has a code the renderer has words for, and the offending field. */
export type CommandResult<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly field?: string; readonly message: string };

type Answered<V> = Promise<CommandResult<V extends void ? undefined : V>>;
type Method<A, V> = [A] extends [void] ? () => Answered<V> : (argument: A) => Answered<V>;

/** A table of commands as a page calls them. */
export type MethodsOf<T extends CommandShapes> = { readonly [N in keyof T]: Method<ArgumentOf<T[N]>, AnswerOf<T[N]>> };

export type Commands = MethodsOf<typeof COMMANDS>;

/** `window.ringback`. */
export interface RingbackBridge extends Commands {
  onState(listener: (state: AppState) => void): () => void;
}
