/* The files of `server/` are filled in whole or not at all, and a command that is told too little changes nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';

const server = fileURLToPath(new URL('../../server/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ringback-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sh = (script: string, ...args: string[]) => spawnSync('sh', [join(server, script), ...args], { encoding: 'utf8' });
const settings = (...more: string[]) => sh('settings.sh', 'example.org', '203.0.113.5', 'me@example.org', ...more);

const shell = needs('sh');

describe.skipIf(shell.skip)(shell.title('files of a server'), () => {
  it.each(['ejabberd/ejabberd.yml', 'prosody/prosody.cfg.lua', 'coturn/turnserver.conf', 'nftables.conf'])(
    '%s wants no setting that there is not',
    (file) => {
      const path = join(folder, 'settings.env');
      writeFileSync(path, settings().stdout);
      const filled = sh('fill.sh', path, join(server, file));
      expect(filled.stderr).toBe('');
      expect(filled.status).toBe(0);
      expect(filled.stdout).not.toMatch(/\$\{[A-Z]/);
      writeFileSync(path, settings().stdout.replace(/^C2S_PORT.*\n|^TURN_MIN_PORT.*\n/gm, ''));
      const half = sh('fill.sh', path, join(server, file));
      expect(half.status).toBe(1);
      expect(half.stdout).toBe('');
      expect(half.stderr).toMatch(/wants settings .*(C2S_PORT|TURN_MIN_PORT)/);
    },
  );

  it('takes a setting of your own as it is, signs and all', () => {
    const path = join(folder, 'own.env');
    writeFileSync(path, settings(String.raw`SECRET=a|b&c\d`).stdout);
    expect(sh('fill.sh', path, join(server, 'coturn/turnserver.conf')).stdout).toContain(String.raw`static-auth-secret=a|b&c\d`);
  });

  it('makes another secret each time', () => {
    const secretOf = (text: string) => /^SECRET=([0-9a-f]{48})$/m.exec(text)?.[1];
    expect(secretOf(settings().stdout)).toBeDefined();
    expect(secretOf(settings().stdout)).not.toBe(secretOf(settings().stdout));
  });

  it.each([
    [['settings.sh'], /DOMAIN/],
    [['settings.sh', 'Example.org; x', '203.0.113.5', 'me@example.org'], /DOMAIN is a name/],
    [['settings.sh', 'example.org', 'home', 'me@example.org'], /ADDRESS is an IPv4/],
    [['settings.sh', 'example.org', '203.0.113.5', 'me and you'], /CONTACT is a mail/],
    [['setup-debian.sh'], /ejabberd DOMAIN ADDRESS CONTACT/],
    [['setup-docker.sh', 'other'], /cluster +DOMAIN ADDRESS CONTACT/],
  ])('says what it wants: %j', ([script = '', ...args], said) => {
    const { status, stderr, stdout } = sh(script, ...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(said);
  });
});
