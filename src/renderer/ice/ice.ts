import type { FromIcePage } from '../../protocol/ice/page-messages.ts';
import { IceConnection } from './ice-connection.ts';

/* The hidden page of one connection over ICE: it gets one port, and knows nothing but what comes through that. */

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source === window && event.data === 'ringback:ice-port' && port !== undefined) connect(port);
});

function connect(port: MessagePort): void {
  const connection = new IceConnection((message: FromIcePage) => port.postMessage(message));
  port.addEventListener('message', ({ data }) => connection.told(data));
  port.start();
}
