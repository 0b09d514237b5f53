import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import type { RecordState } from '../../facts/record.ts';
import type { HistoryEntry } from '../../protocol/assistance/status.ts';
import { type DamagedFile, openStoredFile } from '../settings/stored-file.ts';
import { openLinesFile } from './chained-file.ts';
import { readEarlierHistory, removeEarlierHistory } from './earlier-history.ts';
import type { RunningEntry } from './entry-schema.ts';
import { cutOff, sessionsOf } from './listed-sessions.ts';
import { FIRST, hashOf, type BrokenChain, type LineBody, readLines, type RecordLine, writeLine } from './record-lines.ts';

/** Why a session ended that was still running when the program was killed or the computer lost its power. */
export const INTERRUPTED = 'interrupted';
/** Above this many lines those of sessions that are not listed any more are left out. */
export const MAX_LINES = 3_000;
/** After that, so many more before it is looked at again. */
const LINES_MORE = 1_000;
/** The earlier versions' file, beside ours. */
const EARLIER = 'history.json';

const headSchema = z.looseObject({
  version: z.literal(1),
  head: z.string().max(64),
  running: z.exactOptional(z.looseObject({ id: z.string().max(128), atMs: z.number().int().min(0).max(8.64e15) })),
});
type Head = z.infer<typeof headSchema>;

export interface SessionLog {
  /** Newest first, those that this version can read. */
  readonly entries: readonly HistoryEntry[];
  readonly state: RecordState;
  readonly damaged: DamagedFile | undefined;
  /** Never: lines of a later version stand beside ours. */
  readonly newer: false;
  /** The picture may be seen from here on. Resolves, as the others do, when it is on the disk. */
  viewed(session: RunningEntry): Promise<void>;
  /** Control of mouse and keyboard was given in a session that is being viewed, or is no longer. */
  control(id: string, granted: boolean): Promise<void>;
  /** It still runs: where the program is killed, it was as long as this. */
  stillRuns(id: string): Promise<void>;
  /** The session is over, or came to nothing; one with the same id is replaced. */
  add(entry: HistoryEntry): Promise<void>;
  /** Forgets all but that it was cleared, and the session that runs. */
  clear(): Promise<void>;
  /** The lines as they stand in the file, chain and all. */
  text(): string;
  flush(): Promise<void>;
}

/** `path`: the record's file. `now`: Unix ms. */
export async function openSessionLog(path: string, now: () => number): Promise<SessionLog> {
  const file = await openLinesFile(path);
  const headFile = await openStoredFile<Head>(`${path}.head`, headSchema, { version: 1, head: '' });
  const log = new ChainedLog(file, headFile, now);
  const earlierPath = join(dirname(path), EARLIER);
  // What cannot be written now cannot be written later either, which is told then; a record that is only read must not keep the app from starting.
  try {
    const earlier = await readEarlierHistory(earlierPath);
    await log.begin(earlier);
    if (earlier !== undefined && earlier.damaged === undefined) await removeEarlierHistory(earlierPath);
  } catch (error) {
    log.earlierDamage ??= { file: basename(path), problem: error instanceof Error ? error.message : 'cannot be written' };
  }
  return log;
}

type LinesFile = Awaited<ReturnType<typeof openLinesFile>>;
type HeadFile = Awaited<ReturnType<typeof openStoredFile<Head>>>;

class ChainedLog implements SessionLog {
  entries: readonly HistoryEntry[] = [];
  readonly newer = false;
  earlierDamage: DamagedFile | undefined;
  private readonly file: LinesFile;
  private readonly headFile: HeadFile;
  private readonly now: () => number;
  private lines: RecordLine[] = [];
  private head = FIRST;
  private broken: BrokenChain | undefined;
  private clearedAtMs: number | undefined;
  private shortenAbove = MAX_LINES;
  /** Lines that the disk has not taken yet. */
  private unwritten: string[] = [];
  /** The disk has refused the new file, and still has the old one. */
  private outdated = false;
  /** The session that runs, which clearing does not forget. */
  private running: { readonly session: RunningEntry; readonly granted: boolean } | undefined;

  constructor(file: LinesFile, headFile: HeadFile, now: () => number) {
    this.file = file;
    this.headFile = headFile;
    this.now = now;
  }

  get state(): RecordState {
    const { broken, clearedAtMs } = this;
    return {
      ...(clearedAtMs === undefined ? {} : { clearedAtMs }),
      ...(broken === undefined ? {} : { broken: broken.afterMs === undefined ? {} : { afterMs: broken.afterMs } }),
    };
  }

  get damaged(): DamagedFile | undefined {
    return this.file.damaged ?? this.earlierDamage;
  }

