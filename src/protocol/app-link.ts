/*
 * What links of this program have in common, whatever they are for:
 *
 *   fields  = "v=" version *( "&" name "=" value ) "&end=1"     ; values percent-encoded (RFC 3986, 2.1), "+" is a blank
 *
 * `end` is there because mail programs wrap and cut long lines: lines are joined until it comes, and without it a link is refused.
 */

/** Characters of the fields. */
export const MAX_LINK = 4_000;

/** Every sign but letters, digits and `-._~`, so that no program takes one for the end of the link. */
export function encodeLinkValue(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undefined where it is not encoded as it should be. */
export function decodeLinkValue(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The line on which the fields begin, up to what no link has in it. */
export const lineOfLink = (rest: string): string => /^[^\s<>"]*/.exec(rest)?.[0] ?? '';

/** The lines from there on, put together: a mail program has wrapped them, and marked them as a quotation. */
export const wrappedLink = (rest: string): string =>
  (/^[^\s<>"]*(?:[ \t]*\r?\n[ \t>]*[^\s<>"]+)*/.exec(rest.slice(0, 2 * MAX_LINK))?.[0] ?? '').replaceAll(/[\s>]+/g, '');

/** The fields before `end`; undefined where that is missing. */
export function untilLinkEnd(query: string): string | undefined {
  const end = /&end=1(?![A-Za-z0-9%])/.exec(query);
  return end === null ? undefined : query.slice(0, end.index);
}
