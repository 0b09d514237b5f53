import type { LineState } from '../connection/contract.ts';

/** What sound may take of a line: the picture moves in the rest. */
const SOUND_SHARE = 1 / 3;
/** What has been too much is tried again when the line carries so much more than it needs. */
const AGAIN = 1.25;
/** While nothing moves a line that seems too thin is tried with sound so long, so often: nothing else would show what it carries. */
const TRIAL_MS = 600;
const TRIAL_EVERY_MS = 5_000;

/** Says whether a line carries sound beside the picture. */
export class SoundShare {
  private trialAtMs = Number.NEGATIVE_INFINITY;
  private isCarried = true;

  /**
   * @param neededBytesPerSecond of the sound with all that is sent around it
   * @param atRest nothing of the picture is being sent
   */
  carries({ bytesPerSecond, atMost }: LineState, neededBytesPerSecond: number, atRest: boolean, nowMs: number): boolean {
    // As long as no queue has shown what the line carries, it carries at least what is known.
    const isWide = bytesPerSecond === undefined || atMost !== true;
    this.isCarried = isWide || bytesPerSecond * SOUND_SHARE >= neededBytesPerSecond * (this.isCarried ? 1 : AGAIN);
    return this.isCarried || (atRest && this.isTrial(nowMs));
  }

  private isTrial(nowMs: number): boolean {
    if (nowMs - this.trialAtMs >= TRIAL_EVERY_MS) this.trialAtMs = nowMs;
    return nowMs - this.trialAtMs < TRIAL_MS;
  }
}
