/** What this computer can do as a novice. `reason` is a key of the word list. */
export interface DesktopSupport {
  readonly capture: boolean;
  readonly input: boolean;
  readonly reason?: 'desktop.noDisplay' | 'desktop.wayland' | 'desktop.noInjection' | 'desktop.needsPermission' | 'desktop.colours';
}

/** The keyboard's layout as this computer names it: `de` and "German", `de-DE` and "Deutsch (Deutschland)". */
export interface KeyboardLayout {
  readonly code: string;
  readonly name: string;
}
