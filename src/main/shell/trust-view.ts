import { fingerprintOf } from '../../protocol/trust/fingerprint.ts';
import type { TrustView } from '../../facts/trust.ts';
import type { TrustStore } from '../settings/trust-store.ts';

/** What Settings shows of who this installation is, and whom it knows. */
export function trustView({ identity, met }: TrustStore): TrustView {
  return { fingerprint: fingerprintOf(identity.publicKey), met };
}
