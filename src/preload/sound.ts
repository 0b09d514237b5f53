/* Hands the page that records its port. Ports cannot cross the context bridge, but a window message carries them. */
import { ipcRenderer } from 'electron';

ipcRenderer.once('ringback:sound-port', (event) => window.postMessage('ringback:sound-port', '*', event.ports));
