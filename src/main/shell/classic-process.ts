import type { StartEngine } from '../connection/contract.ts';
import { startUtilityProcess } from './utility-process.ts';

/** What it reads is small, and pictures go through it undecoded. */
const MOST_HEAP_MB = 192;

/** Starts the classic engine's process (connection/classic-process.ts). `url` is its bundle. */
export function createClassicProcess(url: URL): StartEngine {
  return () => startUtilityProcess({ url, name: 'Ringback classic engine', mostHeapMb: MOST_HEAP_MB });
}
