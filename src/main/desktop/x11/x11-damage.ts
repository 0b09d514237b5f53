import type { Extensions } from 'x11';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/** What is drawn on a drawable, as the DAMAGE extension says. */
export class X11Damage {
  private readonly ask: () => Promise<{ readonly rectangles: readonly Rect[] }>;
  private any = true;

  /** `drawn`: something is, for the first time since {@link take}. */
  constructor(
    connection: X11Connection,
    { damage, fixes }: { readonly damage: Extensions['damage']; readonly fixes: Extensions['fixes'] },
    drawable: number,
    drawn: () => void,
  ) {
    const { client } = connection;
    const watched = client.AllocID();
    const region = client.AllocID();
    fixes.CreateRegion(region, []);
    // NonEmpty sends one event when damage appears and none while it grows.
    damage.Create(watched, drawable, damage.ReportLevel.NonEmpty);
    connection.onEvent((event) => {
      if (event.name !== 'DamageNotify') return;
      this.any = true;
      drawn();
    });
    this.ask = () => {
      damage.Subtract(watched, 0, region);
      return reply<{ readonly rectangles: readonly Rect[] }>((done) => fixes.FetchRegion(region, done));
    };
  }

  /** Something has been drawn that was not taken yet. */
  get isAny(): boolean {
    return this.any;
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
    this.any = false;
    return (await this.ask()).rectangles;
  }
}
