import type { SoundPage } from '../desktop/sound/contract.ts';
import type { AppWindows } from './app-windows.ts';
import { openHiddenPage } from './hidden-page.ts';
import { SOUND_PARTITION } from './web-security.ts';

/** A hidden page that may record what this computer plays, with one end of a port. After `app` is ready. Rejects when the page does not load. */
export function openSoundPage(windows: Pick<AppWindows, 'openSoundPage' | 'bareSession'>): Promise<SoundPage> {
  windows.bareSession(SOUND_PARTITION);
  return openHiddenPage(windows.openSoundPage(SOUND_PARTITION), 'the page that records', 'ringback:sound-port');
}
