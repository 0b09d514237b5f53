/* What the classic engine's process and the main process say to each other. */
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { DisconnectReason } from '../../protocol/rdp/pdu/disconnect-reasons.ts';

/** One message is answered by one {@link EngineAnswer}, in order. */
export type ToEngine =
  /** Once, first: the connection is inside TLS with the novice who is meant. `confirm` is that server's X.224 Connection Confirm, whole. */
  | { readonly tag: 'start'; readonly confirm: Uint8Array; readonly userName: string; readonly workingDir: string }
  | { readonly tag: 'bytes'; readonly bytes: Uint8Array }
  | { readonly tag: 'input'; readonly events: readonly InputEvent[] }
  | { readonly tag: 'displayWanted'; readonly wanted: boolean };

export type FromEngine =
  | { readonly tag: 'write'; readonly bytes: Uint8Array }
  /** Client Info, with the session id in it, has been written. */
  | { readonly tag: 'presented' }
  | { readonly tag: 'active'; readonly desktop: Size }
  /** TS_UPDATE_BITMAP_DATA of one rectangle, undecoded. */
  | { readonly tag: 'update'; readonly data: Uint8Array }
  /** What the novice's program has said about why it ends, or will. */
  | { readonly tag: 'announced'; readonly end: DisconnectReason | undefined }
  /** It has ended it. */
  | { readonly tag: 'closed' }
  /** It has sent what cannot be read; `refused`, what is understood and not done. Nothing comes after this. */
  | { readonly tag: 'broken'; readonly refused: boolean; readonly text: string };

/** All that a message to the engine has led to. */
export type EngineAnswer = readonly FromEngine[];

/** Bounds on what the engine's process is believed: it reads what a stranger sends, and may be in that stranger's hands. */
const MAX_OUTPUTS = 20_000;
const MAX_BYTES = 1 << 20;
const MAX_TEXT = 500;
/** MS-RDPBCGR 2.2.7.1.2, as our own client bounds it. */
const MAX_DESKTOP_SIDE = 16_384;

const ENDS: ReadonlySet<unknown> = new Set<DisconnectReason | undefined>([
  'userRequested',
  'denied',
  'timeout',
  'protocolError',
  'desktopUnavailable',
  'sessionLimit',
  undefined,
]);

/** The answer that came from the engine's process; undefined for anything that is none. */
export function parseAnswer(message: unknown): EngineAnswer | undefined {
  if (!Array.isArray(message) || message.length > MAX_OUTPUTS) return undefined;
  return message.every(isOutput) ? message : undefined;
}

function isOutput(value: unknown): value is FromEngine {
  if (typeof value !== 'object' || value === null || !('tag' in value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  switch (fields['tag']) {
    case 'write':
      return isBytes(fields['bytes']);
    case 'update':
      return isBytes(fields['data']);
    case 'active':
      return isSize(fields['desktop']);
    case 'announced':
      return ENDS.has(fields['end']);
    case 'broken':
      return typeof fields['refused'] === 'boolean' && typeof fields['text'] === 'string' && fields['text'].length <= MAX_TEXT;
    case 'presented':
    case 'closed':
      return true;
    default:
      return false;
  }
}

const isBytes = (value: unknown): boolean => value instanceof Uint8Array && value.length <= MAX_BYTES;

function isSize(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return [(value as Partial<Size>).width, (value as Partial<Size>).height].every(isSide);
}

const isSide = (side: unknown): boolean => typeof side === 'number' && Number.isInteger(side) && side >= 1 && side <= MAX_DESKTOP_SIDE;

/** As much of a thrown value as a technician needs. */
export const brokenBy = (refused: boolean, error: unknown): FromEngine => ({
  tag: 'broken',
  refused,
  text: (error instanceof Error ? error.message : String(error)).slice(0, MAX_TEXT),
});
