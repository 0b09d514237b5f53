import { MAX_SIGNAL_BYTES } from '../../protocol/assistance/ways.ts';
import { ConnectionError } from './contract.ts';
import type { WaySignals } from './ways/contract.ts';

/** What is kept for a listener, or until both tickets are there. What comes beyond is lost, as anything may be on a messenger. */
export const MAX_SIGNALS_KEPT = 32;

/** One way's words in one race, in both directions. */
export class LaneSignals implements WaySignals {
  private readonly unsaid: string[] = [];
  private readonly unheard: string[] = [];
  private say: ((text: string) => void) | undefined;
  private listener: ((text: string) => void) | undefined;
  private over = false;

  send(text: string): void {
    if (Buffer.byteLength(text) > MAX_SIGNAL_BYTES)
      throw new ConnectionError('TOO_LARGE', `a way says at most ${MAX_SIGNAL_BYTES} bytes at once`);
    if (this.over) return;
    if (this.say !== undefined) this.say(text);
    else if (this.unsaid.length < MAX_SIGNALS_KEPT) this.unsaid.push(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.listener = listener;
    for (const text of this.unheard.splice(0)) listener(text);
  }

  /** Both tickets are there. */
  open(say: (text: string) => void): void {
    this.say = say;
    for (const text of this.unsaid.splice(0)) say(text);
  }

  hear(text: string): void {
    if (this.over) return;
    if (this.listener !== undefined) this.listener(text);
    else if (this.unheard.length < MAX_SIGNALS_KEPT) this.unheard.push(text);
  }

  close(): void {
    this.over = true;
    this.unsaid.length = 0;
    this.unheard.length = 0;
  }
}
