import type { Trust } from '../assistance/contract.ts';
import type { AppModel } from './app-model.ts';
import type { Storage } from './storage.ts';
import { trustView } from './trust-view.ts';

/** Whom this installation knows, as sessions ask for it. What could not be written is told, and holds until the program ends. */
export function createTrust(
  { trust, settings }: Pick<Storage, 'trust' | 'settings'>,
  model: Pick<AppModel, 'update'>,
  onStorageError: (error: unknown) => void,
): Trust {
  return {
    get identity() {
      return trust.identity;
    },
    known: (peer) => trust.known(peer),
    remember(peer, device) {
      trust.remember(peer, device).catch(onStorageError);
      model.update({ trust: trustView(trust) });
    },
    allowUnverified: () => settings.value.allowUnverified,
  };
}
