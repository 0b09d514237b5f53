import type { ProgramChoiceView } from '../../preload/contract.ts';
import type { ActivityKind } from '../../protocol/applications/applications.ts';
import type { Activities, Launcher } from '../activities/contract.ts';
import { TemplateError } from '../activities/template.ts';
import { tryLine, type Trial } from '../activities/trial.ts';
import type { Assistance } from '../assistance/contract.ts';
import type { SessionLog } from '../history/session-log.ts';
import type { Messenger } from '../messenger/contract.ts';
import type { ProgramsStore } from '../settings/programs-store.ts';
import type { Settings, SettingsStore } from '../settings/settings-store.ts';
import { type AppModel, stateFor } from './app-facts.ts';
import { CommandError, type CommandHandlers } from './command-handlers.ts';
import type { Conversations } from './conversations.ts';
import type { FileInvitations } from './file-invitations.ts';
import type { Hosting } from './hosting.ts';
import type { SignIn } from './sign-in.ts';

/** Asking for help and giving it, as the windows and the tray use it. */
type HelpCommands = Pick<
  Assistance,
  | 'askForHelp'
  | 'offerHelp'
  | 'acceptInvitation'
  | 'declineInvitation'
  | 'endSession'
  | 'offerControl'
  | 'takeBackControl'
  | 'requestControl'
  | 'releaseControl'
  | 'dismissSession'
>;

export interface CommandDeps {
  readonly model: AppModel;
  readonly signIn: SignIn;
  readonly messenger: Messenger;
  readonly conversations: Conversations;
  readonly help: HelpCommands;
  readonly files: FileInvitations;
  readonly hosting: Hosting;
  readonly settings: SettingsStore;
  readonly history: SessionLog;
  readonly activities: Activities;
  readonly launcher: Launcher;
  readonly programs: ProgramsStore;
  readonly setFullScreen: (on: boolean) => void;
  readonly copyText: (text: string) => void;
  readonly openViewer: () => void;
}

/** Every command of the contract, on the use cases. */
export function createCommands(deps: CommandDeps): CommandHandlers {
  const { model, signIn, messenger, help, files, hosting, settings } = deps;

  function signedIn(): Messenger {
    if (messenger.state.tag !== 'signedIn') throw new CommandError('NOT_SIGNED_IN', 'not signed in');
    return messenger;
  }

  async function saveSettings(change: Partial<Settings>): Promise<undefined> {
    const next = { ...settings.value, ...change };
    const written = settings.set(next);
    model.update({ settings: next });
    await written;
  }

  async function trial(kind: ActivityKind, line: string): Promise<Trial> {
    try {
      return await tryLine(kind, line, deps.launcher);
    } catch (error) {
      throw error instanceof TemplateError ? new CommandError(`LINE_${error.code}`, error.message, 'line') : error;
    }
  }

  async function setProgram(kind: ActivityKind, choice: ProgramChoiceView): Promise<undefined> {
    if (choice.use === 'own') await trial(kind, choice.line);
    const programs = { ...deps.programs.value.programs, [kind]: choice };
    const written = deps.programs.set({ version: 1, programs });
    model.update({ programs });
    await written;
  }

  return {
    getState: () => stateFor('main', model.state),
    saveAccount: async (account) => void (await signIn.save(account)),
    signIn: () => void signIn.signIn(),
    signOut: async () => void (await signIn.signOut()),
    forgetAccount: async () => void (await signIn.forget()),
    setPresence: async (presence) => void (await signIn.setPresence(presence)),
    setFriendlyName: async (name) => {
      signedIn();
      await signIn.setFriendlyName(name);
      return undefined;
    },
    addContact: async (address) => {
      if (address === model.facts.account?.address) throw new CommandError('INVALID_ARGUMENT', 'that is your own address', 'address');
      if (model.facts.contacts.some((contact) => contact.address === address))
        throw new CommandError('ALREADY_EXISTS', 'already a contact', 'address');
      await signedIn().addContact(address);
      return undefined;
    },
    removeContact: async (address) => void (await signedIn().removeContact(address)),
    sendMessage: async ({ address, text }) => void (await deps.conversations.send(address, text)),
    sendTyping: (address) => void deps.conversations.typing(address),
    readConversation: (address) => void deps.conversations.read(address),
    askForHelp: async (address) => {
      signedIn();
      await help.askForHelp(address);
      return undefined;
    },
    offerHelp: (address) => {
      signedIn();
      help.offerHelp(address);
      return undefined;
    },
    startActivity: async ({ address, kind }) => void (await deps.activities.start(address, kind)),
    acceptActivity: async (id) => void (await deps.activities.accept(id)),
    cancelActivity: (id) => void deps.activities.cancel(id),
    setProgram: ({ kind, choice }) => setProgram(kind, choice),
    testProgram: ({ kind, line }) => trial(kind, line),
    acceptInvitation: (id) => void help.acceptInvitation(id),
    declineInvitation: (id) => void help.declineInvitation(id),
    saveInvitation: (type) => files.save(type),
    removeInvitation: async () => void (await files.remove()),
    chooseInvitation: async () => void (await files.choose()),
    offerInvitation: ({ fileName, bytes }) => void files.offer(fileName, bytes),
    useInvitation: (password) => void files.use(password),
    putInvitationAway: () => void files.putAway(),
    endSession: async () => void (await help.endSession()),
    offerControl: () => void help.offerControl(),
    takeBackControl: () => void help.takeBackControl(),
    requestControl: () => void help.requestControl(),
    releaseControl: () => void help.releaseControl(),
    dismissSession: () => void help.dismissSession(),
    dismissNotice: (id) => void model.dismissNotice(id),
    setHosting: async (wanted) => {
      await hosting.apply(wanted);
      const saved = saveSettings({ hosting: wanted });
      signIn.followServer();
      return saved;
    },
    createHostedAccount: (account) => hosting.createAccount(account),
    removeHostedAccount: async (address) => void (await hosting.removeAccount(address)),
    saveSettings,
    clearHistory: async () => {
      const cleared = deps.history.clear();
      model.update({ history: deps.history.entries });
      await cleared;
      return undefined;
    },
    setFullScreen: (on) => void deps.setFullScreen(on),
    copyText: (text) => void deps.copyText(text),
    openViewer: () => void deps.openViewer(),
  };
}

/** What the session window's page gets of them: it sees only what it shows, and changes no setting but how it scales the picture. */
export function sessionCommands(commands: CommandHandlers, model: AppModel): CommandHandlers {
  return {
    ...commands,
    getState: () => stateFor('session', model.state),
    saveSettings: (change) => {
      if (Object.keys(change).some((name) => name !== 'viewerScaling')) throw new CommandError('FORBIDDEN', 'not from this window');
      return commands.saveSettings(change);
    },
  };
}
