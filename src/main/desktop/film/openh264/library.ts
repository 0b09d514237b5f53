import koffi from 'koffi';
import { FilmEncoderError } from '../../../../protocol/rdp/graphics/film/contract.ts';

/** Its name where ABI 7 is installed; Debian: libopenh264-7. */
const LIBRARY = 'libopenh264.so.7';
/** Its first version with ABI 7, and the first one after them. */
const FIRST = [2, 3, 1] as const;
const AFTER = [2, 6, 0] as const;

/** One encoder of the library (ISVCEncoder of codec_api.h). Numbers are its CM_RETURN: 0 is success. */
export interface NativeEncoder {
  /** Fills SEncParamExt with its defaults. */
  defaults(parameters: Uint8Array): number;
  initialise(parameters: Uint8Array): number;
  /** Encodes SSourcePicture and fills SFrameBSInfo, which leads into memory of the encoder until the next call. Waits until that is done. */
  encode(picture: Uint8Array, frame: Uint8Array): number;
  /** The next picture becomes a key frame. */
  forceKey(): number;
  /** `option` is an ENCODER_OPTION, `value` what it points to. */
  setOption(option: number, value: Uint8Array): number;
  /** Takes it down. Nothing may be called afterwards. */
  end(): void;
}

/** The library, so far as it is used. */
export interface OpenH264 {
  /** Undefined when it has none to give. */
  create(): NativeEncoder | undefined;
  /** Of the first byte; it stays where it is as long as its memory does not grow. */
  address(bytes: Uint8Array): bigint;
  /** Fills `into` with memory of the library. Nothing is checked. */
  copy(into: Uint8Array, from: bigint): void;
}

/** Order of the virtual functions of ISVCEncoder: Initialize and EncodeParameterSets are not used. */
const SLOT = { initialise: 1, defaults: 2, uninitialise: 3, encode: 4, forceKey: 6, setOption: 7 } as const;

/**
 * Loads the system's library.
 * @throws FilmEncoderError UNSUPPORTED where there is none, or one whose records are not known to be as they are written here
 */
export function loadOpenH264(file = LIBRARY): OpenH264 {
  if (process.arch !== 'x64' && process.arch !== 'arm64') throw unsupported(`nobody has looked at its records on ${process.arch}`);
  const library = open(file);
  const version = new Int32Array(4);
  library.func('void WelsGetCodecVersionEx(_Out_ int32_t *version)')(version);
  checkVersion([...version.subarray(0, 3)]);
  const create = library.func('int WelsCreateSVCEncoder(_Out_ uint64_t *encoder)');
  const destroy = library.func('void WelsDestroySVCEncoder(intptr_t encoder)');
  const memcpy = koffi.load('libc.so.6').func('intptr_t memcpy(_Out_ uint8_t *into, intptr_t from, size_t length)');
  return {
    create: () => {
      const made = new BigUint64Array(1);
      const encoder = create(made) === 0 ? made[0] : 0n;
      return encoder === undefined || encoder === 0n ? undefined : nativeEncoder(encoder, () => void destroy(encoder));
    },
    address: (bytes) => koffi.address(bytes),
    copy: (into, from) => void memcpy(into, from, into.length),
  };
}

/**
 * @param version major, minor, revision
 * @throws FilmEncoderError UNSUPPORTED for one whose records may be others
 */
export function checkVersion(version: readonly number[]): void {
  if (compare(version, FIRST) >= 0 && compare(version, AFTER) < 0) return;
  throw unsupported(
    `version ${version.join('.')} may have other records than ${FIRST.join('.')} up to ${AFTER.join('.')}, which are known here`,
  );
}

function nativeEncoder(encoder: bigint, destroy: () => void): NativeEncoder {
  const table = BigInt(koffi.decode.uint64(encoder));
  const at = (slot: number, type: string): ((...values: unknown[]) => number) => {
    const address = BigInt(koffi.decode.uint64(table + BigInt(slot * 8)));
    return koffi.decode(address, koffi.proto(type)) as (...values: unknown[]) => number;
  };
  const defaults = at(SLOT.defaults, 'int (intptr_t encoder, _Inout_ uint8_t *parameters)');
  const initialise = at(SLOT.initialise, 'int (intptr_t encoder, _Inout_ uint8_t *parameters)');
  const uninitialise = at(SLOT.uninitialise, 'int (intptr_t encoder)');
  const encode = at(SLOT.encode, 'int (intptr_t encoder, _Inout_ uint8_t *picture, _Inout_ uint8_t *frame)');
  const forceKey = at(SLOT.forceKey, 'int (intptr_t encoder, bool idr, int layer)');
  const setOption = at(SLOT.setOption, 'int (intptr_t encoder, int option, _Inout_ uint8_t *value)');
  return {
    defaults: (parameters) => defaults(encoder, parameters),
    initialise: (parameters) => initialise(encoder, parameters),
    encode: (picture, frame) => encode(encoder, picture, frame),
    forceKey: () => forceKey(encoder, true, -1),
    setOption: (option, value) => setOption(encoder, option, value),
    end: () => {
      uninitialise(encoder);
      destroy();
    },
  };
}

function open(file: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(file);
  } catch (error) {
    throw new FilmEncoderError('UNSUPPORTED', `${file} is not on this computer`, { cause: error });
  }
}

function compare(version: readonly number[], other: readonly number[]): number {
  for (const [index, number] of other.entries()) {
    const difference = (version[index] ?? 0) - number;
    if (difference !== 0) return difference;
  }
  return 0;
}

function unsupported(why: string): FilmEncoderError {
  return new FilmEncoderError('UNSUPPORTED', `libopenh264 is not used: ${why}`);
}
