import type { InputEvent } from '../../protocol/rdp/input/events.ts';

/** Keys that a dead connection may have swallowed; what was typed earlier has long come. */
const MOST_KEPT = 512;

type Typed = Extract<InputEvent, { tag: 'key' | 'unicode' }>;

const isTyped = (event: InputEvent): event is Typed => event.tag === 'key' || event.tag === 'unicode';

/** What changes what other keys mean: Shift, Control, Alt, and the keys beside the space bar. */
const MODIFIERS: ReadonlySet<string> = new Set(['none42', 'none54', 'none29', 'e029', 'none56', 'e056', 'e091', 'e092']);

const nameOf = (event: Typed): string => (event.tag === 'key' ? `${event.prefix}${event.scancode}` : `u${event.codeUnit}`);

/** How many presses and releases of keys there are among these. */
export function typedIn(events: readonly InputEvent[]): number {
  return events.filter(isTyped).length;
}

/** What the expert has typed on one connection, in order, so that what never came can be typed again: none of it is lost, and none comes twice. */
export class TypedInput {
  private readonly kept: Typed[] = [];
  private dropped = 0;
  /** Modifiers that were down before the first that is kept. */
  private readonly held = new Map<string, Typed>();

  sent(events: readonly InputEvent[]): void {
    this.kept.push(...events.filter(isTyped));
    for (const gone of this.kept.splice(0, this.kept.length - MOST_KEPT)) {
      this.dropped += 1;
      hold(this.held, gone);
    }
  }

  /** What has not come, where the first `arrived` have: with the modifiers that it was typed with, and nothing stays down. Empty where it is all there, or too old. */
  missing(arrived: number): readonly InputEvent[] {
    const at = arrived - this.dropped;
    if (at < 0 || at >= this.kept.length) return [];
    const held = new Map(this.held);
    for (const event of this.kept.slice(0, at)) hold(held, event);
    const rest = this.kept.slice(at);
    // What is only let go of needs no second time: the novice's side has let go of everything.
    if (!rest.some(({ down }) => down)) return [];
    const again = [...held.values(), ...rest];
    const down = new Map<string, Typed>();
    for (const event of again) {
      if (event.down) down.set(nameOf(event), event);
      else down.delete(nameOf(event));
    }
    return [...again, ...[...down.values()].toReversed().map((event) => ({ ...event, down: false }))];
  }
}

function hold(held: Map<string, Typed>, event: Typed): void {
  const name = nameOf(event);
  if (!MODIFIERS.has(name)) return;
  if (event.down) held.set(name, event);
  else held.delete(name);
}
