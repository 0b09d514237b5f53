import { execFile } from 'node:child_process';

/** A desktop that takes longer has something else to do. */
const ANSWER_MS = 3_000;

/** Whether a freedesktop system has a program for the scheme of `url`. Asked in a process of its own: Electron's own question would hold main up. */
export function hasXdgHandler(url: string): Promise<boolean> {
  const [scheme = ''] = url.split(':');
  return new Promise((resolve) => {
    execFile('xdg-mime', ['query', 'default', `x-scheme-handler/${scheme}`], { timeout: ANSWER_MS }, (error, stdout) =>
      resolve(error === null && stdout.trim() !== ''),
    );
  });
}
