import type { HostedAccount } from '../../../facts/hosting.ts';
import type { Clock } from '../../clock.ts';
import { formatHostPort } from '../../../protocol/host-port.ts';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { AccountError, newAccount, type AccountStore, type DamagedFile } from './account-store.ts';
import type { ServerLimits } from './limits.ts';
import type { PageIdentity } from './page-identity.ts';
import { MsnpServer } from './server.ts';
import { Emitter } from '../../emitter.ts';

export interface HostedMessengerOptions {
  /** IP addresses to listen on: `127.0.0.1` unless the owner chose to be reached from the network. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly store: AccountStore;
  /** What it proves itself with; see {@link MsnpServer}. */
  readonly identity?: PageIdentity;
  readonly plain?: boolean;
  readonly clock?: Clock;
  readonly limits?: Partial<ServerLimits>;
  /** Called when the account store cannot be read or written. */
  readonly onStoreError?: (error: unknown) => void;
}

/** "Use this computer as the messenger": the embedded server and its accounts. */
export class HostedMessenger {
  private readonly changes = new Emitter();
  private running: { readonly server: MsnpServer; readonly store: AccountStore } | undefined;
  private changing: Promise<unknown> = Promise.resolve();

  /** Resolves with the account files that were damaged and set aside. Rejects (`EADDRINUSE` …) with nothing left listening. */
  start(options: HostedMessengerOptions): Promise<readonly DamagedFile[]> {
    return this.inTurn(async () => {
      await this.shutDown();
      const damaged = await options.store.open();
      const server = await MsnpServer.start({ ...options, onChange: () => this.changed() }).catch((error: unknown) => {
        options.store.close();
        throw error;
      });
      this.running = { server, store: options.store };
      this.changed();
      return damaged;
    });
  }

  /** Resolves when no socket and no file is open. */
  stop(): Promise<void> {
    return this.inTurn(async () => {
      await this.shutDown();
      this.changed();
    });
  }

  /** `host:port` of every address the server listens on; empty while it does not run. */
  get addresses(): readonly string[] {
    return this.running?.server.addresses.map(formatHostPort) ?? [];
  }

  listAccounts(): readonly HostedAccount[] {
    const { running } = this;
    if (running === undefined) return [];
    return running.store
      .list()
      .map(({ address, friendlyName }) => ({ address, friendlyName, online: running.server.directory.isOnline(address) }))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  /** Makes an account. The access token is in this answer only. Rejects with AccountError. */
  async createAccount(address: string, friendlyName: string): Promise<{ readonly accessToken: string }> {
    const { store } = this.requireRunning();
    const account = newAccount(address, friendlyName);
    await store.create(account);
    this.changed();
    return { accessToken: account.accessToken };
  }

  /** Removes an account and signs its owner out at once. Rejects with AccountError. */
  async removeAccount(address: string): Promise<void> {
    const { store, server } = this.requireRunning();
    const normal = normaliseAddress(address) ?? address;
    await store.remove(normal);
    server.directory.accountRemoved(normal);
    this.changed();
  }

  get onChange(): (listener: () => void) => () => void {
    return this.changes.on;
  }

  private requireRunning(): NonNullable<HostedMessenger['running']> {
    if (this.running === undefined) throw new AccountError('NO_SUCH_ACCOUNT', 'the messenger is not running on this computer');
    return this.running;
  }

  private async shutDown(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.server.stop();
    running?.store.close();
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.changing.then(act, act);
    this.changing = mine.catch(() => {});
    return mine;
  }

  private changed(): void {
    this.changes.emit();
  }
}
