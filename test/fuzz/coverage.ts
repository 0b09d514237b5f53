import { type Profiler, Session } from 'node:inspector';

/** Only what is ours counts. */
const OURS = /\/src\/(?:protocol|main)\//;

/** Which characters of our source have run, told by V8's block coverage: what a new input reached that none had before. */
export class Coverage {
  private readonly session = new Session();
  private readonly seen = new Map<string, Uint8Array>();
  private last: readonly Profiler.ScriptCoverage[] = [];
  private characters = 0;

  constructor() {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Characters of source that have run so far. */
  get covered(): number {
    return this.characters;
  }

  /** Did anything run since the last call that had never run before? It stays new until `keep`. */
  take(): boolean {
    this.session.post('Profiler.takePreciseCoverage', (error, result) => {
      this.last = error === null ? result.result.filter(({ url }) => OURS.test(url)) : [];
    });
    return this.merge(false);
  }

  /** What the last `take` saw is not new any more. */
  keep(): void {
    this.merge(true);
  }

  close(): void {
    this.session.disconnect();
  }

  private merge(keep: boolean): boolean {
    let fresh = false;
    for (const { url, functions } of this.last) {
      const end = functions.reduce((most, { ranges }) => Math.max(most, ranges[0]?.endOffset ?? 0), 0);
      const ran = new Uint8Array(end);
      // Outer ranges come before the ones inside them.
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      let seen = this.seen.get(url);
      if (seen === undefined || seen.length < end) {
        const longer = new Uint8Array(end);
        if (seen !== undefined) longer.set(seen);
        seen = longer;
        this.seen.set(url, seen);
      }
      for (let at = 0; at < end; at += 1) {
        if (ran[at] === 0 || seen[at] === 1) continue;
        fresh = true;
        if (!keep) return true;
        seen[at] = 1;
        this.characters += 1;
      }
    }
    return fresh;
  }
}
