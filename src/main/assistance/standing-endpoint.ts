import type { AssistanceParts } from './contract.ts';

interface StandingParts<Endpoint> {
  readonly network: AssistanceParts['network'] | undefined;
  /** In the place of the one before. Undefined where the session is over. */
  readonly open: (before: Endpoint | undefined) => Promise<Endpoint | undefined>;
  readonly close: (endpoint: Endpoint) => Promise<void>;
  readonly opened: (endpoint: Endpoint) => void;
  /** Nothing is opened while this says no. */
  readonly isWanted: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** The endpoint at which the other side finds this one again, opened once more where this computer has got another address. */
export class StandingEndpoint<Endpoint> {
  private readonly parts: StandingParts<Endpoint>;
  private current: Endpoint | undefined;
  private opening = false;
  private openedOn: readonly string[] = [];

  constructor(parts: StandingParts<Endpoint>) {
    this.parts = parts;
  }

  get now(): Endpoint | undefined {
    return this.current;
  }

  /** Somebody has been found at it, and it finds nobody else. */
  spend(): void {
    this.current = undefined;
  }

  /** On the addresses of today. */
  async open(): Promise<void> {
    const { parts, current: before } = this;
    if (this.opening || !parts.isWanted()) return;
    this.opening = true;
    const on = parts.network?.addresses() ?? [];
    try {
      const endpoint = await parts.open(before);
      if (endpoint === undefined) return;
      this.current = endpoint;
      this.openedOn = on;
      if (before !== undefined) void parts.close(before);
      parts.opened(endpoint);
    } catch (error) {
      // Without a network there is nothing to listen on: it is tried again.
      parts.onError(error);
      return;
    } finally {
      this.opening = false;
    }
    // While it opened, another address has come.
    this.keepUp();
  }

  /** Opens once more where this computer has an address on which nothing listens: what listens on one that has gone hears again when it is back. */
  keepUp(): void {
    const isElsewhere = this.parts.network?.addresses().some((address) => !this.openedOn.includes(address)) === true;
    if (isElsewhere) void this.open();
  }
}
