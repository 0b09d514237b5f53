import { utf8Decode, utf8Encode } from '../../src/protocol/bytes/text.ts';
import type { Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
  65_535,
  65_536,
  1e-320,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  'İ',
  '__proto__',
  'constructor',
  'a'.repeat(300),
  'ä'.repeat(5_000),
  'a@b',
  'a@'.repeat(60),
  'A+'.repeat(40),
  [],
  {},
  [[]],
  [null],
  { tag: 'x' },
];
const SMALL: readonly Json[] = [null, 0, 'a', [], {}];
const MAX_CHARACTERS = 64 * 1024;
const NAMES = ['__proto__', 'constructor', 'toString', 'tag', 'length', 'version', ''];

/** Damages a JSON text as a tree, so that it stays JSON; `undefined` when it is none. */
export function mutateJson(input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array | undefined {
  let root = parsed(input);
  if (root === undefined) return undefined;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const places = placesOf(root);
    const place = random.pick(places);
    const value = fresh(random, root, others);
    if (place === undefined) root = value;
    else if (Array.isArray(place.parent)) {
      const index = Number(place.key);
      place.parent.splice(
        index,
        random.below(2),
        ...(random.once(3) ? [] : random.once(8) ? Array<Json>(random.pick([3, 300, 3_000])).fill(random.pick(SMALL)) : [value]),
      );
    } else if (random.once(4)) delete place.parent[place.key];
    else define(place.parent, random.once(4) ? random.pick(NAMES) : place.key, value);
  }
  const text = JSON.stringify(root);
  return text.length > MAX_CHARACTERS ? undefined : utf8Encode(text);
}

interface Place {
  readonly parent: Json[] | { [name: string]: Json };
  readonly key: string;
}

function parsed(input: Uint8Array): Json | undefined {
  try {
    return JSON.parse(utf8Decode(input)) as Json;
  } catch {
    return undefined;
  }
}

function placesOf(root: Json): readonly (Place | undefined)[] {
  const places: (Place | undefined)[] = [undefined];
  const open: Json[] = [root];
  for (let value = open.pop(); value !== undefined && places.length < 2_000; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    for (const key of Object.keys(value)) {
      places.push({ parent: value, key });
      const inner = (value as { [name: string]: Json })[key];
      if (inner !== undefined) open.push(inner);
    }
  }
  return places;
}

function fresh(random: Random, root: Json, others: readonly Uint8Array[]): Json {
  const kind = random.below(8);
  if (kind === 0) return structuredClone(root);
  if (kind === 1 && others.length > 0) return parsed(random.pick(others)) ?? null;
  if (kind === 2) return random.u32() / random.pick([1, 2, 1e9]);
  if (kind === 3) return Array.from({ length: random.pick([10, 500]) }).reduce<Json>((inner) => [inner], null);
  const other = placesOf(root);
  const place = random.pick(other);
  if (kind === 4 && place !== undefined) return structuredClone((place.parent as { [name: string]: Json })[place.key] ?? null);
  return structuredClone(random.pick(VALUES));
}

/** As JSON.parse does it: `__proto__` is a name like any other. */
function define(object: { [name: string]: Json }, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
