import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAccount } from '../../../src/main/messenger/msnp-server/account-store.ts';
import { HostedMessenger } from '../../../src/main/messenger/msnp-server/hosted-messenger.ts';
import { SqliteAccountStore } from '../../../src/main/messenger/msnp-server/sqlite-account-store.ts';
import { RawClient } from './raw-client.ts';
import { RawNetwork } from './raw-network.ts';

let net: RawNetwork;

beforeEach(async () => {
  net = await RawNetwork.open();
});
afterEach(() => net.close());

describe('hosted messenger', () => {
  it('makes, lists and removes accounts, and says when anything changes', async () => {
    const hosted = new HostedMessenger();
    net.later(() => hosted.stop());
    let changes = 0;
    hosted.onChange(() => {
      changes += 1;
    });
    const folder = join(net.directory, 'hosted');
    await hosted.start({ hosts: ['127.0.0.1'], port: 0, store: new SqliteAccountStore(folder) });
    const { accessToken } = await hosted.createAccount('Dee@home', 'Dee');
    expect(accessToken).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    await expect(hosted.createAccount('dee@home', '')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(hosted.createAccount('dee', '')).rejects.toMatchObject({ code: 'INVALID_ADDRESS' });
    expect(hosted.listAccounts()).toEqual([{ address: 'dee@home', friendlyName: 'Dee', online: false }]);
    const port = Number(hosted.addresses[0]?.split(':')[1]);
    const dee = await net.client('127.0.0.1', port);
    expect(await dee.signIn(7, 'dee@home', accessToken)).toBe('USR 4 OK dee@home Dee 1');
    expect(hosted.listAccounts()[0]?.online).toBe(true);
    expect(changes).toBe(3);
    await hosted.removeAccount('dee@home');
    expect(await dee.line()).toBe('OUT SSD');
    expect(hosted.listAccounts()).toEqual([]);
    await expect(hosted.removeAccount('dee@home')).rejects.toMatchObject({ code: 'NO_SUCH_ACCOUNT' });
    await hosted.stop();
    await expect(RawClient.open(port)).rejects.toThrow();
    expect(hosted.addresses).toEqual([]);
  });
});

describe('accounts of a running server', () => {
  it('keeps lists over a restart', async () => {
    await net.start();
    const ann = await net.user('ann@home');
    ann.send('ADD 1 FL bob@home x', 'REA 2 ann@home New');
    await ann.lines(2);
    await net.server.stop();
    net.store.close();
    expect(await net.store.open()).toEqual([]);
    expect(net.store.find('ann@home')).toMatchObject({ friendlyName: 'New', forward: [{ address: 'bob@home', groups: [0] }] });
    await net.start();
  });

  it('answers 500 to what could not be stored, changes nothing, and goes on', async () => {
    await net.start();
    const [ann, bob] = [await net.online('ann@home'), await net.online('bob@home')];
    net.store.close();
    ann.send('ADD 1 FL bob@home x', 'REA 2 ann@home New', 'PNG', 'LST 3 FL');
    expect(await ann.lines(4)).toEqual(['500 1', '500 2', 'QNG', 'LST 3 FL 1 0 0']);
    bob.send('LST 4 RL', 'PNG');
    expect(await bob.lines(2)).toEqual(['LST 4 RL 1 0 0', 'QNG']);
    expect(net.storeErrors.length).toBeGreaterThanOrEqual(2);
  });

  it('signs out at once whose account another process has made anew, and takes the new token', async () => {
    await net.start();
    const ann = await net.online('ann@home');
    const other = new SqliteAccountStore(net.directory);
    await other.open();
    await other.remove('ann@home');
    const renewed = newAccount('ann@home', 'Ann');
    await other.create(renewed);
    other.close();
    expect(await ann.line()).toBe('OUT SSD');
    expect(await (await net.client()).signIn(7, 'ann@home', net.token('ann@home'))).toBe('911 4');
    expect(await (await net.client()).signIn(7, 'ann@home', renewed.accessToken)).toBe('USR 4 OK ann@home Ann 1');
  });

  it('sees accounts that another process adds and removes while it runs', async () => {
    await net.start();
    const other = new SqliteAccountStore(net.directory);
    await other.open();
    const account = newAccount('eve@home', 'Eve');
    await other.create(account);
    const eve = await net.client();
    expect(await eve.signIn(7, 'eve@home', account.accessToken)).toBe('USR 4 OK eve@home Eve 1');
    await other.remove('eve@home');
    other.close();
    expect(await eve.line()).toBe('OUT SSD');
    expect(await (await net.client()).signIn(7, 'eve@home', account.accessToken)).toBe('911 4');
  });
});
