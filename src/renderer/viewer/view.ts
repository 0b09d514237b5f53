/** The elements of the viewer. */
export interface View {
  /** What is to be seen of the picture. */
  readonly frame: HTMLDivElement;
  /** As large as the whole picture is shown, whatever of it is to be seen. */
  readonly stage: HTMLDivElement;
  readonly canvas: HTMLCanvasElement;
  /** Takes the keyboard: a text field, so that input methods work. */
  readonly keys: HTMLTextAreaElement;
  readonly pointerMark: HTMLDivElement;
  /** One more canvas over the picture, which takes no input. */
  overlay(): HTMLCanvasElement;
  /** Removes the elements and restores `host`. */
  remove(): void;
}

/** Puts the elements into `host`. `label` is what a screen reader calls the picture, `keyboardHint` what it says of its keyboard. */
export function createView(host: HTMLElement, label: string, keyboardHint: string): View {
  const frame = document.createElement('div');
  const stage = document.createElement('div');
  const canvas = document.createElement('canvas');
  const keys = document.createElement('textarea');
  const pointerMark = document.createElement('div');
  Object.assign(frame.style, { margin: 'auto', flex: 'none', overflow: 'clip' });
  Object.assign(stage.style, { position: 'relative', touchAction: 'none', userSelect: 'none' });
  Object.assign(canvas.style, { display: 'block', width: '100%', height: '100%' });
  Object.assign(keys.style, {
    position: 'absolute',
    inset: '0',
    width: '1px',
    height: '1px',
    padding: '0',
    border: '0',
    opacity: '0',
    resize: 'none',
    pointerEvents: 'none',
    caretColor: 'transparent',
  });
  Object.assign(pointerMark.style, { position: 'absolute', left: '0', top: '0', transformOrigin: '0 0', pointerEvents: 'none' });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  keys.setAttribute('aria-label', label);
  keys.setAttribute('aria-description', keyboardHint);
  keys.setAttribute('autocomplete', 'off');
  keys.setAttribute('autocapitalize', 'off');
  keys.spellcheck = false;
  stage.append(canvas, pointerMark, keys);
  frame.append(stage);
  const before = { display: host.style.display, overflow: host.style.overflow };
  // the automatic margin centres the picture where there is room and keeps its corner in reach where there is not
  host.style.display = 'flex';
  host.append(frame);
  return {
    frame,
    stage,
    canvas,
    keys,
    pointerMark,
    overlay() {
      const over = document.createElement('canvas');
      Object.assign(over.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none' });
      over.setAttribute('aria-hidden', 'true');
      canvas.after(over);
      return over;
    },
    remove() {
      frame.remove();
      Object.assign(host.style, before);
    },
  };
}
