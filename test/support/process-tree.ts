/* The processes below a process, and what they listen on (Linux). */
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './programs.ts';

/** The process and everything below it that has not ended. */
export function processesBelow(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = statusOf(Number(name))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const next = [root]; next.length > 0; ) {
    const pid = next.pop() ?? 0;
    if (isRunning(pid)) found.push(pid);
    next.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** Neither gone nor waiting only to be noticed as gone. */
export function isRunning(pid: number): boolean {
  const state = statusOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

/** Electron's utility processes with code of ours, of the app whose person lives in `home`. */
export async function utilityProcesses(home: string): Promise<number[]> {
  const processes = (await run('ps', ['-eo', 'pid,args'])).toString().split('\n');
  return processes
    .filter((line) => line.includes('--utility-sub-type=node.mojom') && line.includes(home))
    .map((line) => Number.parseInt(line, 10));
}

/** Whether a process has loaded a library whose file is called so. */
export function hasLoaded(pid: number, library: string): boolean {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(`/${library}`);
}

/** `address:port` of what these processes can be reached at over TCP. */
export async function listeningOf(pids: readonly number[]): Promise<string[]> {
  const lines = (await run('ss', ['-Htlnp'])).toString().split('\n');
  return lines.filter((line) => pids.some((pid) => line.includes(`,pid=${pid},`))).map((line) => line.split(/\s+/)[3] ?? '');
}

function statusOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // What stands before is the program's name, which may hold anything.
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
