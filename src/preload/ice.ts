/* Hands the page of a connection its port. Ports cannot cross the context bridge, but a window message carries them. */
import { ipcRenderer } from 'electron';

ipcRenderer.once('ringback:ice-port', (event) => window.postMessage('ringback:ice-port', '*', event.ports));
