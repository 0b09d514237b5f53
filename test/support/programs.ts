import { type ChildProcess, type SpawnOptions, execFile, spawn, spawnSync } from 'node:child_process';

/** Names of the programs that are not on this machine: for `describe.skipIf`, so that a test that cannot run says so. */
export function missing(...programs: readonly string[]): string[] {
  return programs.filter((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
}

/** Title and condition for a block that needs programs: `const x = needs('Xvfb'); describe.skipIf(x.skip)(x.title('…'), …)`. */
export function needs(...programs: readonly string[]): { readonly skip: boolean; title(text: string): string } {
  const absent = process.platform === 'linux' ? missing(...programs) : ['Linux'];
  return {
    skip: absent.length > 0,
    title: (text) => (absent.length > 0 ? `${text} [skipped: needs ${absent.join(', ')}]` : text),
  };
}

/** A program that a test started and must end. */
export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Everything it has written so far. */
  output(): string;
  readonly exited: Promise<number | null>;
  /** TERM, then KILL after two seconds; by pid. */
  stop(): Promise<void>;
}

/** Starts a program with an argument vector, no shell. */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code));
    child.on('error', (error) => {
      output += String(error);
      resolve(null);
    });
  });
  return {
    process: child,
    pid: child.pid ?? -1,
    output: () => output,
    exited,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(hard);
    },
  };
}

/** Runs a program to its end and gives its standard output; rejects on a non-zero exit or after `timeoutMs`. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { env: options.env ?? process.env, encoding: 'buffer', timeout: options.timeoutMs ?? 20_000, maxBuffer: 256 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${command} ${args.join(' ')}: ${error.message}\n${stderr.toString()}`));
        else resolve(stdout);
      },
    );
  });
}

/** The time between two looks: short at first, since most conditions hold soon; the longest is one that a busy machine does not feel. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** Polls until `probe` gives something other than undefined or false, and gives that. Rejects after `timeoutMs`, saying `what` was waited for. */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  what: string | (() => string),
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
