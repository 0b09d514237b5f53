import type { Windows } from './windows.ts';

/** What is asked of Chromium: 1080p at the profile that clients must take ([MS-RDPEGFX] 2.2.4.4). */
const QUESTION = `(async () =>
  (await VideoDecoder.isConfigSupported({ codec: 'avc1.42e028', codedWidth: 1920, codedHeight: 1088, optimizeForLatency: true })).supported === true
)()`;

/** Whether Chromium has a decoder for H.264 here, which not every build of it has. A page of ours is asked, because main has none. */
export class DecoderProbe {
  private known: boolean | undefined;
  private asking = false;

  /** No until the page has said yes; it is asked where it has not been. */
  decodesFilm(windows: Pick<Windows, 'main'>): boolean {
    void this.ask(windows);
    return this.known === true;
  }

  /** Once a window is open; a page that is still being loaded answers then. */
  async ask({ main: window }: Pick<Windows, 'main'>): Promise<void> {
    if (window === undefined || this.known !== undefined || this.asking) return;
    this.asking = true;
    try {
      const answer: unknown = await window.webContents.executeJavaScript(QUESTION);
      this.known = answer === true;
    } catch {
      // A page that has gone is asked again when it is there.
    } finally {
      this.asking = false;
    }
  }
}
