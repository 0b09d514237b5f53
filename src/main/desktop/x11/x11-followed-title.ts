import type { Event, PropertyEvent } from 'x11';
import type { X11Connection } from './x11-connection.ts';
import { STRUCTURE_NOTIFY } from './x11-shared-window.ts';
import { titleAtoms, type TitleAtoms, windowTitle, WM_NAME } from './x11-title.ts';

/** PropertyChange among the event mask's bits (core protocol). */
const PROPERTY_CHANGE = 0x40_0000;
/** From one reading to the next: people read no faster, and a title that changes all the time is read no more often. */
export const TITLE_REST_MS = 3_000;

/**
 * The title of the window that is shown, whenever it is another one; of a window that is not to be seen it is not read. The server says so in
 * PropertyNotify, and is told to be silent between a change and the reading of it, so that a program that changes its title all the time costs nothing.
 */
export class X11FollowedTitle {
  private readonly connection: X11Connection;
  private readonly window: number;
  private readonly tell: (title: string) => void;
  private readonly atoms: TitleAtoms;
  private told: string | undefined;
  private shown = false;
  private listens = false;
  private readAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  private constructor(connection: X11Connection, window: number, atoms: TitleAtoms, tell: (title: string) => void) {
    this.connection = connection;
    this.window = window;
    this.atoms = atoms;
    this.tell = tell;
    connection.onEvent((event) => {
      if (isOfProperty(event) && event.wid === window && (event.atom === atoms.netName || event.atom === WM_NAME)) this.changed();
    });
  }

  /** The window's structure is watched on the same connection already, and goes on being. */
  static async open(connection: X11Connection, window: number, tell: (title: string) => void): Promise<X11FollowedTitle> {
    return new X11FollowedTitle(connection, window, await titleAtoms(connection), tell);
  }

  /** Whether the window is to be seen. */
  show(shown: boolean): void {
    if (this.shown === shown) return;
    this.shown = shown;
    if (shown) {
      this.changed(true);
      return;
    }
    this.close();
    this.listen(false);
  }

  close(): void {
    this.shown = false;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private changed(first = false): void {
    // What was sent before the server heard that it is to be silent.
    if (!this.shown || !(first || this.listens) || this.timer !== undefined) return;
    this.listen(false);
    const restMs = this.readAtMs + TITLE_REST_MS - performance.now();
    if (restMs <= 0) {
      void this.read();
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, restMs);
  }

  private async read(): Promise<void> {
    this.readAtMs = performance.now();
    // First: whatever changes after the reading is told.
    this.listen(true);
    try {
      const title = await windowTitle(this.connection, this.window, this.atoms);
      if (!this.shown || title === this.told) return;
      this.told = title;
      this.tell(title);
    } catch {
      // It has gone, which is told elsewhere.
    }
  }

  private listen(on: boolean): void {
    if (this.listens === on) return;
    this.listens = on;
    this.connection.client.ChangeWindowAttributes(this.window, { eventMask: on ? STRUCTURE_NOTIFY | PROPERTY_CHANGE : STRUCTURE_NOTIFY });
  }
}

function isOfProperty(event: Event): event is Event & PropertyEvent {
  return event.name === 'PropertyNotify';
}
