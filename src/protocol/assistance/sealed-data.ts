import { ProtocolError } from '../bytes/errors.ts';
import { formatContextLine, parseContextLine } from '../rendezvous/context-line.ts';

/** How context data of an agreement, and what is sealed in it, is marked. */
export const SEALED_KIND = 'sealed';
/** How context data that is sealed after the agreement is marked. Its first word says what it is. */
export const MORE_KIND = 'more';

/** Context data of an agreement as one line, which an ACCEPT can carry. */
export const sealedLine = (text: string): string => formatContextLine({ kind: SEALED_KIND, text });

/** What such a line says; undefined where there is none, or it is of another kind. */
export function readSealedLine(line: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  try {
    const { kind, part, text } = parseContextLine(line);
    return kind === SEALED_KIND && part === undefined ? text : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
