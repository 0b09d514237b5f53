import type { Event, Extensions } from 'x11';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** DamageNotify: which of the Damage objects it is about. */
type DamageEvent = Event & { readonly damage: number };

export interface DamageExtensions {
  readonly damage: Extensions['damage'];
  readonly fixes: Extensions['fixes'];
}

/** What is drawn on a drawable, as the DAMAGE extension says. */
export class X11Damage {
  private readonly extensions: DamageExtensions;
  private readonly watched: number;
  private readonly region: number;
  private any = true;

  /** Every event of the connection is to be given to {@link hears}. */
  constructor(connection: X11Connection, extensions: DamageExtensions, drawable: number) {
    const { damage, fixes } = extensions;
    this.extensions = extensions;
    this.watched = connection.client.AllocID();
    this.region = connection.client.AllocID();
    fixes.CreateRegion(this.region, []);
    // NonEmpty sends one event when damage appears and none while it grows.
    damage.Create(this.watched, drawable, damage.ReportLevel.NonEmpty);
  }

  /** Something has been drawn that was not taken yet. */
  get isAny(): boolean {
    return this.any;
  }

  /** Whether the event says that something is drawn, for the first time since {@link take}. */
  hears(event: Event): boolean {
    if (event.name !== 'DamageNotify' || (event as DamageEvent).damage !== this.watched) return false;
    this.any = true;
    return true;
  }

  /** Nothing of what was drawn so far is of interest. */
  forget(): void {
    this.any = false;
  }

  /** Something may have been drawn that is not told. */
  suspect(): void {
    this.any = true;
  }

  /** What has been drawn since the last time, in positions of the drawable; moves it out of the server's Damage object. */
  async take(): Promise<readonly Rect[]> {
    const { damage, fixes } = this.extensions;
    this.any = false;
    damage.Subtract(this.watched, 0, this.region);
    return (await reply<{ readonly rectangles: readonly Rect[] }>((done) => fixes.FetchRegion(this.region, done))).rectangles;
  }

  /** The drawable has gone, and the Damage object with it. */
  gone(): void {
    this.extensions.fixes.DestroyRegion(this.region);
  }
}
