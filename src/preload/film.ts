/* Hands the page of a film its port. Ports cannot cross the context bridge, but a window message carries them. */
import { ipcRenderer } from 'electron';

ipcRenderer.once('ringback:film-port', (event) => window.postMessage('ringback:film-port', '*', event.ports));
