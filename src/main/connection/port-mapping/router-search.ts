import type { Clock } from '../../clock.ts';
import { type Asking, type Gateway, type Mapping, type MappingWish, type Router, RouterError } from './contract.ts';
import { FOUND_FOR_MS } from './deadlines.ts';
import { findPortControl } from './port-control.ts';
import { findUpnp } from './upnp.ts';

interface Search {
  readonly gateway: Gateway;
  readonly beganMs: number;
  readonly routers: readonly Promise<Router>[];
  /** Whether nobody has been found; undefined while it is looked. */
  none: boolean | undefined;
}

/** By how many protocols the gateway can be asked; found out once, and held for {@link FOUND_FOR_MS}. */
export class RouterSearch {
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private latest: Search | undefined;

  constructor({ clock, signal }: Asking) {
    this.clock = clock;
    this.signal = signal;
  }

  /** Begins to look, unless that is under way or has found somebody of late. `again`: even where it found nobody. */
  begin(gateway: Gateway, again = false): readonly Promise<Router>[] {
    const { latest, clock, signal } = this;
    const isSame = latest?.gateway.address === gateway.address && latest.gateway.local === gateway.local;
    const isFresh = latest !== undefined && clock.monotonicMs() - latest.beganMs < FOUND_FOR_MS;
    if (latest !== undefined && isSame && isFresh && !(again && latest.none === true)) return latest.routers;
    const asking = { clock, signal };
    const routers = [findPortControl(gateway, asking), findUpnp(gateway, asking)];
    const search: Search = { gateway, beganMs: clock.monotonicMs(), routers, none: undefined };
    const settled = async (): Promise<void> => {
      const results = await Promise.allSettled(routers);
      search.none = results.every(({ status }) => status === 'rejected');
    };
    void settled();
    this.latest = search;
    return routers;
  }
}

/**
 * Asks one router after the other, in the order in which they are found; what the first grants that `accepts` is taken. Rejects with the RouterError that
 * tells most, undefined where there is no router.
 * @param accepts throws RouterError for a mapping that is of no use
 * @param refused hears of every refusal, while others are still asked
 */
export function mapOnFirst(
  routers: readonly Promise<Router>[],
  wish: MappingWish,
  asking: Asking,
  accepts: (mapping: Mapping) => void,
  refused: (error: RouterError) => void,
): Promise<Mapping> {
  return new Promise((resolve, reject) => {
    let granted = false;
    let why: RouterError | undefined;
    let turn: Promise<void> = Promise.resolve();
    const attempt = async (router: Router): Promise<void> => {
      if (granted || why?.code === 'useless') return;
      try {
        const mapping = await router.map(wish, asking);
        accepts(mapping);
        granted = true;
        resolve(mapping);
      } catch (error) {
        why = error instanceof RouterError ? error : new RouterError('refused', 'no answer that could be read');
        refused(why);
        // It is one gateway in every language: what it has outside does not get better.
        if (why.code === 'useless') reject(why);
      }
    };
    const each = routers.map(async (finding) => {
      const router = await finding;
      turn = turn.then(() => attempt(router));
      await turn;
    });
    void Promise.allSettled(each).then(() => reject(why));
  });
}
