import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { PictureChoices } from '../assistance/contract.ts';
import type { PictureChoicesStore } from '../settings/picture-choices-store.ts';

/** As sessions ask for it. A guest, and whoever came by a file, has an address for once: nothing is remembered of them. */
export function createPictureChoices(store: PictureChoicesStore, onStorageError: (error: unknown) => void): PictureChoices {
  return {
    of: ({ transport, address }) => (transport === undefined ? undefined : store.of({ transport, address })),
    keep({ transport, address }, quality) {
      if (transport !== undefined && transport !== GUEST_TRANSPORT) store.keep({ transport, address }, quality).catch(onStorageError);
    },
  };
}
