import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACTIVITY_GUIDS, createActivities } from '../../../src/main/activities/activities.ts';
import { ActivityError, type Activities, type ActivityNews, type ProgramChoices } from '../../../src/main/activities/contract.ts';
import { createLauncher } from '../../../src/main/activities/launcher.ts';
import { systemClock } from '../../../src/main/clock.ts';
import type { Messenger } from '../../../src/main/messenger/contract.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { MsnpServer } from '../../../src/main/messenger/msnp-server/server.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { APPLICATIONS } from '../../../src/protocol/applications/applications.ts';
import { until } from '../../support/programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that records its arguments, each behind its length, so that nothing can hide in one. */
function recorder(name: string): { readonly program: string; recorded(): string | undefined } {
  const program = join(folder, `${name}’s program`);
  const record = join(folder, `${name}.argv`);
  writeFileSync(
    program,
    `#!/bin/sh\nfor a in "$@"; do printf '%s:%s\\n' "\${#a}" "$a"; done > '${record}.part'\nmv '${record}.part' '${record}'\nexit 3\n`,
  );
  chmodSync(program, 0o755);
  return { program, recorded: () => (existsSync(record) ? readFileSync(record, 'utf8') : undefined) };
}
const asRecorded = (args: readonly string[]): string => args.map((arg) => `${arg.length}:${arg}\n`).join('');
const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'none',
    (error: unknown) => (error instanceof ActivityError ? error.code : String(error)),
  );

describe.skipIf(process.platform === 'win32')('the launcher', () => {
  const opened: string[] = [];
  const launcher = createLauncher({
    open: async (url) => {
      if (url.includes('nobody')) throw new Error('no handler');
      opened.push(url);
    },
    has: (url) => url.startsWith('sip:') && !url.includes('unregistered'),
  });

  it('hands every argument over as it is, and says how the program ended', async () => {
    const { program, recorded } = recorder('any');
    const args = ['192.0.2.7', '$(touch x)', '; rm -rf ~', '`id`', '', 'two words', '"', '-oProxyCommand=x', '*', '> y'];
    const { exited } = await launcher.start({ tag: 'program', program, args });
    expect(await exited).toBe(3);
    expect(recorded()).toBe(asRecorded(args));
  });

  it('says what is missing and what cannot be started', async () => {
    const { program } = recorder('any');
    expect(await codeOf(launcher.start({ tag: 'program', program: join(folder, 'nothing'), args: [] }))).toBe('PROGRAM_NOT_FOUND');
    chmodSync(program, 0o644);
    expect(await codeOf(launcher.start({ tag: 'program', program, args: [] }))).toBe('PROGRAM_FAILED');
    expect(await codeOf(launcher.start({ tag: 'program', program: 'sh', args: ['a\u0000b'] }))).toBe('PROGRAM_FAILED');
  });

  it('opens allowed URLs only', async () => {
    await launcher.start({ tag: 'url', url: 'sip:192.0.2.7:5060' });
    for (const url of ['https://example.test', 'file:///etc/passwd', 'sip:a b'])
      expect(await codeOf(launcher.start({ tag: 'url', url }))).toBe('PROGRAM_FAILED');
    expect(await codeOf(launcher.start({ tag: 'url', url: 'sip:nobody' }))).toBe('PROGRAM_NOT_FOUND');
    expect(await codeOf(launcher.start({ tag: 'url', url: 'sip:unregistered' }))).toBe('PROGRAM_NOT_FOUND');
    expect(opened).toEqual(['sip:192.0.2.7:5060']);
  });

  it('knows what there is, and finds a free port', async () => {
    const { program } = recorder('any');
    const known = (name: string) => launcher.knows({ tag: 'program', program: name, args: [] });
    expect(
      await Promise.all([known(program), known('sh'), known(join(folder, 'nothing')), known(folder), known('no-such-program-here')]),
    ).toEqual([true, true, false, false, false]);
    expect(await Promise.all(['sip:x', 'callto:x', 'http://x'].map((url) => launcher.knows({ tag: 'url', url })))).toEqual([
      true,
      false,
      false,
    ]);
    expect(await launcher.freePort()).toBeGreaterThan(1_023);
  });
});

interface Person {
  readonly messenger: Messenger;
  readonly activities: Activities;
  readonly news: ActivityNews[];
  recorded(): string | undefined;
  close(): Promise<void>;
}

