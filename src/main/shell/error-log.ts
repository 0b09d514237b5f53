/* A small, bounded file that a person can send along with a question. No secrets: see `redact`. */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';

/** One file and one predecessor, each at most this many bytes (plus one entry). */
export const MAX_LOG_BYTES = 256 * 1_024;
const MAX_ENTRY_CHARACTERS = 4_096;
const MAX_WAITING_ENTRIES = 200;
/**
 * Of one kind of entry so many in a row, then one at a time: what another computer can cause as often as it likes must not push out what else there is to
 * read.
 */
const KIND_BURST = 30;
const KIND_EVERY_MS = 20_000;
/** Kinds are names of ours; further ones share what there is for one. */
const MAX_KINDS = 200;

/** A bucket of entries of one kind. */
interface Kind {
  left: number;
  filledAtMs: number;
  /** Left out since the last one that was written. */
  leftOut: number;
}

/** A key, ticket, pin or token: base64 or hex. */
const LONG = /[A-Za-z0-9+/_=-]{32,}/g;
/** The same without slashes, for lines of stack traces, whose long paths are no secrets. */
const LONG_IN_TRACE = /[A-Za-z0-9+_=-]{32,}/g;

/** Takes out what could open a door: known secrets literally, and every run of 32 characters or more that looks like one. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let shown = text;
  for (const secret of secrets) if (secret.length >= 4) shown = shown.replaceAll(secret, '[secret]');
  return shown.replace(/.+/g, (line) => line.replace(/^\s+at /.test(line) ? LONG_IN_TRACE : LONG, '[long]'));
}

/** What went wrong with its causes, as text. Any thrown value is accepted. */
function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : Object.prototype.toString.call(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const stack = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 12)
    .join('\n');
  const cause = error.cause === undefined || depth >= 3 ? '' : `\ncaused by ${describeError(error.cause, depth + 1)}`;
  return `${error.name}${code}: ${error.message}\n${stack}${cause}`;
}

export interface ErrorLog {
  /** Writes in the background, in order; a log that cannot be written is no reason to fail. */
  write(where: string, error: unknown): void;
  /** Writes an event that is not an error, with its facts. */
  note(event: string, facts: Readonly<Record<string, string | number>>): void;
  /** Values that must never be written, whatever they look like. */
  setSecrets(secrets: readonly string[]): void;
  /** Resolves when everything so far is on disk. */
  flush(): Promise<void>;
}

export function createErrorLog(path: string, clock: Clock): ErrorLog {
  let secrets: readonly string[] = [];
  let waiting = 0;
  let tail = Promise.resolve();

  async function append(entry: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const size = await stat(path).then(
      (file) => file.size,
      () => 0,
    );
    if (size >= MAX_LOG_BYTES) await rename(path, `${path}.1`);
    await appendFile(path, entry, { mode: 0o600 });
  }

  const kinds = new Map<string, Kind>();

  /** How many of the kind were left out before this one, which is written; undefined when it is left out as well. */
  function admit(name: string): number | undefined {
    const key = kinds.has(name) || kinds.size < MAX_KINDS ? name : '';
    const nowMs = clock.monotonicMs();
    const kind = kinds.get(key) ?? { left: KIND_BURST, filledAtMs: nowMs, leftOut: 0 };
    kinds.set(key, kind);
    const filled = Math.floor((nowMs - kind.filledAtMs) / KIND_EVERY_MS);
    kind.left = Math.min(KIND_BURST, kind.left + filled);
    kind.filledAtMs += filled * KIND_EVERY_MS;
    if (kind.left === 0 || waiting >= MAX_WAITING_ENTRIES) {
      kind.leftOut += 1;
      return undefined;
    }
    kind.left -= 1;
    const { leftOut } = kind;
    kind.leftOut = 0;
    return leftOut;
  }

  function enqueue(name: string, words: () => string): void {
    const leftOut = admit(name);
    if (leftOut === undefined) return;
    const text = `${leftOut === 0 ? '' : `(${leftOut} of the next kind left out) `}${words()}`;
    waiting += 1;
    const entry = `${new Date(clock.now()).toISOString()} ${redact(text, secrets).slice(0, MAX_ENTRY_CHARACTERS)}\n`;
    tail = tail
      .then(() => append(entry))
      .catch(() => undefined)
      .finally(() => {
        waiting -= 1;
      });
  }

  return {
    write: (where, error) => enqueue(where, () => `${where}: ${describeError(error)}`),
    // One line a note: what came from outside must not look like a line of ours.
    note: (event, facts) =>
      enqueue(event, () =>
        `${event} ${Object.entries(facts)
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .join(' ')}`.replaceAll('\n', ' '),
      ),
    setSecrets(values) {
      secrets = values;
    },
    flush: () => tail,
  };
}
