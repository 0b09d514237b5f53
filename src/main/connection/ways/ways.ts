import type { Way } from './contract.ts';
import { type IceDeps, prepareIce } from './ice/ice.ts';
import { prepareRelay } from './relay/relay.ts';
import { prepareTcp } from './tcp/tcp.ts';

/** Every way there is, each one line: a new one is a folder beside `tcp`, a line here, and its sentences `way.<id>.…`. */
export const WAYS: readonly Way[] = [
  // KB 306298, step 5: the novice dials the expert back.
  { id: 'reverse', offeredBy: 'expert', step: 5, afterMs: 0, prepare: prepareTcp },
  // Nothing has come: the proxy of a messenger's server is offered, and taken when nothing direct can come any more (docs/decisions/0044).
  { id: 'relay', offeredBy: 'expert', step: 5, afterMs: 2_500, signals: true, proxied: true, prepare: prepareRelay },
  // Step 7: no verified connection five seconds after the novice's ticket, and the expert dials.
  { id: 'forward', offeredBy: 'novice', step: 7, afterMs: 5_000, prepare: prepareTcp },
];

/** With ICE, where there are pages to do it in: it begins while the dials of step 5 are still under way. */
export function waysWith(ice: IceDeps | undefined): readonly Way[] {
  if (ice === undefined) return WAYS;
  return [...WAYS, { id: 'ice', offeredBy: 'expert', step: 5, afterMs: 1_000, signals: true, prepare: prepareIce(ice) }];
}
