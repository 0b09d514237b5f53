import type { FilmPage } from '../../src/main/desktop/film/contract.ts';

/** A hidden page in name only: keeps what it is told, and a test says what it says. */
export class FakePage<Told = unknown> implements FilmPage {
  readonly told: Told[] = [];
  started = false;
  /** How often. */
  closed = 0;
  say: (message: unknown) => void = () => undefined;
  goAway: (why: string) => void = () => undefined;
  readonly port = {
    postMessage: (message: unknown) => void this.told.push(message as Told),
    on: (event: string, listener: (event: never) => void) => {
      if (event === 'message') this.say = (data) => listener({ data } as never);
    },
    start: () => {
      this.started = true;
    },
    close: () => undefined,
  };
  onGone(listener: (why: string) => void): void {
    this.goAway = listener;
  }
  close(): void {
    this.closed += 1;
  }
}
