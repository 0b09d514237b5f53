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

/** How the two are connected, and why not otherwise, as far as this side knows. */
export function connectedWords(connection: SessionConnection, role: Role, name: string): string {
  const { by, address, mapped, hidden, reverseFailed } = connection;
  const values = { name, address };
  // TURN: the address is the other side's, and not the server's.
  const between = isBetween(connection);
  if (hidden !== undefined) return tFromData(`way.relay.${between ? 'betweenHidden' : 'hidden'}.${hidden}`, values);
  if (between) return t('way.relay.between');
  const own = [
    ...(mapped && reverseFailed ? ['mappedInstead'] : []),
    ...(mapped ? ['mapped'] : []),
    ...(reverseFailed ? ['connectedInstead'] : []),
  ].map((word) => `way.${by}.${word}.${role}`);
  const key = own.find(isWordKey);
  return key === undefined ? wayText(by, `connected.${role}`, values) : tFromData(key, values);
}

/** The same in a few words, without a reason. */
export function connectedBriefly(connection: SessionConnection): string {
  return isBetween(connection) ? t('way.relay.betweenShort') : wayText(connection.by, 'short', { address: connection.address });
}

function isBetween({ by, relayed }: SessionConnection): boolean {
  return relayed === true && by !== 'relay';
}

/** A way that has no step of its own in KB 306298, under the step where it was tried: what it is called, and what was done. */
export function stepOfWay(way: WayId, role: Role, name: string): { readonly caption: string; readonly text: string } | undefined {
  const [caption, text] = [`way.${way}.step`, `way.${way}.step.${role}`];
  return isWordKey(caption) && isWordKey(text) ? { caption: tFromData(caption, {}), text: tFromData(text, { name }) } : undefined;
}

/** The way's own sentence, or the general one. */
export function wayText(way: WayId, word: WayWord, values: WordValues): string {
  const own = `way.${way}.${word}`;
  const key: WayKey = isWordKey(own) ? (own as WayKey) : `way.other.${word}`;
  return tFromData(key, values);
}
