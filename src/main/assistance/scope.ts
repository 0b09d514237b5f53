/** Everything one session opens registers here how it is closed, so that no way out can leave anything open. */
export class Scope {
  private closers: (() => unknown)[] = [];
  private readonly onError: (error: unknown) => void;
  private done: Promise<unknown> | undefined;
  private over = false;

  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  get closed(): boolean {
    return this.over;
  }

  /** `close` runs once, at the end, or right now when the end is past. It may return a promise. */
  add(close: () => unknown): void {
    if (this.over) void this.run(close);
    else this.closers.push(close);
  }

  /**
   * Opens a resource that the scope closes: by its `close` once it is open, by aborting `signal` while it is still opening.
   * Undefined when the end comes first. Rejects as `open` does.
   */
  async open<T extends { close(): Promise<void> }>(open: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const abort = new AbortController();
    const opening = open(abort.signal);
    let isOpen = false;
    this.add(async () => {
      if (!isOpen) abort.abort();
      const opened = await opening.catch(() => undefined);
      await opened?.close();
    });
    const opened = await opening;
    if (this.over) return undefined;
    isOpen = true;
    return opened;
  }

  /** Starts every closer, the newest first and all in this turn; resolves when all are through. None can stop another. Idempotent. */
  async close(): Promise<void> {
    if (!this.over) {
      this.over = true;
      const closers = this.closers.toReversed();
      this.closers = [];
      this.done = Promise.all(closers.map((close) => this.run(close)));
    }
    await this.done;
  }

  private async run(close: () => unknown): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.onError(error);
    }
  }
}
