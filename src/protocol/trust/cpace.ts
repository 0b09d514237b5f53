import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { asciiEncode } from '../bytes/text.ts';
import { concat, lv, lvCat } from './lv.ts';
import type { RandomBytes } from './random.ts';

/* CPace, draft-irtf-cfrg-cpace-21, suite CPACE-RISTR255-SHA512: two sides that know the same few digits get the same strong key, and a run tells nobody else more than whether one guess was right. */

const DSI = asciiEncode('CPaceRistretto255', 'DSI');
const DSI_ISK = concat(DSI, asciiEncode('_ISK', 'DSI'));
/** Input block of SHA-512. */
const BLOCK_BYTES = 128;
/** An encoded group element: what one side says. */
export const CPACE_MESSAGE_BYTES = 32;
/** Twice the order, so that the scalar is as good as evenly spread. */
const SCALAR_RANDOM_BYTES = 64;

const { Point } = ristretto255;

/** `password` is PRS, `channel` is CI: what both sides must agree on. `session` is sid, different in every run. */
export interface CpaceInput {
  readonly password: Uint8Array;
  readonly channel: Uint8Array;
  readonly session: Uint8Array;
}

export interface CpaceSide {
  readonly scalar: bigint;
  /** Ya or Yb. */
  readonly message: Uint8Array;
}

/** The base point of a run, encoded. */
export function cpaceGenerator({ password, channel, session }: CpaceInput): Uint8Array {
  const zeros = new Uint8Array(Math.max(0, BLOCK_BYTES - 1 - lv(password).length - lv(DSI).length));
  return generator(lvCat(DSI, password, zeros, channel, session)).toBytes();
}

function generator(text: Uint8Array): InstanceType<typeof Point> {
  const point = ristretto255_hasher.deriveToCurve?.(sha512(text));
  if (point === undefined) throw new Error('no one-way map to ristretto255');
  return Point.fromBytes(point.toBytes());
}

/** One side's secret and what it says. `scalar`: for the draft's vectors. */
export function cpaceSide(input: CpaceInput, random: RandomBytes, scalar = freshScalar(random)): CpaceSide {
  return { scalar, message: Point.fromBytes(cpaceGenerator(input)).multiply(scalar).toBytes() };
}

function freshScalar(random: RandomBytes): bigint {
  for (;;) {
    const scalar = Point.Fn.create(random(SCALAR_RANDOM_BYTES).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
    if (scalar !== 0n) return scalar;
  }
}

/** Throws ProtocolError MALFORMED for what is no group element, REFUSED for the neutral one. */
export function cpaceShared(scalar: bigint, theirs: Uint8Array): Uint8Array {
  const point = pointOf(theirs).multiply(scalar);
  if (point.is0()) throw new ProtocolError('REFUSED', 'CPace.Y', 'a group element', 'the neutral one');
  return point.toBytes();
}

function pointOf(bytes: Uint8Array): InstanceType<typeof Point> {
  let point: InstanceType<typeof Point>;
  try {
    point = Point.fromBytes(bytes);
  } catch {
    throw new ProtocolError('MALFORMED', 'CPace.Y', 'a canonical group element', `${bytes.length} other bytes`);
  }
  if (point.is0()) throw new ProtocolError('REFUSED', 'CPace.Y', 'a group element', 'the neutral one');
  return point;
}

export interface CpaceTranscript {
  readonly session: Uint8Array;
  readonly shared: Uint8Array;
  /** Message and associated data of who began, then of who answered. */
  readonly began: { readonly message: Uint8Array; readonly associated: Uint8Array };
  readonly answered: { readonly message: Uint8Array; readonly associated: Uint8Array };
}

/** ISK, 64 bytes. */
export function cpaceKey({ session, shared, began, answered }: CpaceTranscript): Uint8Array {
  return sha512(
    concat(lvCat(DSI_ISK, session, shared), lvCat(began.message, began.associated), lvCat(answered.message, answered.associated)),
  );
}
