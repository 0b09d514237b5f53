/* Entry of the capture's process: one capture, one process. It ends when it is killed, or when the process that started it ends. */
import type { FilmPageEnd } from '../film/contract.ts';
import { CaptureProcessSide, type ToCaptureProcess } from './capture-process.ts';

const side = new CaptureProcessSide((message) => process.parentPort.postMessage(message));
process.parentPort.on('message', ({ data, ports }: { readonly data: ToCaptureProcess; readonly ports: readonly FilmPageEnd[] }) =>
  side.receive(data, ports[0]),
);
