import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InvitationDocument } from '../../../src/protocol/assistance/invitation.ts';
import { utf8Encode } from '../../../src/protocol/bytes/text.ts';
import words from '../../../assets/locales/en.json' with { type: 'json' };
import { createFileInvitations, invitationArgument, readAtMost } from '../../../src/main/shell/file-invitations.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import type { AppModel } from '../../../src/main/shell/app-model.ts';

const TICKET = '65538,1,192.0.2.1:49200,*,aWQ=,*,*,*';
const FILE = `<UPLOADINFO TYPE="Escalated"><UPLOADDATA USERNAME="No\u202Era" RCTICKET="${TICKET}" RCTICKETENCRYPTED="1" PassStub="RT=0PvIndan52*" DtStart="100" DtLength="1"/></UPLOADINFO>`;

function desk(
  options: {
    readonly path?: string;
    readonly content?: string;
    readonly writeFails?: boolean;
    readonly readFails?: boolean;
    readonly refused?: string;
  } = {},
) {
  const did: string[] = [];
  const used: { document: InvitationDocument; password: string }[] = [];
  let offered: AppFacts['offeredInvitation'];
  const model = {
    update: (change: Partial<AppFacts>) => {
      if ('offeredInvitation' in change) offered = change.offeredInvitation;
    },
  } as AppModel;
  const files = createFileInvitations({
    help: {
      inviteByFile: (type) => {
        did.push(`invite ${type}`);
        return Promise.resolve({ text: 'the file', password: 'ABCDEFGHJKMN', expiresAtMs: 5 });
      },
      removeFileInvitation: () => {
        did.push('remove');
        return Promise.resolve();
      },
      helpByInvitation: (document, password) => {
        if (options.refused !== undefined) throw new Error(options.refused);
        used.push({ document, password });
      },
    },
    model,
    clock: { now: () => 1_000_000, monotonicMs: () => 1_000_000, after: () => () => {} },
    chooseSavePath: (suggested) => {
      did.push(`where ${suggested}`);
      return Promise.resolve(options.path);
    },
    chooseOpenPath: () => Promise.resolve(options.path),
    write: (path, text) => {
      did.push(`write ${path} ${text}`);
      return options.writeFails === true ? Promise.reject(new Error('full')) : Promise.resolve();
    },
    read: (path, maxBytes) => {
      did.push(`read ${path} ${maxBytes}`);
      if (options.readFails === true) return Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }));
      return Promise.resolve(utf8Encode(options.content ?? FILE));
    },
  });
  return { files, did, used, offered: () => offered };
}

describe('invitation files in the shell', () => {
  it('asks where before it listens, and gives the password in its answer only', async () => {
    const { files, did } = desk({ path: '/desk/help.msrcIncident' });
    expect(await files.save(2)).toEqual({ fileName: 'help.msrcIncident', password: 'ABCDEFGHJKMN', expiresAtMs: 5 });
    expect(did).toEqual(['where Ringback.msrcIncident', 'invite 2', 'write /desk/help.msrcIncident the file']);
  });

  it('does nothing when no place is chosen, and takes back what could not be written', async () => {
    const cancelled = desk();
    expect(await cancelled.files.save(1)).toBeNull();
    expect(cancelled.did).toEqual(['where Ringback.msrcIncident']);
    const full = desk({ path: '/x', writeFails: true });
    await expect(full.files.save(1)).rejects.toThrow('full');
    expect(full.did.at(-1)).toBe('remove');
  });

  it('shows who asks without letting the name turn the text around, and hands on the password as it was typed', async () => {
    const { files, used, offered, did } = desk({ path: '/desk/help.msrcIncident' });
    await files.choose();
    expect(did).toEqual(['read /desk/help.msrcIncident 262145']);
    expect(offered()).toEqual({ fileName: 'help.msrcIncident', from: 'Nora', needsPassword: true, bound: false, past: true });
    files.use(' ABCD EFGH JKMN\n');
    expect(used.map(({ password }) => password)).toEqual([' ABCD EFGH JKMN\n']);
    expect(offered()).toBeUndefined();
    expect(() => files.use('again')).toThrow(expect.objectContaining({ code: 'NO_INVITATION' }));
  });

  it('keeps the invitation for another try when the password was wrong', () => {
    const { files, offered } = desk({ refused: 'wrong' });
    files.offer('a', utf8Encode(TICKET));
    expect(() => files.use('x')).toThrow('wrong');
    expect(offered()).toEqual({ fileName: 'a', from: '', needsPassword: false, bound: false, past: false });
    files.putAway();
    expect(offered()).toBeUndefined();
  });

  it('refuses what is no invitation and leaves the one that is shown', () => {
    const { files, offered } = desk();
    files.offer('good', utf8Encode(FILE));
    for (const bytes of [new Uint8Array(0), utf8Encode('<html/>'), new Uint8Array(0x4_0001).fill(0x20)])
      expect(() => files.offer('bad', bytes)).toThrow(expect.objectContaining({ code: 'BAD_INVITATION' }));
    expect(offered()?.fileName).toBe('good');
  });

  it('says so when the file cannot be read', async () => {
    const { files, offered } = desk({ path: '/desk/gone.msrcIncident', readFails: true });
    await expect(files.choose()).rejects.toMatchObject({ name: 'CommandError', code: 'UNREADABLE_FILE' });
    expect(Object.keys(words)).toContain('problem.UNREADABLE_FILE');
    expect(offered()).toBeUndefined();
  });

  it('finds the file among the arguments', () => {
    expect(invitationArgument(['ringback', '--hidden', '/tmp/a b.MSRCINCIDENT', 'x'])).toBe('/tmp/a b.MSRCINCIDENT');
    expect(invitationArgument(['/opt/x.msrcIncident', '--file=y.msrcIncident', 'readme.txt'])).toBeUndefined();
    // As a Linux desktop says it, with `%U` in the desktop entry.
    expect(invitationArgument(['ringback', pathToFileURL('/tmp/für Änne.msrcIncident').href])).toBe(resolve('/tmp/für Änne.msrcIncident'));
    expect(invitationArgument(['ringback', 'file:///%zz.msrcIncident'])).toBeUndefined();
  });
});

describe('reading a file that may be anything', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-read-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes in no more than asked for', async () => {
    const path = join(folder, 'large');
    await writeFile(path, 'x'.repeat(10_000));
    expect((await readAtMost(path, 100)).length).toBe(100);
    expect((await readAtMost(path, 20_000)).length).toBe(10_000);
    await expect(readAtMost(folder, 10)).rejects.toThrow();
    await expect(readAtMost(join(folder, 'none'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.skipIf(process.platform === 'win32')('does not wait for somebody to write into a pipe', async () => {
    const path = join(folder, 'pipe.msrcIncident');
    expect(spawnSync('sh', ['-c', 'mkfifo "$0"', path]).status).toBe(0);
    expect(await readAtMost(path, 100)).toHaveLength(0);
  });
});
