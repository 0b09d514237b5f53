import type { InputEvent } from '../../protocol/rdp/input/events.ts';

const NUM_LOCK_SCANCODE = 0x45;

/**
 * Pause is E1 1D 45 in scancode set 1. RDP has one scancode an event, so it comes as 1D with the E1 prefix and then as a plain 45, which
 * alone would be Num Lock ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.1, KBDFLAGS_EXTENDED1). This finds that second half.
 */
export class PauseKey {
  private expected = false;

  /** True for the second half, which is not to be injected. */
  isTail(event: InputEvent): boolean {
    if (event.tag !== 'key') return false;
    const tail = this.expected && event.prefix === 'none' && event.scancode === NUM_LOCK_SCANCODE;
    this.expected = event.prefix === 'e1';
    return tail;
  }
}
