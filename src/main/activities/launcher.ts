import { spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { ActivityError, type LaunchTarget, type Launcher } from './contract.ts';
import { isHandlerUrl } from './template.ts';

interface SystemHandlers {
  /** Opens a URL with the program that the system has for it. Only URLs that `isHandlerUrl` allows get here. */
  readonly open: (url: string) => Promise<void>;
  /** Whether the system has a program for the URL. */
  readonly has: (url: string) => boolean | Promise<boolean>;
}

/** Starts programs with an argument vector, never through a shell, and outliving this app. */
export function createLauncher(handlers: SystemHandlers, env: NodeJS.ProcessEnv = process.env): Launcher {
  return {
    start: (target) => (target.tag === 'url' ? openUrl(handlers, target.url) : startProgram(target, env)),
    async knows(target) {
      if (target.tag === 'url') return isHandlerUrl(target.url) && handlers.has(target.url);
      return (await Promise.all(placesOf(target.program, env).map(isProgram))).includes(true);
    },
    freePort,
  };
}

async function openUrl(handlers: SystemHandlers, url: string): Promise<{ readonly exited: undefined }> {
  if (!isHandlerUrl(url)) throw new ActivityError('PROGRAM_FAILED', 'such an address is not handed on');
  // A desktop's opener takes any address and says nothing where no program follows.
  if (!(await handlers.has(url))) throw new ActivityError('PROGRAM_NOT_FOUND', 'the system has no program for this address');
  try {
    await handlers.open(url);
  } catch (error) {
    throw new ActivityError('PROGRAM_NOT_FOUND', 'the system has no program for this address', { cause: error });
  }
  return { exited: undefined };
}

function startProgram(
  { program, args }: LaunchTarget & { readonly tag: 'program' },
  env: NodeJS.ProcessEnv,
): Promise<{ readonly exited: Promise<number | null> }> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      reject(new ActivityError(missing ? 'PROGRAM_NOT_FOUND' : 'PROGRAM_FAILED', 'the program could not be started', { cause: error }));
    };
    try {
      const child = spawn(program, [...args], { shell: false, detached: true, stdio: 'ignore', cwd: homedir(), env });
      const exited = new Promise<number | null>((settle) => {
        child.once('exit', (code) => settle(code));
      });
      child.once('error', failed);
      child.once('spawn', () => {
        child.unref();
        resolve({ exited });
      });
    } catch (error) {
      failed(error);
    }
  });
}

function placesOf(program: string, env: NodeJS.ProcessEnv): readonly string[] {
  const windows = process.platform === 'win32';
  const names = windows && !/\.(?:exe|com)$/i.test(program) ? [`${program}.exe`, `${program}.com`] : [program];
  if (isAbsolute(program)) return names;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
