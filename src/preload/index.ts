/* The bridge: one method a command, made from the table of commands. Nothing of Electron or Node reaches the page. */
import { contextBridge, ipcRenderer } from 'electron';
import { commandMethods } from './bridge.ts';
import { COMMANDS, type RingbackBridge } from './commands.ts';
import type { AppState, ViewerPortsHello } from './contract.ts';

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

// Ports cannot cross the bridge: they go to the page as a message from itself, to its own origin only.
ipcRenderer.on('ringback:viewer-ports', (event) => {
  const [pictures, steering] = event.ports;
  const hello: ViewerPortsHello = { tag: 'ringback:viewer-ports' };
  if (pictures !== undefined && steering !== undefined) window.postMessage(hello, window.location.origin, [pictures, steering]);
});

contextBridge.exposeInMainWorld('ringback', bridge);
