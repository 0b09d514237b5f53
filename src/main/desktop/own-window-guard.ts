import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { KeptFrom } from '../../protocol/rdp/kept-away.ts';

/** Where an event would arrive: at a point, where the pointer is, or where the keyboard's focus is. */
export type Aim = { readonly tag: 'point'; readonly x: number; readonly y: number } | { readonly tag: 'pointer' | 'focus' };

/** In what is shared; in a window of this program; at a place that the expert does not see; or in all of the desktop, of which only a part is shared. */
export type Lands = 'there' | 'own' | 'outside' | 'shortcut';
type Kept = 'pointer' | 'keys';

/** What is told of something dropped. */
export function keptFrom(kept: Kept, lands: Exclude<Lands, 'there'>): KeptFrom {
  if (lands === 'own') return kept;
  return lands === 'shortcut' ? 'shortcut' : `${kept}Outside`;
}

/**
 * Keeps injected input from this program's own windows: with its own hands the person answers questions and changes settings there, nobody
 * else's. What went down elsewhere comes up again wherever it is; a drag that ends here ends where it was last outside.
 */
export class OwnWindowGuard {
  /** Keys, characters and buttons that went down elsewhere. */
  private readonly down = new Set<string>();
  private outside: { readonly x: number; readonly y: number } | undefined;

  /** What has to be known of the event before {@link judge}; undefined where nothing has. */
  aimOf(event: InputEvent): Aim | undefined {
    switch (event.tag) {
      case 'pointerMove':
      case 'pointerButton':
        return { tag: 'point', x: event.x, y: event.y };
      case 'wheel':
        return { tag: 'pointer' };
      case 'key':
      case 'unicode':
        return event.down ? { tag: 'focus' } : undefined;
      case 'locks':
        return undefined;
    }
  }

  /** The event as it may be injected, what is kept away, or nothing. `isKept`: it would arrive in a window of this program, or beside what is shared. */
  judge(event: InputEvent, isKept: boolean): InputEvent | Kept | undefined {
    switch (event.tag) {
      case 'pointerMove':
        if (isKept) return undefined;
        this.outside = { x: event.x, y: event.y };
        return event;
      case 'pointerButton':
        return this.button(event, isKept);
      case 'wheel':
        return isKept ? 'pointer' : event;
      case 'key':
      case 'unicode': {
        const name = event.tag === 'key' ? `${event.prefix}${event.scancode}` : `u${event.codeUnit}`;
        if (!event.down) return this.down.delete(name) ? event : undefined;
        if (isKept) return 'keys';
        this.down.add(name);
        return event;
      }
      case 'locks':
        return event;
    }
  }

  /** Everything has been released. */
  forget(): void {
    this.down.clear();
  }

  private button(event: Extract<InputEvent, { tag: 'pointerButton' }>, isKept: boolean): InputEvent | Kept | undefined {
    if (!isKept) this.outside = { x: event.x, y: event.y };
    const name = `button ${event.button}`;
    if (!event.down) {
      if (!this.down.delete(name)) return undefined;
      return isKept ? { ...event, ...this.outside } : event;
    }
    if (isKept) return 'pointer';
    this.down.add(name);
    return event;
  }
}