  /** Reads what is there, takes over what an earlier version wrote, and ends what was cut off. */
  async begin(earlier: Awaited<ReturnType<typeof readEarlierHistory>>): Promise<void> {
    const read = readLines(this.file.text ?? '');
    this.lines = [...read.lines];
    this.head = read.head;
    this.broken = read.broken;
    this.earlierDamage = earlier?.damaged;
    const bodies: LineBody[] = [];
    const { head, running } = this.headFile.value;
    // The head is written after its line: it may be some behind, but never one that is not there.
    if (head !== '' && !read.hashes.has(head) && head !== read.begins && this.file.damaged === undefined)
      bodies.push({ kind: 'endMissing' });
    // An older program may have been used in between, and knows what it has written itself.
    const known = new Set(this.lines.flatMap(({ line }) => (line?.kind === 'ended' ? [line.entry.id] : [])));
    const taken = earlier?.entries.filter(({ id }) => !known.has(id)) ?? [];
    if (taken.length > 0) bodies.push({ kind: 'takenOver' }, ...taken.map((entry): LineBody => ({ kind: 'ended', entry })));
    for (const open of sessionsOf(this.lines).open) {
      const aliveMs = running?.id === open.session.id ? running.atMs : undefined;
      bodies.push({ kind: 'ended', entry: cutOff(open, aliveMs, INTERRUPTED) });
    }
    this.list();
    if (bodies.length > 0) await this.append(bodies);
    this.broken = readLines(this.text()).broken;
  }

  viewed(session: RunningEntry): Promise<void> {
    this.running = { session: bounded(session), granted: false };
    return this.append([{ kind: 'viewed', session: this.running.session }]);
  }

  control(id: string, granted: boolean): Promise<void> {
    if (this.running?.session.id === id) this.running = { ...this.running, granted };
    return this.append([{ kind: 'control', id, granted }]);
  }

  async stillRuns(id: string): Promise<void> {
    await this.headFile.set({ ...this.headFile.value, running: { id, atMs: this.now() } });
  }

  add(entry: HistoryEntry): Promise<void> {
    if (this.running?.session.id === entry.id) this.running = undefined;
    return this.append([{ kind: 'ended', entry: bounded(entry) }]);
  }

  clear(): Promise<void> {
    const bodies: LineBody[] = [{ kind: 'cleared' }];
    if (this.running !== undefined) {
      const { session, granted } = this.running;
      bodies.push({ kind: 'viewed', session });
      if (granted) bodies.push({ kind: 'control', id: session.id, granted });
    }
    return this.rewrite(bodies, []);
  }

  text(): string {
    return this.lines.map(({ text }) => `${text}\n`).join('');
  }

  async flush(): Promise<void> {
    await this.file.flush();
    await this.headFile.flush();
  }

  private append(bodies: readonly LineBody[]): Promise<void> {
    const atMs = this.now();
    for (const body of bodies) {
      const line = writeLine(body, atMs, this.head);
      this.chain(line);
      this.unwritten.push(line.text);
    }
    this.list();
    if (this.lines.length > this.shortenAbove) return this.shorten();
    return this.outdated ? this.replace() : this.written(this.file.append(this.unwritten));
  }

  /** Leaves out the lines of sessions that are not listed any more. */
  private shorten(): Promise<void> {
    const { open } = sessionsOf(this.lines);
    const kept = new Set([...this.entries.map(({ id }) => id), ...open.map(({ session }) => session.id)]);
    const left = this.lines.filter(({ line }) => {
      if (line === undefined) return true;
      if (line.kind === 'viewed') return kept.has(line.session.id);
      if (line.kind === 'control') return kept.has(line.id);
      return line.kind === 'ended' ? kept.has(line.entry.id) : line.kind === 'cleared' || line.kind === 'endMissing';
    });
    this.shortenAbove = Math.max(MAX_LINES, left.length + LINES_MORE);
    return this.rewrite([{ kind: 'shortened', dropped: this.lines.length - left.length }], left);
  }

  /** A new file that begins with `bodies` and goes on with `kept`, in a chain that begins where the old one ended. */
  private rewrite(bodies: readonly LineBody[], kept: readonly RecordLine[]): Promise<void> {
    const before = this.head;
    this.lines = [];
    for (const body of bodies) this.chain(writeLine(body, this.now(), this.lines.length === 0 ? before : this.head));
    for (const { text, atMs, line } of kept) {
      const { before: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
      const moved = JSON.stringify({ ...rest, before: this.head });
      this.chain({ text: moved, atMs, line: line === undefined ? undefined : { ...line, before: this.head } });
    }
    this.list();
    return this.replace();
  }

  private async replace(): Promise<void> {
    this.unwritten = [];
    this.outdated = true;
    const replaced = this.file.replace(this.lines.map(({ text }) => text));
    await this.written(replaced);
    this.outdated = false;
  }

  private chain(line: RecordLine): void {
    this.lines.push(line);
    this.head = hashOf(line.text);
  }

  private async written(writing: Promise<void>): Promise<void> {
    const asked = this.head;
    await writing;
    // What was asked for meanwhile may have been written along with it.
    const head = this.unwritten.length === 0 ? this.head : asked;
    const { running } = this;
    const { running: alive, ...rest } = this.headFile.value;
    if (rest.head === head && alive === undefined) return;
    await this.headFile.set({ ...rest, head, ...(alive !== undefined && alive.id === running?.session.id ? { running: alive } : {}) });
  }

  private list(): void {
    const { entries, clearedAtMs } = sessionsOf(this.lines);
    this.entries = entries;
    this.clearedAtMs = clearedAtMs;
  }
}

/** With a name and an address as long as the next start accepts. */
function bounded<T extends RunningEntry>(entry: T): T {
  const { address, friendlyName } = entry.peer;
  return { ...entry, peer: { ...entry.peer, address: address.slice(0, 129), friendlyName: friendlyName.slice(0, 400) } };
}