describe.skipIf(process.platform === 'win32')('activities over MSNP, with programs that really run', () => {
  let store: SqliteAccountStore;
  let server: MsnpServer;
  let anna: Person;
  let peter: Person;

  const person = async (name: string, ownAddress: string): Promise<Person> => {
    const account = newAccount(`${name}@home`, name);
    await store.create(account);
    const { program, recorded } = recorder(name);
    const programs: ProgramChoices = {
      voice: { use: 'own', line: `"${program}" call {role} {address}:{port} {contact}` },
      netMeeting: { use: 'own', line: `"${program}" meet {role} {address} "$(touch x); {contact}"` },
    };
    const messenger = msnp.create({ clock: systemClock, random: Math.random, applications: ACTIVITY_GUIDS });
    const news: ActivityNews[] = [];
    const activities = createActivities({
      messengers: createMessengers(new Map([['msnp', messenger]])),
      clock: systemClock,
      launcher: createLauncher({ open: () => Promise.reject(new Error('no handler here')), has: () => false }),
      programs: () => programs,
      ownAddress: () => ownAddress,
      log: () => undefined,
    });
    activities.onNews((event) => void news.push(event));
    messenger.signIn({
      transport: 'msnp',
      server: `127.0.0.1:${server.addresses[0]?.port}`,
      address: account.address,
      accessToken: account.accessToken,
      friendlyName: name,
    });
    await until(() => messenger.state.tag === 'signedIn', `${name} to be signed in`);
    return {
      messenger,
      activities,
      news,
      recorded,
      close: async () => {
        activities.close();
        await messenger.signOut();
      },
    };
  };

  beforeEach(async () => {
    store = new SqliteAccountStore(folder);
    await store.open();
    server = await MsnpServer.start({ hosts: ['127.0.0.1'], port: 0, store });
    anna = await person('anna', '192.0.2.1');
    peter = await person('peter', '2001:db8::2');
    await anna.messenger.addContact('peter@home');
    await until(() => anna.messenger.contacts[0]?.presence === 'online', 'Peter to be online');
  }, 20_000);
  afterEach(async () => {
    await Promise.all([anna.close(), peter.close()]);
    await server.stop();
    store.close();
  }, 20_000);

  const play = async (kind: 'voice' | 'netMeeting') => {
    await anna.activities.start({ transport: 'msnp', address: 'peter@home' }, kind);
    const incoming = await until(() => peter.activities.list[0], 'the invitation');
    expect(incoming).toMatchObject({ kind, role: 'invitee', peer: { address: 'anna@home', friendlyName: 'anna' } });
    await peter.activities.accept(incoming.id);
    return [await until(() => anna.recorded(), 'Anna’s program'), await until(() => peter.recorded(), 'Peter’s program')];
  };

  it('a voice conversation: both programs get the other’s address, port and name', async () => {
    expect(await play('voice')).toEqual([
      asRecorded(['call', 'inviter', '[2001:db8::2]:5060', 'peter@home']),
      asRecorded(['call', 'invitee', '192.0.2.1:5060', 'anna@home']),
    ]);
  });

  it('NetMeeting: arguments are what they are, never a shell’s', async () => {
    const expected = [
      ['meet', 'inviter', '2001:db8::2'],
      ['meet', 'invitee', '192.0.2.1'],
    ] as const;
    const [first, second] = await play('netMeeting');
    // The name of a contact stands inside a word of the line, which stays one word.
    expect(first).toBe(asRecorded([...expected[0], '$(touch x); peter@home']));
    expect(second).toBe(asRecorded([...expected[1], '$(touch x); anna@home']));
  });

  it('an address that is none starts nothing; the other side is told', async () => {
    const session = anna.messenger.invite('peter@home', APPLICATIONS.netMeeting, { answer: { ipAddress: '-oProxyCommand=reboot' } });
    const incoming = await until(() => peter.activities.list[0], 'the invitation');
    await peter.activities.accept(incoming.id);
    await until(() => session.state === 'CANCELLED', 'the cancel');
    expect(peter.news).toMatchObject([{ tag: 'failedHere', code: 'BAD_ADDRESS' }]);
    expect(peter.recorded()).toBeUndefined();
  });

  it('unknown and malformed invitations: answered, and told', async () => {
    const unknown = anna.messenger.invite('peter@home', { guid: '{00000000-0000-0000-0000-00000000000A}', name: 'Chess' });
    await until(() => unknown.state === 'DECLINED', 'the answer');
    expect(peter.news).toMatchObject([{ tag: 'unknown', what: 'Chess', peer: { address: 'anna@home' } }]);
    const malformed = anna.messenger.invite('peter@home', { guid: '', name: 'Nothing' });
    await until(() => malformed.state === 'CANCELLED', 'the answer');
    expect(peter.news.at(-1)).toMatchObject({ tag: 'malformed', peer: { address: 'anna@home' } });
  });
});
