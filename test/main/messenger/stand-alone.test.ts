import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, until } from './raw-client.ts';

const MAIN = fileURLToPath(new URL('../../../src/main/messenger/msnp-server/main.ts', import.meta.url));
let directory: string;
const running: ChildProcess[] = [];

interface Run {
  readonly child: ChildProcess;
  out: string;
  error: string;
  code: number | null | undefined;
}

const launch = (...args: string[]): Run => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
  running.push(child);
  const run: Run = { child, out: '', error: '', code: undefined };
  child.stdout.on('data', (text) => void (run.out += String(text)));
  child.stderr.on('data', (text) => void (run.error += String(text)));
  child.once('close', (code) => void (run.code = code));
  return run;
};
const finish = async (...args: string[]): Promise<Run> => {
  const run = launch(...args);
  await until(
    () => run.code !== undefined,
    () => `the end of ${args.join(' ')}`,
  );
  return run;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

describe('stand-alone messenger', () => {
  it('makes, lists and removes accounts, also while the server runs, and stops at a signal', async () => {
    const server = launch('--port', '0', '--data', directory);
    await until(
      () => /accounts in/.test(server.out) || server.code !== undefined,
      () => `the server; ${server.error}`,
    );
    const port = Number(/messenger at 127\.0\.0\.1:(\d+)/.exec(server.out)?.[1]);
    const added = await finish('add-account', 'Ann@home', '--name', 'Ann A', '--data', directory);
    expect(added.code).toBe(0);
    const token = /access token: (\S+)/.exec(added.out)?.[1] ?? '';
    const ann = await RawClient.open(port);
    expect(await ann.signIn(7, 'ann@home', token)).toBe('USR 4 OK ann@home Ann%20A 1');
    expect((await finish('list-accounts', '--data', directory)).out).toBe('ann@home\tAnn A\n');
    const twice = await finish('add-account', 'ann@home', '--data', directory);
    expect([twice.code, twice.error]).toEqual([1, expect.stringContaining('ALREADY_EXISTS')]);
    expect((await finish('remove-account', 'ann@home', '--data', directory)).code).toBe(0);
    expect(await ann.line()).toBe('OUT SSD');
    expect((await finish('remove-account', 'ann@home', '--data', directory)).error).toContain('NO_SUCH_ACCOUNT');
    server.child.kill('SIGTERM');
    await until(
      () => server.code !== undefined,
      () => 'the end of the server',
    );
    expect([server.code, server.out.endsWith('messenger stopped\n')]).toEqual([0, true]);
    ann.close();
  });

  it.each([
    [['--port', '99999'], '--port'],
    [['--port', 'x'], '--port'],
    [['--colour'], 'colour'],
    [['dance'], 'no such command: dance'],
    [['add-account'], 'needs an address'],
    [['add-account', 'ann'], 'needs an address'],
    [['add-account', 'a@b', 'c@d'], 'unexpected argument: c@d'],
    [['list-accounts', '--host', '::1'], '--host does not belong'],
  ])('says what is wrong with %j', async (args, problem) => {
    const run = await finish(...args, '--data', directory);
    expect([run.code, run.error, run.out]).toEqual([2, expect.stringContaining(problem), '']);
  });

  it('says when the port is taken', async () => {
    const first = launch('--port', '0', '--data', directory);
    await until(
      () => /messenger at/.test(first.out),
      () => 'the server',
    );
    const port = /127\.0\.0\.1:(\d+)/.exec(first.out)?.[1] ?? '';
    const second = await finish('--port', port, '--data', join(directory, 'other'));
    expect([second.code, second.error]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
  });
});
