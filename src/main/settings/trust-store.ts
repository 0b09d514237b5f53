import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { MetContact } from '../../facts/trust.ts';
import type { KnownContact } from '../../protocol/assistance/session-trust.ts';
import { base64Decode, base64Encode } from '../../protocol/bytes/text.ts';
import { DEVICE_BYTES, type DeviceKey, type Identity } from '../../protocol/trust/hello.ts';
import type { CarriedKey } from '../../protocol/trust/key-file.ts';
import { keyPairOf } from '../../protocol/trust/noise.ts';
import { lockUp, type SecretBox, secretSchema, unlock } from './secret-box.ts';
import { type DamagedFile, openStoredFile } from './stored-file.ts';
import { transportName } from './transport-name.ts';

const KEY_BYTES = 32;
/** Those met longest ago are forgotten first. */
const MAX_CONTACTS = 2_000;
const MAX_DEVICES = 16;

/** As it is read later: base64 that only looks like so many bytes would fail then, in the middle of a session. */
const ofBytes = (count: number) => z.string().refine((text) => isOfBytes(text, count), { error: `is not ${count} bytes` });
function isOfBytes(text: string, count: number): boolean {
  try {
    return base64Decode(text, 'trust').length === count;
  } catch {
    return false;
  }
}

const contact = z.looseObject({
  transport: transportName,
  address: z.string().min(1).max(129),
  meetings: z.int().min(0),
  devices: z.array(z.looseObject({ device: ofBytes(DEVICE_BYTES), key: ofBytes(KEY_BYTES) })).max(MAX_DEVICES),
});
const trustSchema = z.looseObject({
  version: z.literal(1),
  identity: z.nullable(z.strictObject({ device: ofBytes(DEVICE_BYTES), secretKey: secretSchema })),
  /** The one met last comes last. */
  contacts: z.array(contact).max(MAX_CONTACTS),
});
type TrustFile = z.infer<typeof trustSchema>;

interface Whom {
  readonly transport: string;
  readonly address: string;
}

export interface TrustStore {
  /** Who this installation is to others. */
  readonly identity: Identity;
  /** Without secrets, the one met last first. */
  readonly met: readonly MetContact[];
  readonly damaged: DamagedFile | undefined;
  /** As a stored file has it: this installation has another key for this run, and remembers nobody. */
  readonly newer: boolean;
  /** The key on disk could not be decrypted, now or for good: it stays there, and for this run this installation is one more device. */
  readonly secretUnreadable: boolean;
  known(peer: Whom): KnownContact;
  /** A session came up whose other side was sure. Resolves when it is on disk. */
  remember(peer: Whom, device: DeviceKey): Promise<void>;
  /** Whoever uses this address has to be made sure anew. */
  forget(peer: Whom): Promise<void>;
  /** Another key under the same name of this device: contacts are told loudly, once, and need the code. */
  renew(): Promise<void>;
  /** The key of another installation of this person's takes the place of this one's. */
  take(key: CarriedKey): Promise<void>;
  flush(): Promise<void>;
}

/** `trust.json`: this installation's key, secret where the system can, and the keys of whom it has met. */
export async function openTrustStore(path: string, box: SecretBox): Promise<TrustStore> {
  const file = await openStoredFile<TrustFile>(path, trustSchema, { version: 1, identity: null, contacts: [] });
  const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));
  let secretUnreadable = false;

  const isOf =
    ({ transport, address }: Whom) =>
    (known: Whom): boolean =>
      known.transport === transport && known.address.toLowerCase() === address.toLowerCase();
  const write = (change: Partial<TrustFile>): Promise<void> => file.set({ ...file.value, ...change });

  async function read(): Promise<Identity | undefined> {
    const kept = file.value.identity;
    if (kept === null) return undefined;
    try {
      return { ...keyPairOf(base64Decode(await unlock(box, kept.secretKey), 'secretKey')), device: kept.device };
    } catch {
      secretUnreadable = true;
      return undefined;
    }
  }
  async function become({ device, secretKey }: CarriedKey): Promise<void> {
    identity = { ...keyPairOf(secretKey), device };
    await write({ identity: { device, secretKey: await lockUp(box, base64Encode(secretKey)) } });
  }

  const fresh = (): CarriedKey => ({ device: base64Encode(random(DEVICE_BYTES)), secretKey: random(KEY_BYTES) });
  let identity = (await read()) as Identity;
  if (identity === undefined) {
    const { device, secretKey } = fresh();
    // A key store that is locked today may open tomorrow: nothing takes the place of what it keeps, and no contact is alarmed.
    if (secretUnreadable) identity = { ...keyPairOf(secretKey), device };
    // A disk that takes nothing does not keep the app from starting: the key lasts as long as the program.
    else await become({ device, secretKey }).catch(() => undefined);
  }

  return {
    get identity() {
      return identity;
    },
    get met() {
      return file.value.contacts.toReversed().map(({ transport, address, meetings }) => ({ transport, address, meetings }));
    },
    damaged: file.damaged,
    newer: file.newer,
    secretUnreadable,
    known(peer) {
      const contact = file.value.contacts.find(isOf(peer));
      const devices = (contact?.devices ?? []).map(({ device, key }) => ({ device, key: base64Decode(key, 'key') }));
      return { devices, meetings: contact?.meetings ?? 0 };
    },
    remember({ transport, address }, { device, key }) {
      const is = isOf({ transport, address });
      const before = file.value.contacts.find(is);
      const others = (before?.devices ?? []).filter((known) => known.device !== device);
      const devices = [...others, { device, key: base64Encode(key) }].slice(-MAX_DEVICES);
      const next = { ...before, transport, address, meetings: (before?.meetings ?? 0) + 1, devices };
      return write({ contacts: [...file.value.contacts.filter((known) => !is(known)), next].slice(-MAX_CONTACTS) });
    },
    forget(peer) {
      const is = isOf(peer);
      return write({ contacts: file.value.contacts.filter((known) => !is(known)) });
    },
    renew: () => become({ ...fresh(), device: file.value.identity?.device ?? identity.device }),
    take: become,
    flush: () => file.flush(),
  };
}
