import { systemClock } from '../../../src/main/clock.ts';
import type { ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { openX11Capture } from '../../../src/main/desktop/x11/x11-capture.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import type { Display } from '../../support/display.ts';

/** A capture of this part of a display, in a thread, as the program opens it there. */
export function openPartCapture(display: Display, part: SharedPart): Promise<ScreenCapture> {
  return openX11Capture({
    address: { display: display.name },
    way: 'auto',
    useDamage: true,
    part,
    workerUrl: new URL('../../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
    clock: systemClock,
    signal: new AbortController().signal,
  });
}
