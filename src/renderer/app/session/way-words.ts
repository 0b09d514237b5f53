/** What is said of a way to connect, by its id: one sentence `way.<id>.…` of the word list for each thing there is to say. */
import type { Role, SessionConnection, WayFailure, WayId } from '../../../protocol/assistance/status.ts';
import type { WordKey } from '../../../words/languages.ts';
import { type WordValues, isWordKey, t, tFromData } from '../../../words/words.ts';

type WayWord = 'short' | 'soon' | `connected.${Role}` | `trying.${Role}` | `hint.${Role}` | `failed.${WayFailure}`;

/** The ways that the word list knows; `other` is for those it does not, which a later version may have put into the history. */
type WordedWay = WordKey extends infer K ? (K extends `way.${infer Id}.short` ? Id : never) : never;

/** A compile error here names the sentence that a way lacks. */
type Complete<Keys extends WordKey> = Keys;
type WayKey = Complete<`way.${WordedWay}.${WayWord}`>;

/** How the two are connected, and why not otherwise. */
export function connectedWords({ by, address, relayed, mapped, hidden }: SessionConnection, role: Role, name: string): string {
  const key = `way.${by}.mapped.${role}`;
  if (mapped && isWordKey(key)) return tFromData(key, { name, address });
  // TURN: the address is the other side's, and not the server's.
  if (relayed && by !== 'relay') return t(hidden ? 'way.relay.betweenHidden' : 'way.relay.between');
  if (hidden) return t(`way.relay.hidden.${role}`, { address });
  return wayText(by, `connected.${role}`, { name, address });
}

/** The way's own sentence, or the general one. */
export function wayText(way: WayId, word: WayWord, values: WordValues): string {
  const own = `way.${way}.${word}`;
  const key: WayKey = isWordKey(own) ? (own as WayKey) : `way.other.${word}`;
  return tFromData(key, values);
}
