import { Worker } from 'node:worker_threads';
import type { HostedAccount } from '../../../facts/hosting.ts';
import type { Clock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { AccountError, type AccountErrorCode } from './account-store.ts';
import type { ErrorData, FromMessenger, MessengerAnswer, ToMessenger } from './messenger-messages.ts';

/** Longer than SQLite waits for another process that is writing; a disk that takes longer counts as one that cannot be written. */
export const ANSWER_DEADLINE_MS = 20_000;

export interface MessengerThreadOptions {
  /** URL of `hosted-messenger-worker`: beside the bundle, or its source. */
  readonly workerUrl: URL;
  readonly clock: Clock;
}

export interface StartOptions {
  /** IP addresses to listen on. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Clients on other computers may come without TLS. */
  readonly plain: boolean;
  /** Folder of the accounts and of the messenger's key. */
  readonly directory: string;
  /** The accounts cannot be read or written. */
  readonly onStoreError: (error: unknown) => void;
  /** The thread has ended by itself, and the messenger with it. */
  readonly onGone: (error: unknown) => void;
}

/** A request as its caller has it. */
type Request = ToMessenger extends infer Message ? (Message extends ToMessenger ? Omit<Message, 'id'> : never) : never;

interface Waiting {
  readonly resolve: (answer: MessengerAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly cancelDeadline: () => void;
}

const NOTHING = { addresses: [], accounts: [], key: '' } as const;

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/**
 * The hosted messenger on a thread of its own: its sockets, and its database, whose every write waits for the disk. What is known of it here is what it
 * said last; no call waits on this thread.
 */
export class MessengerThread {
  private readonly options: MessengerThreadOptions;
  private readonly changes = new Emitter();
  private running: Running | undefined;
  private state: Omit<Extract<FromMessenger, { tag: 'state' }>, 'tag'> = NOTHING;
  private lastId = 0;

  constructor(options: MessengerThreadOptions) {
    this.options = options;
  }

  /** Resolves with the account files that were damaged and set aside. Rejects (`EADDRINUSE` …) with nothing left running. */
  async start(options: StartOptions): Promise<readonly { readonly path: string; readonly setAsideAs?: string }[]> {
    await this.stop();
    const { hosts, port, plain, directory } = options;
    this.run(options);
    try {
      const answer = await this.ask({ tag: 'start', hosts, port, plain, directory });
      return answer !== undefined && 'damaged' in answer ? answer.damaged : [];
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Resolves when no socket and no file is open; after the deadline at the latest, when a disk keeps one open. */
  async stop(): Promise<void> {
    if (this.running === undefined) return;
    await this.ask({ tag: 'stop' }).catch(() => undefined);
    await this.end();
  }

  /** `host:port` of every address the server listens on; empty while it does not run. */
  get addresses(): readonly string[] {
    return this.state.addresses;
  }

  /** What clients know it by (`keyOf`); empty while it does not run. */
  get key(): string {
    return this.state.key;
  }

  listAccounts(): readonly HostedAccount[] {
    return this.state.accounts;
  }

  /** Makes an account. The access token is in this answer only. Rejects with AccountError. */
  async createAccount(address: string, friendlyName: string): Promise<{ readonly accessToken: string }> {
    const answer = await this.ask({ tag: 'createAccount', address, friendlyName });
    if (answer === undefined || !('accessToken' in answer)) throw new Error('the messenger’s answer has no access token');
    return answer;
  }

  /** Removes an account and signs its owner out at once. Rejects with AccountError. */
  async removeAccount(address: string): Promise<void> {
    await this.ask({ tag: 'removeAccount', address });
  }

  get onChange(): (listener: () => void) => () => void {
    return this.changes.on;
  }

  private run({ onStoreError, onGone }: StartOptions): void {
    const worker = new Worker(this.options.workerUrl, { name: 'messenger' });
    const running: Running = { worker, waiting: new Map() };
    this.running = running;
    worker.on('message', (message: FromMessenger) => {
      if (this.running === running) this.heard(message, onStoreError);
    });
    const gone = (error: Error): void => {
      if (this.running !== running) return;
      this.forget(error);
      onGone(error);
    };
    worker.on('error', gone);
    worker.on('exit', (code) => gone(new Error(`the messenger’s thread ended (${code})`)));
  }

  private heard(message: FromMessenger, onStoreError: (error: unknown) => void): void {
    switch (message.tag) {
      case 'state':
        this.state = message;
        this.changes.emit();
        return;
      case 'storeError':
        onStoreError(errorOf(message.error));
        return;
      case 'done':
        this.take(message.id)?.resolve(message.answer);
        return;
      case 'refused':
        this.take(message.id)?.reject(errorOf(message.error));
    }
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.running?.waiting.get(id);
    this.running?.waiting.delete(id);
    waiting?.cancelDeadline();
    return waiting;
  }

  private ask(request: Request): Promise<MessengerAnswer> {
    return new Promise((resolve, reject) => {
      const { running } = this;
      if (running === undefined) throw new AccountError('NO_SUCH_ACCOUNT', 'the messenger is not running on this computer');
      this.lastId += 1;
      const id = this.lastId;
      const cancelDeadline = this.options.clock.after(ANSWER_DEADLINE_MS, () => {
        running.waiting.delete(id);
        reject(Object.assign(new Error('the messenger on this computer does not answer'), { code: 'ETIMEDOUT' }));
      });
      running.waiting.set(id, { resolve, reject, cancelDeadline });
      running.worker.postMessage({ ...request, id } satisfies ToMessenger);
    });
  }

  private async end(): Promise<void> {
    const worker = this.running?.worker;
    this.forget(new Error('the messenger was stopped'));
    await worker?.terminate();
  }

  /** Everybody who waits is told, and nothing is known of it any more. */
  private forget(error: Error): void {
    const { running } = this;
    this.running = undefined;
    for (const { reject, cancelDeadline } of running?.waiting.values() ?? []) {
      cancelDeadline();
      reject(error);
    }
    this.state = NOTHING;
    this.changes.emit();
  }
}

function errorOf({ name, message, ...details }: ErrorData): Error {
  return name === 'AccountError' ? new AccountError(details.code as AccountErrorCode, message) : Object.assign(new Error(message), details);
}
