import type { Clock } from '../clock.ts';
import { ConnectionError } from './contract.ts';
import { HANDSHAKE_DEADLINE_MS } from './deadlines.ts';
import type { PendingConnection } from './strangers/pending-connections.ts';
import type { Carrier } from './ways/contract.ts';

export interface HeldCarrierParts {
  readonly carrier: Carrier;
  readonly clock: Clock;
  /** It is not to begin earlier. */
  readonly waitMs: number;
  /** Called when that has passed, unless it was 0. */
  readonly ready: () => void;
  /** Called at most once, and not after `release`, when the held carrier failed or waited too long. It is closed by then. */
  readonly refused: (error: ConnectionError) => void;
}

/** A carrier that waits, unread, for the novice ticket (TCP is faster than a messenger) or for something better. */
export class HeldCarrier implements PendingConnection {
  readonly stage = 0;
  private readonly parts: HeldCarrierParts;
  private readonly cancelDeadline: () => void;
  private cancelWait: (() => void) | undefined;

  constructor(parts: HeldCarrierParts) {
    const { carrier, clock, waitMs, ready } = parts;
    this.parts = parts;
    carrier.duplex.on('error', this.broken);
    carrier.duplex.on('close', this.broken);
    this.cancelDeadline = clock.after(HANDSHAKE_DEADLINE_MS, () =>
      this.refuse(new ConnectionError('DEADLINE', 'no novice ticket came for this connection')),
    );
    if (waitMs === 0) return;
    this.cancelWait = clock.after(waitMs, () => {
      this.cancelWait = undefined;
      ready();
    });
  }

  get waits(): boolean {
    return this.cancelWait !== undefined;
  }

  get remote(): string {
    return this.parts.carrier.remote;
  }

  evict(): void {
    this.refuse(new ConnectionError('ABORTED', 'made room for another connection'));
  }

  /** Gives the carrier to the caller, who handles its errors from here on. */
  release(): Carrier {
    const { carrier } = this.parts;
    this.cancelDeadline();
    this.cancelWait?.();
    carrier.duplex.off('error', this.broken);
    carrier.duplex.off('close', this.broken);
    return carrier;
  }

  private readonly broken = (cause?: unknown): void => {
    this.refuse(new ConnectionError('SOCKET', 'the connection was closed while it waited', { cause }));
  };

  private refuse(error: ConnectionError): void {
    discard(this.release());
    this.parts.refused(error);
  }
}

/** Closes a carrier that has no owner. */
export function discard({ duplex }: Carrier): void {
  duplex.on('error', () => undefined);
  duplex.destroy();
}
