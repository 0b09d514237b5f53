import type { Contact } from '../../../src/facts/contacts.ts';
import { EventEmitter } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import {
  MessengerError,
  type Account,
  type Messenger,
  type MessengerEvent,
  type MessengerState,
} from '../../../src/main/messenger/contract.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import type { Transport } from '../../../src/main/messenger/transport.ts';
import { TRANSPORTS } from '../../../src/main/messenger/transports.ts';
import { openAccounts } from '../../../src/main/settings/account-store.ts';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';
import { openContacts } from '../../../src/main/settings/contacts-cache.ts';
import { createAppModel } from '../../../src/main/shell/app-model.ts';
import { closeBehaviour, LaunchError, parseLaunch } from '../../../src/main/shell/command-line.ts';
import { createErrorLog, MAX_LOG_BYTES, redact } from '../../../src/main/shell/error-log.ts';
import { createHosting, type HostedServer } from '../../../src/main/shell/hosting.ts';
import { leaveOnQuit, SHUTDOWN_DEADLINE_MS, shutDown } from '../../../src/main/shell/shutdown.ts';
import { createSignIn } from '../../../src/main/shell/sign-in.ts';
import { QUIET_FACTS } from '../../support/quiet-facts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-shell-'));
});
/** What a test has opened in the folder: it is written before the folder goes. */
const opened: { flush(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((file) => file.flush()));
  await rm(folder, { recursive: true, force: true });
});

