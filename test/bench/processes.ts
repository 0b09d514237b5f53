import { readFileSync, readdirSync } from 'node:fs';

/** CPU time in ms (user + system) of a process and all its descendants alive now. */
export function treeCpuMs(root: number): number {
  const children = new Map<number, number[]>();
  const times = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      const parent = Number(fields[1]);
      times.set(Number(name), (Number(fields[11]) + Number(fields[12])) * 10);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // Gone between the listing and the look.
    }
  }
  const sum = (pid: number): number => (times.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

/** Bytes that have gone over the loopback interface. X clients use Unix sockets, so this is what the two sides said to each other. */
export function loopbackBytes(): number {
  return Number(readFileSync('/sys/class/net/lo/statistics/tx_bytes', 'utf8'));
}
