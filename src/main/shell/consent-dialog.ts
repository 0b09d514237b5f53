import { dialog } from 'electron';
import type { ConsentPrompts } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import { askConsent, type ShowQuestion } from './consent-prompts.ts';
import type { Windows } from './windows.ts';

/** The consent questions as the system's own message boxes, which no page can draw, read or answer. */
export function createConsentDialog(windows: Pick<Windows, 'session' | 'main'>, clock: Clock): ConsentPrompts {
  const show: ShowQuestion = async (question, signal) => {
    // A parent is needed on macOS for the signal to work, and everywhere keeps the question in front of the window it is about.
    const parent = windows.session ?? windows.main;
    const options = { ...question, buttons: [...question.buttons], signal };
    if (parent === undefined) return (await dialog.showMessageBox(options)).response;
    if (parent.isMinimized()) parent.restore();
    if (!parent.isVisible()) parent.show();
    parent.flashFrame(true);
    const answer = await dialog.showMessageBox(parent, options);
    if (!parent.isDestroyed()) parent.flashFrame(false);
    return answer.response;
  };
  return {
    allowView: (peer, signal) => askConsent('view', peer, signal, show, clock),
    allowControl: (peer, signal, offered) => askConsent(offered ? 'offeredControl' : 'control', peer, signal, show, clock),
  };
}
