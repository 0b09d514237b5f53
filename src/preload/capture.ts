/* Hands the capture page its port. Ports cannot cross the context bridge, but a window message carries them. */
import { ipcRenderer } from 'electron';

ipcRenderer.once('ringback:capture-port', (event) => window.postMessage('ringback:capture-port', '*', event.ports));
