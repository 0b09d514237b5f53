/** Everything a person can do. The only place in the windows that calls the bridge. */
import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { HostingChoice, Reach } from '../../facts/hosting.ts';
import type { HomeFor, Preferences } from '../../facts/preferences.ts';
import type { Commands, CommandResult, RingbackBridge } from '../../preload/commands.ts';
import type { AccountView, ProgramView, TypedAccount } from '../../preload/contract.ts';
import type { PeerAddress } from '../../protocol/applications/peer.ts';
import { writeAccountLink } from '../../protocol/msnp/account-link.ts';
import type { TypedGuest } from './home/guest-form.tsx';
import type { GuestSelf } from './home/guest-self.tsx';
import { problemOf } from './problem.ts';
import { showsWelcome } from './selectors.ts';
import type { ServerInvitation } from './server-invitation.ts';
import {
  withAnswer,
  withApp,
  withChosen,
  withIssued,
  withPage,
  withPending,
  withPicking,
  withSavedInvitation,
  withServerInvitation,
  withTalk,
  withTrying,
  withWelcome,
  withoutChosen,
  withoutServerInvitation,
  type IssuedAccount,
  type Page,
  type Place,
  type WelcomeStep,
  type WindowStore,
} from './store.ts';
import { t } from '../../words/words.ts';
import { freeAddressFor } from './address.ts';

/** The messenger that this computer can be speaks it. */
const HOSTED_TRANSPORT = 'msnp';

/** A contact is more than main is asked about. */
const addressOf = ({ transport, address }: PeerAddress): PeerAddress => ({ transport, address });

/** Ports tried at the first start, where nobody has chosen one: the usual one may be taken, and the other person is told whichever it is. */
const FIRST_START_PORTS = 20;

/** An invitation has a few kilobytes; main refuses what is larger. */
const MAX_FILE_BYTES = 0x4_0001;

/** Characters of a text that may have a link in it; main refuses more. */
const MAX_LINK_TEXT = 16_384;

export type Actions = ReturnType<typeof createActions>;

