import type { InputEvent, PointerButton } from '../../protocol/rdp/input/events.ts';

type KeyEvent = Extract<InputEvent, { tag: 'key' | 'unicode' }>;

/** The keys and buttons that have gone down and not come up, for injectors whose system does not report them. */
export class HeldInput {
  private readonly keys = new Map<string, KeyEvent>();
  private readonly buttons = new Set<PointerButton>();
  private x = 0;
  private y = 0;

  /** How many keys and buttons are down; characters are not keys. */
  get down(): number {
    let keys = 0;
    for (const { tag } of this.keys.values()) if (tag === 'key') keys += 1;
    return keys + this.buttons.size;
  }

  /** Whether this key is down, by its prefix and scancode. */
  has(name: string): boolean {
    return this.keys.has(name);
  }

  note(event: InputEvent): void {
    if (event.tag === 'key' || event.tag === 'unicode') {
      const name = event.tag === 'key' ? `${event.prefix}${event.scancode}` : `u${event.codeUnit}`;
      if (event.down) this.keys.set(name, event);
      else this.keys.delete(name);
    } else if (event.tag === 'pointerMove') {
      this.x = event.x;
      this.y = event.y;
    } else if (event.tag === 'pointerButton') {
      this.x = event.x;
      this.y = event.y;
      if (event.down) this.buttons.add(event.button);
      else this.buttons.delete(event.button);
    }
  }

  /** The events that release everything held, last pressed first. Nothing is held afterwards. */
  release(): InputEvent[] {
    const events: InputEvent[] = [];
    for (const event of [...this.keys.values()].toReversed()) events.push({ ...event, down: false });
    for (const button of this.buttons) events.push({ tag: 'pointerButton', button, down: false, x: this.x, y: this.y });
    this.keys.clear();
    this.buttons.clear();
    return events;
  }
}
