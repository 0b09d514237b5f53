/* "Use this computer as the messenger": the switch, the accounts, and what the windows show of both. */
import type { HostedAccount, HostingChoice, Reach } from '../../facts/hosting.ts';
import type { HostingView } from '../../preload/contract.ts';
import type { Account } from '../messenger/contract.ts';
import { CommandError, refusal } from './refusal.ts';

/** What the embedded messenger speaks. */
const HOSTED_TRANSPORT = 'msnp';

/** The embedded messenger, as this room uses it. */
export interface HostedServer {
  start(options: { readonly reach: Reach; readonly port: number; readonly plain: boolean }): Promise<void>;
  stop(): Promise<void>;
  /** `host:port` under which others reach it; the first is the one to tell them. Empty while it does not run. */
  readonly addresses: readonly string[];
  readonly accounts: readonly HostedAccount[];
  /** What clients know it by. */
  readonly key: string;
  /** Resolves with the access token, which is shown once. */
  createAccount(account: { readonly address: string; readonly friendlyName: string }): Promise<string>;
  removeAccount(address: string): Promise<void>;
  onChange(listener: () => void): () => void;
}

export interface Hosting {
  readonly view: HostingView;
  /** Starts, stops or moves the server. Rejects when it cannot run; it is off then and `view` says why. */
  apply(hosting: HostingChoice): Promise<void>;
  /** @throws CommandError NOT_HOSTING */
  createAccount(account: {
    readonly address: string;
    readonly friendlyName: string;
  }): Promise<{ server: string; accessToken: string; key: string }>;
  removeAccount(address: string): Promise<void>;
  /** The account as it signs in on this computer: with the server here, when it lives here. */
  located(account: Account): Account;
  stop(): Promise<void>;
}

export function createHosting(server: HostedServer, onView: (view: HostingView) => void): Hosting {
  let running: HostingChoice | undefined;
  let view: HostingView = { tag: 'off' };
  let changing: Promise<void> = Promise.resolve();

  function show(next: HostingView): void {
    view = next;
    onView(next);
  }
  function refresh(): void {
    if (running !== undefined) show({ tag: 'on', addresses: server.addresses, reach: running.reach, accounts: server.accounts });
  }
  server.onChange(refresh);

  /** A start and a stop at the same time would leave the server in one state and the view in the other. */
  function inTurn(act: () => Promise<void>): Promise<void> {
    const mine = changing.then(act);
    changing = mine.catch(() => undefined);
    return mine;
  }

  async function halt(): Promise<void> {
    if (running === undefined) return;
    running = undefined;
    await server.stop();
    show({ tag: 'off' });
  }

  async function change(wanted: HostingChoice): Promise<void> {
    if (running !== undefined && wanted.enabled && sameWay(running, wanted)) return;
    await halt();
    if (!wanted.enabled) {
      show({ tag: 'off' });
      return;
    }
    try {
      await server.start({ reach: wanted.reach, port: wanted.port, plain: wanted.plain === true });
    } catch (error) {
      show({ tag: 'failed', code: refusal(error).code });
      throw error;
    }
    running = wanted;
    refresh();
  }

  function hosting(): void {
    if (running === undefined) throw new CommandError('NOT_HOSTING', 'this computer is not the messenger');
  }

  return {
    get view() {
      return view;
    },
    apply: (wanted) => inTurn(() => change(wanted)),
    async createAccount(account) {
      hosting();
      const accessToken = await server.createAccount(account);
      refresh();
      const [address] = server.addresses;
      if (address === undefined) throw new CommandError('NOT_HOSTING', 'this computer has no address');
      return { server: address, accessToken, key: server.key };
    },
    async removeAccount(address) {
      hosting();
      await server.removeAccount(address);
      refresh();
    },
    located(account) {
      const isHere = account.transport === HOSTED_TRANSPORT && server.accounts.some(({ address }) => address === account.address);
      const port = server.addresses[0]?.split(':').at(-1);
      if (running === undefined || !isHere || port === undefined) return account;
      // Nobody stands between this computer and itself, and its messenger may have got another key.
      const { key: _, ...here } = account as Account & { readonly key?: string };
      return { ...here, server: `127.0.0.1:${port}` };
    },
    stop: () => inTurn(halt),
  };
}

const sameWay = (one: HostingChoice, other: HostingChoice): boolean =>
  one.reach === other.reach && one.port === other.port && (one.plain === true) === (other.plain === true);
