/* Linux network namespaces that tests make and remove. Their names say which process made them, so that several can run at once. */
import { spawnSync } from 'node:child_process';
import { missing, run } from './programs.ts';

/** Every name begins so, followed by the id of the process that made it. */
export const NAMESPACES = 'ringback-test';

/** Title and condition, like `needs(…)`, for what wants networks of its own. */
export function needsNamespaces(): { readonly skip: boolean; title(text: string): string } {
  const reason = whyNoNamespaces();
  return { skip: reason !== undefined, title: (text) => (reason === undefined ? text : `${text} [skipped: needs ${reason}]`) };
}

export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root';
  if (missing('ip').length > 0) return 'ip';
  const probe = `${NAMESPACES}-${process.pid}-probe`;
  const made = ipNow('netns', 'add', probe) && ipNow('-n', probe, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two');
  ipNow('netns', 'delete', probe);
  return made ? undefined : 'network namespaces';
}

/** What a run that was killed has left behind. */
export async function removeLeftovers(): Promise<void> {
  const names = (await run('ip', ['netns', 'list'])).toString();
  for (const [name, pid] of names.matchAll(new RegExp(`^${NAMESPACES}-(\\d+)-\\w+`, 'gm'))) {
    if (isAlive(Number(pid))) continue;
    for (const left of pidsIn(name)) killNow(left);
    ipNow('netns', 'delete', name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}

/** Processes in a namespace of ours: only what a test has started. */
export function pidsIn(name: string): number[] {
  const { status, stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter(Boolean).map(Number) : [];
}

export async function ip(...args: readonly string[]): Promise<void> {
  await run('ip', args);
}

export function ipNow(...args: readonly string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
}
