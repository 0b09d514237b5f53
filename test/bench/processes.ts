import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { run } from '../support/programs.ts';

interface ProcessTimes {
  readonly children: ReadonlyMap<number, readonly number[]>;
  readonly cpuMs: ReadonlyMap<number, number>;
}

function processTimes(): ProcessTimes {
  const children = new Map<number, number[]>();
  const cpuMs = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      const parent = Number(fields[1]);
      cpuMs.set(Number(name), (Number(fields[11]) + Number(fields[12])) * 10);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // Gone between the listing and the look.
    }
  }
  return { children, cpuMs };
}

function descendants(root: number, children: ProcessTimes['children']): number[] {
  return [root, ...(children.get(root) ?? []).flatMap((child) => descendants(child, children))];
}

/** The first process at or under `root` that runs this program: what starts a program in another network is not what it takes itself. */
export function startedIn(root: number, executable: string): number {
  const file = realpathSync(executable);
  for (const pid of descendants(root, processTimes().children)) {
    try {
      // Chromium writes its command line anew, in one piece.
      if (readlinkSync(`/proc/${pid}/exe`) === file) return pid;
    } catch {
      // Gone between the listing and the look.
    }
  }
  throw new Error(`${executable} does not run under ${root}`);
}

/** CPU time in ms (user + system) of a process and all its descendants alive now. */
export function treeCpuMs(root: number): number {
  const times = processTimes();
  return descendants(root, times.children).reduce((sum, pid) => sum + (times.cpuMs.get(pid) ?? 0), 0);
}

/** What a process and its descendants take. */
export interface Memory {
  /** Proportional set size: what is private, and of what is shared the part that falls to each that shares it. */
  readonly megabytes: number;
  /** By Chromium's kind of process (`renderer`, `gpu-process` …); those of one kind added up. */
  readonly byProcess: ReadonlyMap<string, number>;
}

export function treeMemory(root: number): Memory {
  const byProcess = new Map<string, number>();
  for (const pid of descendants(root, processTimes().children)) {
    try {
      const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
      const kind = /--type=([\w-]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? 'main';
      byProcess.set(kind, (byProcess.get(kind) ?? 0) + kilobytes / 1024);
    } catch {
      // Gone between the listing and the look.
    }
  }
  return { megabytes: [...byProcess.values()].reduce((sum, megabytes) => sum + megabytes, 0), byProcess };
}

/** Bytes that this process and its descendants have sent over TCP connections that are open now. */
export async function treeSentBytes(root: number): Promise<number> {
  const tree = new Set(descendants(root, processTimes().children));
  // A line a socket, with what the kernel counted on it: users:(("ringback",pid=42,fd=17)) … bytes_sent:4711
  const sockets = (await run('ss', ['-tniHpO', 'state', 'established'])).toString().split('\n');
  let sent = 0;
  for (const socket of sockets) {
    const owners = [...socket.matchAll(/pid=(\d+)/g)].map((owner) => Number(owner[1]));
    if (owners.some((owner) => tree.has(owner))) sent += Number(/bytes_sent:(\d+)/.exec(socket)?.[1] ?? 0);
  }
  return sent;
}
