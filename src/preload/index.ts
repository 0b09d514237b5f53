/* The bridge: one explicit method a command. Nothing of Electron or Node reaches the page. */
import { contextBridge, ipcRenderer } from 'electron';
import type { AppState, CommandResult, Commands, RingbackBridge, ViewerPortHello } from './contract.ts';

type CommandName = keyof Commands | 'openViewer';
type Answer<N extends CommandName> = ReturnType<RingbackBridge[N]>;

function call<N extends CommandName>(name: N, ...args: Parameters<RingbackBridge[N]>): Answer<N> {
  return (
    ipcRenderer
      .invoke(`ringback:${name}`, ...args)
      // Main answers every command; this is for arguments that cannot be cloned, and for the moment in which main is going away.
      .catch((): CommandResult<never> => ({ ok: false, code: 'INTERNAL', message: 'no answer' })) as Answer<N>
  );
}

const bridge: RingbackBridge = {
  getState: () => call('getState'),
  saveAccount: (account) => call('saveAccount', account),
  signIn: () => call('signIn'),
  signOut: () => call('signOut'),
  forgetAccount: () => call('forgetAccount'),
  setPresence: (presence) => call('setPresence', presence),
  setFriendlyName: (name) => call('setFriendlyName', name),
  addContact: (address) => call('addContact', address),
  removeContact: (address) => call('removeContact', address),
  sendMessage: (message) => call('sendMessage', message),
  sendTyping: (address) => call('sendTyping', address),
  readConversation: (address) => call('readConversation', address),
  askForHelp: (address) => call('askForHelp', address),
  offerHelp: (address) => call('offerHelp', address),
  startActivity: (activity) => call('startActivity', activity),
  acceptActivity: (id) => call('acceptActivity', id),
  cancelActivity: (id) => call('cancelActivity', id),
  setProgram: (program) => call('setProgram', program),
  testProgram: (program) => call('testProgram', program),
  acceptInvitation: (id) => call('acceptInvitation', id),
  declineInvitation: (id) => call('declineInvitation', id),
  saveInvitation: (type) => call('saveInvitation', type),
  removeInvitation: () => call('removeInvitation'),
  chooseInvitation: () => call('chooseInvitation'),
  offerInvitation: (file) => call('offerInvitation', file),
  useInvitation: (password) => call('useInvitation', password),
  putInvitationAway: () => call('putInvitationAway'),
  endSession: () => call('endSession'),
  offerControl: () => call('offerControl'),
  takeBackControl: () => call('takeBackControl'),
  requestControl: () => call('requestControl'),
  releaseControl: () => call('releaseControl'),
  dismissSession: () => call('dismissSession'),
  dismissNotice: (id) => call('dismissNotice', id),
  setHosting: (hosting) => call('setHosting', hosting),
  createHostedAccount: (account) => call('createHostedAccount', account),
  removeHostedAccount: (address) => call('removeHostedAccount', address),
  saveSettings: (settings) => call('saveSettings', settings),
  clearHistory: () => call('clearHistory'),
  setFullScreen: (on) => call('setFullScreen', on),
  copyText: (text) => call('copyText', text),
  openViewer: () => call('openViewer'),
  onState(listener) {
    const forward = (_event: unknown, state: AppState): void => listener(state);
    ipcRenderer.on('ringback:state', forward);
    return () => {
      ipcRenderer.removeListener('ringback:state', forward);
    };
  },
};

// A port cannot cross the bridge: it goes to the page as a message from itself, to its own origin only.
ipcRenderer.on('ringback:viewer-port', (event) => {
  const [port] = event.ports;
  const hello: ViewerPortHello = { tag: 'ringback:viewer-port' };
  if (port !== undefined) window.postMessage(hello, window.location.origin, [port]);
});

contextBridge.exposeInMainWorld('ringback', bridge);
