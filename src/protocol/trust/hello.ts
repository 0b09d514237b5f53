import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode } from '../bytes/text.ts';
import type { KeyPair } from './noise.ts';

/** Its value is the sender's identity key: it can agree on keys and seals its tickets. */
const SEAL_FEATURE = 'seal';
const DEVICE_FEATURE = 'device';
const NONCE_FEATURE = 'nonce';
/** Said by the one who answers: the other's key is known here. */
const MET_FEATURE = 'met';

const KEY_BYTES = 32;
export const DEVICE_BYTES = 9;
export const NONCE_BYTES = 15;

/** An installation: its key, and a name for it that stays when the key is renewed. */
export interface Identity extends KeyPair {
  /** {@link DEVICE_BYTES} random bytes, as base64. */
  readonly device: string;
}

/** An installation as others know it. */
export interface DeviceKey {
  readonly device: string;
  readonly key: Uint8Array;
}

/** What a program says of itself in INVITE and ACCEPT. Nothing of it is believed before the agreement that it is bound into. */
export interface Hello extends DeviceKey {
  /** {@link NONCE_BYTES} random bytes, as base64. */
  readonly nonce: string;
  readonly met: boolean;
}

/** The features that say it. */
export function helloFeatures({ publicKey, device }: Identity, nonce: string, met: boolean): ReadonlyMap<string, string> {
  const said: [string, string][] = [
    [SEAL_FEATURE, base64Encode(publicKey)],
    [DEVICE_FEATURE, device],
    [NONCE_FEATURE, nonce],
  ];
  if (met) said.push([MET_FEATURE, '']);
  return new Map(said);
}

/** Undefined where the other program cannot do this, or what it says of it makes no sense. */
export function helloOf(features: ReadonlyMap<string, string> | undefined): Hello | undefined {
  const seal = features?.get(SEAL_FEATURE);
  if (features === undefined || seal === undefined) return undefined;
  try {
    const key = ofLength(seal, KEY_BYTES, SEAL_FEATURE);
    const device = features.get(DEVICE_FEATURE) ?? '';
    const nonce = features.get(NONCE_FEATURE) ?? '';
    ofLength(device, DEVICE_BYTES, DEVICE_FEATURE);
    ofLength(nonce, NONCE_BYTES, NONCE_FEATURE);
    return { key, device, nonce, met: features.has(MET_FEATURE) };
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function ofLength(text: string, length: number, name: string): Uint8Array {
  const bytes = base64Decode(text, `Features.${name}`);
  if (bytes.length !== length) throw new ProtocolError('OUT_OF_RANGE', `Features.${name}`, `${length} bytes`, bytes.length);
  return bytes;
}