export function createActions(store: WindowStore, bridge: RingbackBridge) {
  /** Sends one command and puts its refusal where it belongs. A bridge that throws is an internal error, never an unhandled rejection. */
  async function run<T>(place: Place, command: () => Promise<CommandResult<T>>): Promise<CommandResult<T>> {
    store.setState((state) => withPending(state, place));
    let result: CommandResult<T>;
    try {
      result = await command();
    } catch (error) {
      result = { ok: false, code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
    }
    store.setState((state) => withAnswer(state, place, problemOf(result)));
    return result;
  }

  /** Shows the chosen settings at once; what main refuses goes back. */
  async function choose(settings: Partial<Preferences>, place: Place, command: () => Promise<CommandResult>): Promise<CommandResult> {
    store.setState((state) => withChosen(state, settings));
    const result = await run(place, command);
    if (!result.ok) store.setState((state) => withoutChosen(state, settings));
    return result;
  }

  const saveOrMake = (account: TypedAccount, make: boolean): Promise<CommandResult> =>
    make ? bridge.makeAccount(account) : bridge.saveAccount(account);

  async function createHosted(account: { address: string; friendlyName: string }): Promise<CommandResult<IssuedAccount>> {
    const created = await bridge.createHostedAccount(account);
    return created.ok ? { ok: true, value: { ...account, ...created.value } } : created;
  }

  /** The account of this computer's person, where it lives on this computer's messenger. */
  function ownHosted(): AccountView | undefined {
    const { app, ui } = store.getState();
    const own = app?.accounts.find(({ transport }) => transport === HOSTED_TRANSPORT);
    const isHere = app?.hosting.tag === 'on' && app.hosting.accounts.some((account) => account.address === own?.address);
    return isHere || ui.welcome === 'hostReady' ? own : undefined;
  }

  /** The other person's account, and the two as each other's contacts from the start. */
  async function createForOther(account: { address: string; friendlyName: string }): Promise<boolean> {
    const own = ownHosted();
    const result = await run('hostedAccounts', () => createHosted(account));
    if (!result.ok) return false;
    const issued: IssuedAccount =
      own === undefined ? result.value : { ...result.value, contact: own.address, contactName: own.friendlyName };
    store.setState((state) => withIssued(state, issued));
    if (own !== undefined) await run('contacts', () => bridge.addContact({ transport: HOSTED_TRANSPORT, address: account.address }));
    return true;
  }

  /** The next time the form begins with it. Asking does not wait for the disk, and is not refused because of it. */
  function keepName(ownName: string): void {
    const { app } = store.getState();
    if (app?.accounts.length === 0 && app.suggestedName !== ownName) void run('settings', () => bridge.saveSettings({ ownName }));
  }

  async function hostOnFreePort(reach: Reach, wanted: number): Promise<CommandResult> {
    let result = await bridge.setHosting({ enabled: true, reach, port: wanted });
    for (let port = wanted + 1; !result.ok && result.code === 'PORT_IN_USE' && port < wanted + FIRST_START_PORTS; port += 1) {
      result = await bridge.setHosting({ enabled: true, reach, port });
    }
    return result;
  }

  return {
    /** Reads the first snapshot and follows all later ones. Returns the way to stop. */
    connect(): () => void {
      let newer = false;
      const stop = bridge.onState((app) => {
        newer = true;
        store.setState((state) => withApp(state, app));
      });
      const readFirst = async (): Promise<void> => {
        const result = await bridge.getState().catch(() => undefined);
        if (newer) return;
        store.setState((state) => (result?.ok === true ? withApp(state, result.value) : { ...state, loadFailed: true }));
      };
      void readFirst();
      return stop;
    },

    showPage: (page: Page) => store.setState((state) => withPage(state, page)),
    pickContact: (picking: boolean) => store.setState((state) => withPicking(state, picking)),
    talkTo: (peer: PeerAddress | undefined) => store.setState((state) => withTalk(state, peer && addressOf(peer))),
    showWelcome: (step: WelcomeStep) => store.setState((state) => withWelcome(state, step)),
    putIssuedAway: () => store.setState((state) => withIssued(state, undefined)),

    saveAccount: async (account: TypedAccount, make: boolean) => {
      const result = await run('account', () => saveOrMake(account, make));
      if (result.ok) store.setState(withoutServerInvitation);
      return result;
    },
    /** First start: on to Home once it has signed in, back to the form with the reason until then. `home` is whom Home is for from now on. */
    saveFirstAccount: async (account: TypedAccount, make: boolean, home: HomeFor | undefined) => {
      store.setState((state) => withTrying(state, account.transport));
      const result = await run('account', () => saveOrMake(account, make));
      if (!result.ok) store.setState((state) => withTrying(state, undefined));
      else if (home !== undefined) await run('settings', () => bridge.saveSettings({ home }));
      return result;
    },
    /** A link of a server was pasted or dropped: the form of an account opens with it. */
    takeServerInvitation: (invitation: ServerInvitation) =>
      store.setState((state) => withServerInvitation(state, invitation, showsWelcome(state))),
    putServerInvitationAway: () => store.setState(withoutServerInvitation),
    /** The person goes on without waiting for it. */
    keepTrying: () => store.setState((state) => withWelcome(withTrying(state, undefined), 'choose')),
    /** Back from a form whose account could not sign in: as if it had never been sent. */
    leaveFirstAccount: async () => {
      const { trying } = store.getState().ui;
      if (trying !== undefined) await run('account', () => bridge.forgetAccount(trying));
      store.setState((state) => withWelcome(withTrying(state, undefined), 'choose'));
    },
    /** A text with a link in it, pasted or dropped. */
    offerAccount: (text: string) => run('offeredAccount', () => bridge.offerAccount(text.slice(0, MAX_LINK_TEXT))),
    takeOfferedAccount: () => run('offeredAccount', () => bridge.takeOfferedAccount()),
    putOfferedAccountAway: () => run('offeredAccount', () => bridge.putOfferedAccountAway()),
    forgetAccount: async (transport: string) => {
      const result = await run('account', () => bridge.forgetAccount(transport));
      if (result.ok && store.getState().app?.accounts.every((account) => account.transport === transport) === true)
        store.setState((state) => withWelcome(state, 'choose'));
    },
    signIn: (transport: string) => run('messenger', () => bridge.signIn(transport)),
    signOut: (transport: string) => run('messenger', () => bridge.signOut(transport)),
    lookAtServer: (transport: string) => run('server', () => bridge.lookAtServer(transport)),
    setPresence: (presence: Parameters<Commands['setPresence']>[0]) => run('presence', () => bridge.setPresence(presence)),
    setFriendlyName: (name: string) => run('friendlyName', () => bridge.setFriendlyName(name)),
    addContact: (peer: PeerAddress) => run('contacts', () => bridge.addContact(addressOf(peer))),
    removeContact: (peer: PeerAddress) => run('contacts', () => bridge.removeContact(addressOf(peer))),

    takeOfferedContact: () => run('offeredContact', () => bridge.takeOfferedContact()),
    putOfferedContactAway: () => run('offeredContact', () => bridge.putOfferedContactAway()),
    makeContactLink: (transport: string) => run('contactLink', () => bridge.makeContactLink(transport)),

    lookAtStranger: (peer: PeerAddress) => run('stranger', () => bridge.lookAtStranger(addressOf(peer))),
    declineStranger: (peer: PeerAddress) => run('stranger', () => bridge.declineStranger(addressOf(peer))),
    blockStranger: (peer: PeerAddress) => run('stranger', () => bridge.blockStranger(addressOf(peer))),
    addStranger: (peer: PeerAddress) => run('stranger', () => bridge.addContact(addressOf(peer))),

    sendMessage: (peer: PeerAddress, text: string) => run('chat', () => bridge.sendMessage({ ...addressOf(peer), text })),
    sendTyping: (peer: PeerAddress) => bridge.sendTyping(addressOf(peer)).catch(() => undefined),
    readConversation: (peer: PeerAddress) => bridge.readConversation(addressOf(peer)).catch(() => undefined),

    askForHelp: async (expert: PeerAddress) => {
      await run('ask', async () => {
        // An ended session that is still shown makes room for the next one.
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.askForHelp(addressOf(expert));
      });
    },
    helpSomebodyNew: () =>
      run('newcomer', async () => {
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.helpSomebodyNew();
      }),
    putNewcomerAway: () => run('newcomer', () => bridge.putNewcomerAway()),
    askAsGuest: (typed: TypedGuest) =>
      run('guest', async () => {
        keepName(typed.name);
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.askAsGuest(typed);
      }),
    stopAskingAsGuest: () => run('session', () => bridge.stopAskingAsGuest()),
    takeOfferedHelp: (self: GuestSelf) =>
      run('offeredHelp', async () => {
        keepName(self.name);
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.takeOfferedHelp(self);
      }),
    putOfferedHelpAway: () => run('offeredHelp', () => bridge.putOfferedHelpAway()),
    setGuestPlaces: (places: Pick<Preferences, 'guestServer' | 'helpPage'>) => run('guestPlaces', () => bridge.setGuestPlaces(places)),
    offerHelp: async (novice: PeerAddress) => {
      await run('activity', async () => {
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.offerHelp(addressOf(novice));
      });
    },
    startActivity: (peer: PeerAddress, kind: ProgramView['kind']) =>
      run('activity', () => bridge.startActivity({ ...addressOf(peer), kind })),
    acceptActivity: (id: string) => run('activity', () => bridge.acceptActivity(id)),
    cancelActivity: (id: string) => run('activity', () => bridge.cancelActivity(id)),
    setProgram: (kind: ProgramView['kind'], choice: ProgramView['choice']) => run('programs', () => bridge.setProgram({ kind, choice })),
    testProgram: (kind: ProgramView['kind'], line: string) => run('programs', () => bridge.testProgram({ kind, line })),
    acceptInvitation: (id: string) => run('invitation', () => bridge.acceptInvitation(id)),
    declineInvitation: (id: string) => run('invitation', () => bridge.declineInvitation(id)),
    saveInvitation: async (type: 1 | 2) => {
      const result = await run('file', () => bridge.saveInvitation(type));
      if (result.ok && result.value !== null) {
        const saved = result.value;
        store.setState((state) => withSavedInvitation(state, saved));
      }
    },
    removeInvitation: async () => {
      const result = await run('file', () => bridge.removeInvitation());
      if (result.ok) store.setState((state) => withSavedInvitation(state, undefined));
    },
    chooseInvitation: () => run('file', () => bridge.chooseInvitation()),
    /** A file that was dropped: too large a one is refused as what it is, without reading it all. */
    offerInvitation: (file: File) =>
      run('file', async () =>
        bridge.offerInvitation({ fileName: file.name, bytes: new Uint8Array(await file.slice(0, MAX_FILE_BYTES).arrayBuffer()) }),
      ),
    helpByInvitation: (password: string) =>
      run('file', async () => {
        if (store.getState().app?.session?.phase.tag === 'ended') await bridge.dismissSession();
        return bridge.useInvitation(password);
      }),
    putInvitationAway: () => run('file', () => bridge.putInvitationAway()),
    endSession: () => run('session', () => bridge.endSession()),
    dismissSession: () => run('session', () => bridge.dismissSession()),
    enterCode: (typed: string) => run('code', () => bridge.enterCode(typed)),
    offerControl: () => run('control', () => bridge.offerControl()),
    takeBackControl: () => run('control', () => bridge.takeBackControl()),
    setSound: (on: boolean) => run('sound', () => bridge.setSound(on)),
    stillHelping: () => run('control', () => bridge.stillHelping()),
    requestControl: () => run('control', () => bridge.requestControl()),
    releaseControl: () => run('control', () => bridge.releaseControl()),
    choosePicture: (quality: NonNullable<SessionStatus['quality']>) => run('viewer', () => bridge.choosePicture(quality)),
    changeShared: () => run('sharing', () => bridge.changeShared()),
    wishForPart: (part: Parameters<RingbackBridge['wishForPart']>[0]) => run('sharing', () => bridge.wishForPart(part)),
    setFullScreen: (on: boolean) => run('viewer', () => bridge.setFullScreen(on)),
    foldPanel: (on: boolean) => run('session', () => bridge.foldPanel(on)),
    moveBar: () => run('session', () => bridge.moveBar()),
    openConversation: () => run('session', () => bridge.openConversation()),
    openViewer: () => run('viewer', () => bridge.openViewer()),

    dismissNotice: (id: string) => run('messenger', () => bridge.dismissNotice(id)),
    forgetMet: (peer: PeerAddress) => run('trust', () => bridge.forgetMet(addressOf(peer))),
    renewKey: () => run('trust', () => bridge.renewKey()),
    saveKey: () => run('trust', () => bridge.saveKey()),
    takeKey: (password: string) => run('trust', () => bridge.takeKey(password)),
    clearHistory: () => run('history', () => bridge.clearHistory()),
    exportHistory: () => run('history', () => bridge.exportHistory()),
    saveSettings: (
      settings: Partial<
        Omit<Preferences, 'hosting' | 'stopShortcut' | 'guestServer' | 'helpPage' | 'ownPort' | 'publicAddress' | 'relayServer'>
      >,
    ) => choose(settings, 'settings', () => bridge.saveSettings(settings)),
    setForwarding: (forwarding: Pick<Preferences, 'ownPort' | 'publicAddress'>) =>
      run('forwarding', () => bridge.setForwarding(forwarding)),
    setRelayServer: (server: Preferences['relayServer']) => run('relayServer', () => bridge.setRelayServer(server)),
    /** Another program may have these keys: they are shown once main has them. */
    saveStopShortcut: (stopShortcut: string) => run('stopShortcut', () => bridge.saveSettings({ stopShortcut })),
    setHosting: (hosting: HostingChoice) => choose({ hosting }, 'hosting', () => bridge.setHosting(hosting)),
    removeHostedAccount: (address: string) => run('hostedAccounts', () => bridge.removeHostedAccount(address)),
    copyText: (text: string) => run('copy', () => bridge.copyText(text)),

    /** Makes an account on this computer's messenger and keeps its secret until it is put away. */
    createHostedAccount: createForOther,
    copyIssued: (issued: IssuedAccount) =>
      run('copy', () =>
        bridge.copyText(
          t('token.copyText', {
            server: issued.server,
            address: issued.address,
            accessToken: issued.accessToken,
            link: writeAccountLink(issued),
          }),
        ),
      ),

    /** First start without an account: this computer becomes the messenger and signs in to itself. */
    beginHosting: async (friendlyName: string, reach: Reach) => {
      const result = await run('hosting', async (): Promise<CommandResult> => {
        const hosting = await hostOnFreePort(reach, store.getState().app?.settings.hosting.port ?? 0);
        if (!hosting.ok) return hosting;
        const hosted = store.getState().app?.hosting;
        const taken = hosted?.tag === 'on' ? hosted.accounts.map((account) => account.address) : [];
        const own = await createHosted({ address: freeAddressFor(friendlyName, 'me', taken), friendlyName });
        if (!own.ok) return own;
        store.setState((state) => withWelcome(state, 'hostReady'));
        const saved = await bridge.saveAccount({ transport: HOSTED_TRANSPORT, ...own.value });
        return saved.ok ? bridge.saveSettings({ home: 'give' }) : saved;
      });
      if (!result.ok && (store.getState().app?.accounts ?? []).length === 0) {
        // Keeps the refusal: it is shown at the form that was sent.
        store.setState((state) => ({ ...state, ui: { ...state.ui, welcome: 'host' } }));
      }
    },
  };
}
