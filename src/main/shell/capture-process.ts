import type { StartCaptureProcess } from '../desktop/contract.ts';
import { startUtilityProcess } from './utility-process.ts';

/** Pictures lie outside of it. */
const MOST_HEAP_MB = 512;

/** Starts the process that captures and encodes (desktop/x11/x11-capture-process.ts). `url` is its bundle. */
export function createCaptureProcess(url: URL): StartCaptureProcess {
  return () => startUtilityProcess({ url, name: 'Ringback capture', mostHeapMb: MOST_HEAP_MB });
}