describe('the command line', () => {
  it('reads what is ours and leaves the rest', () => {
    expect(parseLaunch(['electron', '.', '--no-sandbox'], {})).toEqual({ hidden: false });
    expect(parseLaunch(['electron', '--hidden'], { RINGBACK_DATA_DIR: '/tmp/a/../b', RINGBACK_LISTEN_HOST: '127.0.0.1' })).toEqual({
      hidden: true,
      dataDir: join('/tmp', 'b'),
      listenHost: '127.0.0.1',
    });
    expect(parseLaunch(['--user-data-dir=/x/y'], { RINGBACK_DATA_DIR: '/z' }).dataDir).toBe(join('/x', 'y'));
    expect(parseLaunch([], { RINGBACK_LISTEN_HOST: '::1' }).listenHost).toBe('::1');
    expect(parseLaunch(['ringback', '--hidden', 'Ringback:msnp?v=2'], {}).opening).toEqual({ tag: 'link', link: 'Ringback:msnp?v=2' });
  });

  it.each([
    [['--user-data-dir='], {}],
    [['--user-data-dir=here'], {}],
    [[], { RINGBACK_DATA_DIR: 'relative/path' }],
    [[], { RINGBACK_DATA_DIR: '/' }],
    [[], { RINGBACK_DATA_DIR: `/${'a'.repeat(2_000)}` }],
    [[], { RINGBACK_DATA_DIR: '/a\0b' }],
    [[], { RINGBACK_LISTEN_HOST: 'example.org' }],
  ])('refuses %j %j', (argv, env) => {
    expect(() => parseLaunch(argv, env)).toThrow(LaunchError);
  });

  it('hides the window only where an icon remains', () => {
    expect(closeBehaviour('win32', {})).toBe('hide');
    expect(closeBehaviour('linux', { XDG_CURRENT_DESKTOP: 'KDE' })).toBe('hide');
    expect(closeBehaviour('linux', { XDG_CURRENT_DESKTOP: 'GNOME' })).toBe('minimise');
    expect(closeBehaviour('linux', { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' })).toBe('hide');
    expect(closeBehaviour('linux', {})).toBe('minimise');
  });
});

describe('the log', () => {
  it('has no secrets in it', async () => {
    const path = join(folder, 'logs', 'ringback.log');
    const log = createErrorLog(path, new VirtualClock());
    log.setSecrets(['hunter2']);
    const error = new MessengerError('PROTOCOL', 'token hunter2 in 65538,1,x,*,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,*', {
      cause: new Error('deep hunter2'),
    });
    log.write('messenger', error);
    log.note('ticket', { from: 'anna\nforged line' });
    await log.flush();
    const text = await readFile(path, 'utf8');
    expect(text).toContain('MessengerError PROTOCOL');
    expect(text).toContain('caused by Error: deep [secret]');
    expect(text).not.toContain('hunter2');
    expect(text).not.toMatch(/A{32}/);
    expect(text).not.toMatch(/^forged/m);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is bounded', async () => {
    const path = join(folder, 'ringback.log');
    const log = createErrorLog(path, new VirtualClock());
    for (let round = 0; round < 6; round += 1) {
      for (let index = 0; index < 190; index += 1) log.write(`x${index}`, 'word '.repeat(900));
      await log.flush();
    }
    const files = await readdir(folder);
    expect(files.sort()).toEqual(['ringback.log', 'ringback.log.1']);
    for (const file of files) expect((await stat(join(folder, file))).size).toBeLessThan(MAX_LOG_BYTES + 8_192);
  });

  it('is not filled by one who does the same thing for ever, and says how much was left out', async () => {
    const path = join(folder, 'ringback.log');
    const clock = new VirtualClock();
    const log = createErrorLog(path, clock);
    log.write('ours', 'before');
    for (let round = 0; round < 100; round += 1) {
      for (let index = 0; index < 100; index += 1) log.note('invitation refused', { what: `${round} ${index}` });
      await log.flush();
    }
    log.write('ours', 'after');
    await clock.advance(25_000);
    log.note('invitation refused', { what: 'later' });
    await log.flush();
    expect(await readdir(folder)).toEqual(['ringback.log']);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(33);
    expect(lines[0]).toContain('ours: before');
    expect(lines[31]).toContain('ours: after');
    expect(lines[32]).toContain('(9970 of the next kind left out) invitation refused what="later"');
  });

  it('takes no more kinds than it can count', async () => {
    const path = join(folder, 'ringback.log');
    const log = createErrorLog(path, new VirtualClock());
    for (let index = 0; index < 2_000; index += 1) {
      log.note(`kind ${index}`, {});
      await log.flush();
    }
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(230);
  });

  it('takes any thrown value, and a place that cannot be written is no error', async () => {
    const log = createErrorLog(join(folder, 'x\0y'), new VirtualClock());
    for (const thrown of [undefined, null, 7, 'text', {}, Symbol('s'), new Error('e', { cause: 'c' })]) log.write('any', thrown);
    await log.flush();
  });

  it('takes out long runs only', () => {
    expect(redact('short words stay')).toBe('short words stay');
    expect(redact(`pin ${'ab12'.repeat(16)} end`)).toBe('pin [long] end');
    // A session id: every other one has a slash in it.
    expect(redact('65538,1,192.0.2.1:49200,*,q83vEjRWeJq8/e7//wAAESIzRFVmd4iZqrvM3e7/ABE=,*')).toBe('65538,1,192.0.2.1:49200,*,[long],*');
    const trace = '    at open (file:///opt/anna/ringback/out/main/chunks/room.js:12:3)';
    expect(redact(`Error: x\n${trace}`)).toBe(`Error: x\n${trace}`);
  });
});

describe('quitting', () => {
  it('runs every step in order, though some fail or hang, and ends in time', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const logged: string[] = [];
    const outcome = shutDown(
      [
        { name: 'session', run: () => new Promise(() => ran.push('session')) },
        { name: 'messenger', run: () => Promise.reject(new Error(String(ran.push('messenger')))) },
        {
          name: 'hosting',
          run: () => {
            ran.push('hosting');
            throw new Error('x');
          },
        },
        { name: 'files', run: () => void ran.push('files') },
      ],
      clock,
      (where) => logged.push(where),
    );
    await clock.advance(SHUTDOWN_DEADLINE_MS - 1);
    expect(await outcome).toBe('done');
    expect(ran).toEqual(['session', 'messenger', 'hosting', 'files']);
    expect(logged).toEqual(['shutdown session', 'shutdown messenger', 'shutdown hosting']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins once, however often somebody wants to quit, and none of it cuts the first one short', () => {
    const app = new EventEmitter();
    const leave = vi.fn();
    const preventDefault = vi.fn();
    leaveOnQuit(app, leave);
    app.emit('before-quit', { preventDefault });
    app.emit('before-quit', { preventDefault });
    expect(leave).toHaveBeenCalledOnce();
    expect(preventDefault).toHaveBeenCalledTimes(2);
  });

  it('does not wait beyond the deadline', async () => {
    const clock = new VirtualClock();
    const hang = { name: 'x', run: () => new Promise<void>(() => undefined) };
    const outcome = shutDown([hang, hang, hang, hang], clock, () => undefined);
    await clock.advance(SHUTDOWN_DEADLINE_MS);
    expect(await outcome).toBe('deadline');
  });
});

class FakeMessenger implements Messenger {
  state: MessengerState = { tag: 'signedOut' };
  contacts: readonly Contact[] = [];
  readonly calls: string[] = [];
  account: Account | undefined;
  private readonly listeners = new Set<(event: MessengerEvent) => void>();
  signIn(account: Account): void {
    this.calls.push(`signIn ${account['server']}`);
    this.account = account;
    this.become({ tag: 'connecting' });
  }
  async signOut(): Promise<void> {
    this.calls.push('signOut');
    this.become({ tag: 'signedOut' });
  }
  async setPresence(presence: string): Promise<void> {
    this.calls.push(`presence ${presence}`);
  }
  async setFriendlyName(name: string): Promise<void> {
    this.calls.push(`name ${name}`);
  }
  async addContact(address: string): Promise<void> {
    this.calls.push(`add ${address}`);
  }
  async removeContact(): Promise<void> {}
  async blockContact(): Promise<void> {}
  async declineListing(): Promise<void> {}
  readonly said: string[] = [];
  sendMessage(address: string, text: string): Promise<void> {
    this.said.push(`${address}: ${text}`);
    return Promise.resolve();
  }
  sendTyping(address: string): void {
    this.said.push(`${address} …`);
  }
  invite(): never {
    throw new MessengerError('CONTACT_OFFLINE', 'offline');
  }
  onEvent(listener: (event: MessengerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  become(state: MessengerState): void {
    this.state = state;
    this.say({ tag: 'state', state });
  }
  say(event: MessengerEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

const ANNA = {
  transport: 'msnp',
  server: '192.0.2.7:1863',
  address: 'anna@home.example',
  friendlyName: 'Anna',
  accessToken: 'secret-token',
};
const PETER = { transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter' };

describe('the account', () => {
  async function desk(ownServer: (address: string) => string | undefined = () => undefined, transports = TRANSPORTS) {
    const messenger = new FakeMessenger();
    const other = new FakeMessenger();
    const box: SecretBox = { isAvailable: async () => false, encrypt: async (text) => text, decrypt: async (text) => text };
    const accounts = await openAccounts(join(folder, 'account.json'), box, transports);
    const contacts = await openContacts(join(folder, 'contacts.json'));
    opened.push(accounts, contacts);
    const model = createAppModel({ ...QUIET_FACTS, transports });
    const secrets = vi.fn();
    const signIn = createSignIn({
      messengers: createMessengers(
        new Map([
          ['msnp', messenger],
          ['pigeons', other],
        ]),
      ),
      transports,
      accounts,
      contacts,
      model,
      located: (account) => {
        const server = ownServer(account.address);
        return server === undefined ? account : { ...account, server };
      },
      onSecrets: secrets,
      onStorageError: (error) => {
        throw error;
      },
    });
    return { messenger, other, contacts, model, signIn, secrets };
  }

  it('signs in by itself when there is one, and not otherwise', async () => {
    const first = await desk();
    first.signIn.start();
    expect(first.messenger.calls).toEqual([]);
    expect(() => first.signIn.signIn('msnp')).toThrow(expect.objectContaining({ code: 'NO_ACCOUNT' }));
    await first.signIn.save(ANNA);
    expect(first.messenger.calls).toEqual(['signIn 192.0.2.7:1863']);
    const { accessToken: _, ...shown } = ANNA;
    expect(first.model.state.accounts).toMatchObject([{ address: ANNA.address, friendlyName: ANNA.friendlyName, values: shown }]);
    expect(JSON.stringify(first.model.state)).not.toContain('secret-token');
    expect(first.model.state.notices.map((notice) => notice.key)).toEqual(['notice.tokenNotEncrypted']);
    expect(first.secrets).toHaveBeenLastCalledWith(['secret-token']);
    const second = await desk();
    second.signIn.start();
    expect(second.messenger.account).toMatchObject(ANNA);
  });

  it('on two transports: each is kept, signed in, shown, changed and forgotten by itself', async () => {
    const kept = z.record(z.string(), z.string()) as unknown as Transport['account'];
    const pigeons = { name: 'pigeons', secrets: ['whistle'], account: kept, typed: kept, title: 'app.name', lead: 'app.name', fields: [] };
    const both = [...TRANSPORTS, pigeons as unknown as Transport];
    const bird = { transport: 'pigeons', address: 'anna@home.example', friendlyName: 'Anna', whistle: 'fiu' };
    const first = await desk(undefined, both);
    await first.signIn.save(ANNA);
    await first.signIn.save(bird);
    expect([first.messenger.calls.length, first.other.calls.length]).toEqual([1, 1]);
    first.other.become({ tag: 'signedIn', address: bird.address, friendlyName: 'Anna' });
    first.other.say({ tag: 'contacts', contacts: [{ ...PETER, transport: 'pigeons', presence: 'online' }] });
    expect(first.model.state.accounts.map(({ transport, status }) => `${transport} ${status.tag}`)).toEqual([
      'msnp connecting',
      'pigeons signedIn',
    ]);
    expect(first.model.state.messenger.tag).toBe('signedIn');
    expect(JSON.stringify(first.model.state.accounts)).not.toContain('fiu');
    await first.contacts.flush();
    const second = await desk(undefined, both);
    second.signIn.start();
    expect([second.messenger.account, second.other.account]).toMatchObject([ANNA, bird]);
    expect(second.model.state.contacts).toEqual([{ ...PETER, transport: 'pigeons', presence: 'offline' }]);
    await second.signIn.forget('msnp');
    expect(second.model.state.accounts).toMatchObject([{ transport: 'pigeons', status: { tag: 'connecting' } }]);
    expect([second.other.calls.includes('signOut'), second.model.state.contacts.length]).toEqual([false, 1]);
  });

  it('begins with the contact that its link names, and a contact that was removed stays so', async () => {
    const first = await desk();
    await first.signIn.save({ ...ANNA, contact: PETER.address, contactName: 'Peter' });
    expect(first.messenger.calls).toEqual(['signIn 192.0.2.7:1863']);
    first.messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    await vi.waitFor(() => expect(first.model.state.accounts[0]?.values).toMatchObject({ introduced: 'yes' }));
    first.messenger.become({ tag: 'connecting' });
    first.messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    expect(first.messenger.calls.filter((call) => call.startsWith('add'))).toEqual([`add ${PETER.address}`]);
    await opened[0]?.flush();
    const second = await desk();
    second.signIn.start();
    second.messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    expect(second.messenger.calls).toEqual(['signIn 192.0.2.7:1863']);
  });

  it('signs in on this computer when the account lives here', async () => {
    const { signIn, messenger } = await desk((address) => (address === ANNA.address ? '127.0.0.1:4000' : undefined));
    await signIn.save(ANNA);
    expect(messenger.calls).toEqual(['signIn 127.0.0.1:4000']);
  });

  it('shows the contacts of last time until the messenger says better', async () => {
    const first = await desk();
    await first.signIn.save(ANNA);
    first.messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    first.messenger.say({ tag: 'contacts', contacts: [{ ...PETER, presence: 'online' }] });
    expect(first.model.state.contacts[0]?.presence).toBe('online');
    await first.contacts.flush();
    const second = await desk();
    expect(second.model.state.contacts).toEqual([{ ...PETER, presence: 'offline' }]);
    second.messenger.say({ tag: 'contacts', contacts: [] });
    expect(second.model.state.contacts).toHaveLength(1);
  });

  it('takes another name without losing sight of who is online', async () => {
    const { signIn, messenger, model } = await desk();
    await signIn.save(ANNA);
    messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    messenger.say({ tag: 'contacts', contacts: [{ ...PETER, presence: 'online' }] });
    await signIn.setFriendlyName('Änne');
    expect(model.state.accounts[0]?.friendlyName).toBe('Änne');
    expect(model.state.contacts).toMatchObject([{ address: 'peter@home.example', presence: 'online' }]);
  });

  it('follows its server to where this computer’s own messenger has moved', async () => {
    let own: string | undefined = '127.0.0.1:4000';
    const { signIn, messenger } = await desk(() => own);
    signIn.followServer();
    expect(messenger.calls).toEqual([]);
    await signIn.save(ANNA);
    signIn.followServer();
    own = '127.0.0.1:5000';
    messenger.become({ tag: 'waiting', retryAtMs: 1, reason: 'UNREACHABLE' });
    signIn.followServer();
    expect(messenger.calls).toEqual(['signIn 127.0.0.1:4000', 'signIn 127.0.0.1:5000']);
    await signIn.signOut('msnp');
    own = '127.0.0.1:6000';
    signIn.followServer();
    expect(messenger.calls.at(-1)).toBe('signOut');
  });

  it('signs out of the old account before another one, and forgets everything', async () => {
    const { signIn, messenger, model } = await desk();
    await signIn.save(ANNA);
    await signIn.save({ ...ANNA, address: 'eve@home.example' });
    expect(messenger.calls).toEqual(['signIn 192.0.2.7:1863', 'signOut', 'signIn 192.0.2.7:1863']);
    await signIn.forget('msnp');
    expect(model.state.messenger).toEqual({ tag: 'noAccount' });
    expect(model.state.accounts).toEqual([]);
    expect(await readFile(join(folder, 'account.json'), 'utf8')).not.toContain('secret-token');
  });

  it('restores what the person shows to others after signing in again', async () => {
    const { signIn, messenger, model } = await desk();
    await signIn.save(ANNA);
    await signIn.setPresence('away');
    messenger.become({ tag: 'signedIn', address: ANNA.address, friendlyName: 'Anna' });
    expect(messenger.calls).toContain('presence away');
    expect(model.state.messenger).toEqual({ tag: 'signedIn', presence: 'away' });
  });
});

describe('hosting', () => {
  function server(fail?: Error): HostedServer & { calls: string[] } {
    const calls: string[] = [];
    const accounts: { address: string; friendlyName: string; online: boolean }[] = [];
    return {
      calls,
      start: async ({ port }) => {
        calls.push(`start ${port}`);
        if (fail !== undefined) throw fail;
      },
      stop: async () => void calls.push('stop'),
      addresses: ['192.0.2.7:1863', '198.51.100.1:1863'],
      accounts,
      key: 'the key',
      createAccount: async ({ address, friendlyName }) => {
        accounts.push({ address, friendlyName, online: false });
        return 'token';
      },
      removeAccount: async (address) =>
        void accounts.splice(0, accounts.length, ...accounts.filter((account) => account.address !== address)),
      onChange: () => () => undefined,
    };
  }
  const ON = { enabled: true, reach: 'lan', port: 1_863 } as const;

  it('starts, moves and stops', async () => {
    const fake = server();
    const hosting = createHosting(fake, () => undefined);
    expect(hosting.view).toEqual({ tag: 'off' });
    await hosting.apply(ON);
    await hosting.apply(ON);
    await hosting.apply({ ...ON, port: 2_000 });
    await hosting.apply({ ...ON, enabled: false });
    expect(fake.calls).toEqual(['start 1863', 'stop', 'start 2000', 'stop']);
    expect(hosting.view).toEqual({ tag: 'off' });
  });

  it('takes one change after the other: off is off, though it was still starting', async () => {
    const fake = server();
    const hosting = createHosting(fake, () => undefined);
    await Promise.all([hosting.apply(ON), hosting.apply({ ...ON, enabled: false })]);
    expect(fake.calls).toEqual(['start 1863', 'stop']);
    expect(hosting.view).toEqual({ tag: 'off' });
    await Promise.all([hosting.apply(ON), hosting.stop()]);
    expect(fake.calls.slice(2)).toEqual(['start 1863', 'stop']);
  });

  it('makes accounts only while it runs, and signs in to itself over loopback', async () => {
    const hosting = createHosting(server(), () => undefined);
    await expect(hosting.createAccount({ address: 'a@b', friendlyName: 'A' })).rejects.toMatchObject({ code: 'NOT_HOSTING' });
    await hosting.apply(ON);
    expect(await hosting.createAccount({ address: 'a@b', friendlyName: 'A' })).toEqual({
      server: '192.0.2.7:1863',
      accessToken: 'token',
      key: 'the key',
    });
    expect(hosting.view).toMatchObject({ tag: 'on', accounts: [{ address: 'a@b' }] });
    const here = { ...ANNA, address: 'a@b' };
    expect(hosting.located({ ...here, key: 'of another time' })).toEqual({ ...here, server: '127.0.0.1:1863' });
    // The same address on another messenger is somebody else's.
    for (const elsewhere of [ANNA, { ...here, transport: 'icq' }]) expect(hosting.located(elsewhere)).toBe(elsewhere);
    await hosting.removeAccount('a@b');
    expect(hosting.located(here)).toBe(here);
  });

  it('says why it cannot', async () => {
    const hosting = createHosting(server(Object.assign(new Error('in use'), { code: 'EADDRINUSE' })), () => undefined);
    await expect(hosting.apply(ON)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(hosting.view).toEqual({ tag: 'failed', code: 'PORT_IN_USE' });
    await expect(hosting.createAccount({ address: 'a@b', friendlyName: 'A' })).rejects.toMatchObject({ code: 'NOT_HOSTING' });
  });
});
