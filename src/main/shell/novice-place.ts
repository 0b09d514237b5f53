import { type BrowserWindow, screen } from 'electron';
import type { KeptAway } from '../../protocol/assistance/status.ts';
import type { Clock } from '../clock.ts';
import { GivingWay } from './giving-way.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import { type BarEdge, PANEL_SIZE, placeBar, placePanel } from './window-bounds.ts';

/** Where the novice's window is, in one session: the whole panel, or a slim bar at an edge, from which it gives way. */
export class NovicePlace {
  private readonly window: BrowserWindow;
  private readonly givingWay: GivingWay;
  private folded = false;
  private edge: BarEdge = 'bottom';
  /** Where it was put last. If it is anywhere else, the person has dragged it there. */
  private put: Rect | undefined;

  constructor(window: BrowserWindow, clock: Pick<Clock, 'monotonicMs'>) {
    this.window = window;
    this.givingWay = new GivingWay(clock);
    // Stop must stay within reach when the screen gets smaller, or another one, and on a larger one the bar is not to be in the middle.
    const move = (): void => this.follow();
    screen.on('display-metrics-changed', move);
    screen.on('display-removed', move);
    window.on('closed', () => {
      screen.off('display-metrics-changed', move);
      screen.off('display-removed', move);
    });
  }

  fold(folded: boolean): void {
    if (folded === this.folded) return;
    this.folded = folded;
    this.place();
  }

  /** The novice wants the bar at the other edge. */
  moveBar(): void {
    if (!this.folded) return;
    this.edge = this.edge === 'bottom' ? 'top' : 'bottom';
    this.givingWay.moved();
    this.place();
  }

  giveWay(kept: KeptAway | undefined): void {
    if (!this.folded) return;
    const next = this.givingWay.edgeFor(kept, () => {
      const bar = this.window.getBounds();
      return { bar, workArea: screen.getDisplayMatching(bar).workArea, pointer: screen.getCursorScreenPoint() };
    });
    if (next === undefined) return;
    this.edge = next;
    this.place();
  }

  private place(): void {
    const { workArea } = screen.getDisplayMatching(this.window.getBounds());
    this.put = this.folded ? placeBar(workArea, this.edge) : placePanel(PANEL_SIZE, workArea);
    this.window.setBounds(this.put);
  }

  private follow(): void {
    const bounds = this.window.getBounds();
    const area = screen.getDisplayMatching(bounds).workArea;
    const inside =
      bounds.x >= area.x &&
      bounds.y >= area.y &&
      bounds.x + bounds.width <= area.x + area.width &&
      bounds.y + bounds.height <= area.y + area.height;
    const isPut = bounds.x === this.put?.x && bounds.y === this.put.y;
    if (isPut || !inside) this.place();
  }
}
