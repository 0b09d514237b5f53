import type { Dialect } from './dialect.ts';
import { decodeFriendlyName, encodeFriendlyName } from './friendly-name.ts';

/** Forward (my contacts), allow, block, reverse (who has me). */
export const LIST_NAMES = ['FL', 'AL', 'BL', 'RL'] as const;
export type ListName = (typeof LIST_NAMES)[number];

/** MSNP8's bits for the same four. */
const LIST_BITS: Readonly<Record<ListName, number>> = { FL: 1, AL: 2, BL: 4, RL: 8 };

/** Groups came with MSNP7. */
export const GROUPS_SINCE: Dialect = 7;

export interface ListEntry {
  readonly address: string;
  readonly friendlyName: string;
  /** Forward list only. */
  readonly groups: readonly number[];
}

interface Group {
  readonly id: number;
  readonly name: string;
}

/** Everything SYN brings. `prompt` is GTC (A asks about new reverse entries), `privacy` is BLP (AL lets strangers through). */
export interface ListSnapshot {
  readonly serial: number;
  readonly prompt: 'A' | 'N';
  readonly privacy: 'AL' | 'BL';
  readonly groups: readonly Group[];
  readonly lists: Readonly<Record<ListName, readonly ListEntry[]>>;
}

export function parseListName(text: string | undefined): ListName | undefined {
  const upper = text?.toUpperCase();
  return LIST_NAMES.find((name) => name === upper);
}

/** Arguments of the LST commands of one list (MSNP2–7), an empty list being told as item 0 of 0. */
export function writeList(
  dialect: Dialect,
  transactionId: string,
  name: ListName,
  snapshot: ListSnapshot,
): readonly (readonly (string | number)[])[] {
  const entries = snapshot.lists[name];
  if (entries.length === 0) return [[transactionId, name, snapshot.serial, 0, 0]];
  return entries.map((entry, index) => [
    transactionId,
    name,
    snapshot.serial,
    index + 1,
    entries.length,
    entry.address,
    encodeFriendlyName(entry.friendlyName) || entry.address,
    ...(name === 'FL' && dialect >= GROUPS_SINCE ? [entry.groups.join(',') || '0'] : []),
  ]);
}

/** Arguments of MSNP8's LST commands: each person once, with the lists they are on as bits, and groups where one of them is the forward list. */
export function writeMergedList(snapshot: ListSnapshot): readonly (readonly (string | number)[])[] {
  const people = new Map<string, { readonly friendlyName: string; bits: number; groups: readonly number[] }>();
  for (const name of LIST_NAMES) {
    for (const { address, friendlyName, groups } of snapshot.lists[name]) {
      const person = people.get(address) ?? { friendlyName, bits: 0, groups: [] };
      person.bits |= LIST_BITS[name];
      if (name === 'FL') person.groups = groups;
      people.set(address, person);
    }
  }
  return [...people].map(([address, { friendlyName, bits, groups }]) => [
    address,
    encodeFriendlyName(friendlyName) || address,
    bits,
    ...((bits & LIST_BITS.FL) === 0 ? [] : [groups.join(',') || '0']),
  ]);
}

/** One LST in any dialect's shape. `position` is there in MSNP2–7, where each list is counted apart. */
export interface ListLine {
  readonly lists: readonly ListName[];
  readonly position?: { readonly index: number; readonly total: number };
  readonly entry?: { readonly address: string; readonly friendlyName: string };
}

/** `TrID list serial item total address name [groups]` (2–7) or `address name bits [groups]` (8). Nothing where it is neither. */
export function readListLine(args: readonly string[]): ListLine | undefined {
  const name = parseListName(args[1]);
  if (name !== undefined && /^\d+$/.test(args[0] ?? '')) {
    const [index, total] = [Number(args[3]), Number(args[4])];
    if (!Number.isSafeInteger(index) || !Number.isSafeInteger(total) || index > total) return undefined;
    const [, , , , , address, friendlyName] = args;
    const position = { index, total };
    return address === undefined ? { lists: [name], position } : { lists: [name], position, entry: entryOf(address, friendlyName) };
  }
  const [address, friendlyName, bits] = args;
  if (address?.includes('@') !== true || !/^\d{1,3}$/.test(bits ?? '')) return undefined;
  const set = Number(bits);
  return { lists: LIST_NAMES.filter((list) => (set & LIST_BITS[list]) !== 0), entry: entryOf(address, friendlyName) };
}

function entryOf(address: string, friendlyName: string | undefined): { readonly address: string; readonly friendlyName: string } {
  return { address: address.toLowerCase(), friendlyName: decodeFriendlyName(friendlyName ?? address) };
}
