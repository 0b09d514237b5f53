/* The bridge: one method a command, made from the table of commands. Nothing of Electron or Node reaches the page. */
import { contextBridge, ipcRenderer } from 'electron';
import { commandMethods } from './bridge.ts';
import { COMMANDS, type RingbackBridge } from './commands.ts';
import type { AppState, ViewerPortHello } from './contract.ts';

const bridge: RingbackBridge = {
  ...commandMethods(COMMANDS, ipcRenderer),
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
