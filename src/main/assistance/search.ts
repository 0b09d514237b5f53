import { Reconnection, type ReconnectionEffect, type ReconnectionEvent, type Search } from '../../protocol/assistance/reconnection.ts';
import type { Clock } from '../clock.ts';
import type { LinkEnd } from '../connection/contract.ts';
import { NegotiationDriver } from './negotiation-driver.ts';

/** Nobody has ended a connection that ended so. */
export function isLost(end: LinkEnd): boolean {
  return end === 'lost' || end === 'peerGone' || end === 'timeout';
}

interface SearchTold {
  /** All that is known is to be tried now. */
  readonly tryAll: () => void;
  readonly tryMessenger: () => void;
  /** Nobody is missing any more. */
  readonly settled: () => void;
  readonly changed: () => void;
  readonly gaveUp: () => void;
}

/** One side's search for the other, in real time. */
export class RunningSearch {
  private readonly machine = new Reconnection();
  private readonly driver: NegotiationDriver<ReconnectionEvent, ReconnectionEffect>;

  constructor(clock: Clock, told: SearchTold) {
    const perform = (effect: ReconnectionEffect): void => {
      if (effect === 'try') told.tryAll();
      else if (effect === 'tryMessenger') told.tryMessenger();
      else if (effect === 'settled') told.settled();
      else if (effect === 'gaveUp') told.gaveUp();
    };
    this.driver = new NegotiationDriver<ReconnectionEvent, ReconnectionEffect>(this.machine, clock, perform, told.changed);
  }

  /** Since when and until when; undefined while nothing is missing. */
  get now(): Search | undefined {
    return this.machine.search;
  }

  /** There is not even a silent connection any more. */
  get lost(): boolean {
    return this.machine.lost;
  }

  tell(event: Exclude<ReconnectionEvent, { tag: 'deadline' | 'failed' }>): void {
    this.driver.dispatch(event);
  }

  stop(): void {
    this.driver.stop();
  }
}
