import type { ToPicture } from '../../protocol/rdp/graphics/viewer-messages.ts';

/** What may be on its way to a viewer and not yet decoded. Two frames of a 4K film in planar are about that much. */
export const MAX_ON_THE_WAY_BYTES = 16 * 1024 * 1024;
/** A full viewer counts as full until less than this is on its way, because it reports what it has decoded in slices. */
const RESUMES_AT_BYTES = MAX_ON_THE_WAY_BYTES / 2;
/**
 * What has waited longer than this says that the viewer cannot keep up, however few bytes they are: a dozen can stand for a copy of the whole
 * desktop.
 */
export const LONGEST_WAIT_MS = 500;
/** What a message costs beside its bytes on its way through two processes. */
const MESSAGE_BYTES = 4 * 1024;

/** Counts what one viewer has been sent and has not yet worked off, in bytes and in time. */
export class ViewerFlow {
  private onTheWay: { readonly bytes: number; readonly sentAtMs: number }[] = [];
  private bytes = 0;

  get isEmpty(): boolean {
    return this.onTheWay.length === 0;
  }

  sent(message: ToPicture, nowMs: number): void {
    const bytes = MESSAGE_BYTES + (message.tag === 'graphics' ? message.graphics.data.length : 0);
    this.onTheWay.push({ bytes, sentAtMs: nowMs });
    this.bytes += bytes;
  }

  /** The viewer has worked off so many of the oldest; more than it was sent counts as all. */
  taken(count: number): void {
    for (const { bytes } of this.onTheWay.splice(0, count)) this.bytes -= bytes;
  }

  /** Whether the viewer is full: no more should be sent. */
  isFull(nowMs: number): boolean {
    return this.bytes > MAX_ON_THE_WAY_BYTES || this.isLate(nowMs);
  }

  /** Whether a viewer that was full has room again. */
  hasRoom(nowMs: number): boolean {
    return this.bytes <= RESUMES_AT_BYTES && !this.isLate(nowMs);
  }

  private isLate(nowMs: number): boolean {
    const [oldest] = this.onTheWay;
    return oldest !== undefined && nowMs - oldest.sentAtMs > LONGEST_WAIT_MS;
  }
}
