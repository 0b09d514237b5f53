import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasXdgHandler } from '../../../src/main/activities/xdg-handlers.ts';

describe.skipIf(process.platform === 'win32')('which program opens an address', () => {
  const path = process.env['PATH'];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-xdg-'));
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });
  const answering = async (script: string) => {
    const program = join(folder, 'xdg-mime');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
  };

  it('is asked of the desktop, by the scheme', async () => {
    await answering('test "$*" = "query default x-scheme-handler/sip" && echo linphone.desktop');
    expect([await hasXdgHandler('sip:anna@example.test'), await hasXdgHandler('tel:1')]).toEqual([true, false]);
    await answering('echo');
    expect(await hasXdgHandler('sip:anna@example.test')).toBe(false);
  });

  it('is none where the desktop does not answer, and nothing waits for it meanwhile', async () => {
    await answering('exec sleep 600');
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 10);
    const startedMs = performance.now();
    expect(await hasXdgHandler('sip:anna@example.test')).toBe(false);
    clearInterval(turning);
    expect(performance.now() - startedMs).toBeGreaterThan(2_900);
    // A thread that waits would not have turned at all.
    expect(turns).toBeGreaterThan(3);
  });
});
