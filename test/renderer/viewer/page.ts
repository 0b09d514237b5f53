import { vi } from 'vitest';
import { type MonitorArea, mountViewer, type ViewerHandle, type ViewerOptions } from '../../../src/renderer/viewer/viewer.ts';
import type { FromSteering, ToSteering } from '../../../src/protocol/rdp/graphics/viewer-messages.ts';
import type { CodecsWanted, FromPictureWorker, PictureStart } from '../../../src/renderer/viewer/worker-messages.ts';

/** As much of an element as the viewer uses. */
class FakeElement extends EventTarget {
  readonly style = { width: '', height: '', left: '', top: '', overflow: '', display: '' };
  readonly children: FakeElement[] = [];
  readonly captured: number[] = [];
  hidden = false;
  hovered = false;
  value = '';
  clientWidth = 400;
  clientHeight = 300;
  private parent: FakeElement | undefined;

  append(...children: FakeElement[]): void {
    for (const child of children) child.parent = this;
    this.children.push(...children);
  }
  remove(): void {
    const siblings = this.parent?.children;
    siblings?.splice(siblings.indexOf(this), 1);
  }
  replaceChildren(): void {}
  scrollTo(): void {}
  setAttribute(): void {}
  focus(): void {
    this.dispatchEvent(new Event('focus'));
  }
  matches(): boolean {
    return this.hovered;
  }
  setPointerCapture(pointerId: number): void {
    this.captured.push(pointerId);
  }
  /** As it has been placed, with its corner at the window's. */
  getBoundingClientRect() {
    return { left: 0, top: 0, width: Number.parseFloat(this.style.width), height: Number.parseFloat(this.style.height) };
  }
  transferControlToOffscreen(): object {
    return {};
  }
}

class FakeWorker {
  static newest: FakeWorker;
  readonly posted: (PictureStart | CodecsWanted)[] = [];
  terminated = false;
  onmessage: ((event: { readonly data: FromPictureWorker }) => void) | null = null;
  onerror: ((event: { readonly message: string }) => void) | null = null;

  constructor() {
    FakeWorker.newest = this;
  }
  postMessage(message: PictureStart | CodecsWanted): void {
    this.posted.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
}

class FakeSteeringPort {
  readonly posted: FromSteering[] = [];
  closed = false;
  onmessage: ((event: { readonly data: ToSteering }) => void) | null = null;
  postMessage(message: FromSteering): void {
    if (!this.closed) this.posted.push(message);
  }
  close(): void {
    this.closed = true;
  }
}

/** A viewer in a page that is none: what it is told and what happens on it is said by the test. Unstub all globals afterwards. */
export function viewerPage({ hidden = false, ...options }: Partial<ViewerOptions> & { readonly hidden?: boolean } = {}) {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { hidden, createElement: () => new FakeElement() });
  const systemKeys = { locked: false };
  const frames: (() => void)[] = [];
  const scales: EventTarget[] = [];
  vi.stubGlobal('document', document);
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('devicePixelRatio', 1);
  vi.stubGlobal('matchMedia', () => {
    const media = new EventTarget();
    scales.push(media);
    return media;
  });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
  vi.stubGlobal('navigator', {
    keyboard: {
      lock: async () => {
        systemKeys.locked = true;
      },
      unlock: () => {
        systemKeys.locked = false;
      },
    },
  });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );

  const host = new FakeElement();
  const hints: number[] = [];
  const told: (readonly MonitorArea[])[] = [];
  const left: number[] = [];
  const tooLong: number[] = [];
  const failures: string[] = [];
  const pictures = {} as MessagePort;
  const steering = new FakeSteeringPort();
  const handle: ViewerHandle = mountViewer(
    host as unknown as HTMLElement,
    { pictures, steering: steering as unknown as MessagePort },
    {
      label: 'the desktop of Anna',
      keyboardHint: 'how to get out',
      typing: 'positions',
      scaling: 'actual',
      platform: 'linux',
      onInputWithoutControl: () => hints.push(1),
      onLeave: () => left.push(1),
      onTextTooLong: () => tooLong.push(1),
      onFailure: ({ code }) => failures.push(code),
      onSoundFailure: () => undefined,
      onMonitors: (monitors) => told.push(monitors),
      ...options,
    },
  );
  const worker = FakeWorker.newest;
  const frame = host.children[0]!;
  const [stage, keys] = [frame.children[0]!, frame.children[0]!.children[2]!];
  const noLocks = { getModifierState: () => false };

  function happen(target: EventTarget, type: string, facts: object = {}): Event {
    const event = Object.assign(new Event(type, { cancelable: true }), noLocks, facts);
    target.dispatchEvent(event);
    return event;
  }
  return {
    handle,
    host,
    told,
    frame,
    stage,
    keys,
    page,
    document,
    systemKeys,
    hints,
    left,
    tooLong,
    failures,
    worker,
    pictures,
    steering,
    happen,
    tell: (message: FromPictureWorker | ToSteering) =>
      message.tag === 'size' || message.tag === 'failed' || message.tag === 'marks' || message.tag === 'shares'
        ? worker.onmessage?.({ data: message })
        : steering.onmessage?.({ data: message }),
    breakWorker: () => worker.onerror?.({ message: 'broken' }),
    key: (type: 'keydown' | 'keyup', code: string, key = code, facts: object = {}) =>
      happen(keys, type, { code, key, isComposing: false, ...facts }),
    pointer: (type: string, button: number, buttons: number, clientX: number, clientY: number, facts: object = {}) =>
      happen(stage, type, { button, buttons, clientX, clientY, pointerId: 1, ...facts }),
    /** The window comes to a screen of this scale, at the same size in CSS pixels. */
    moveToScale: (scale: number) => {
      vi.stubGlobal('devicePixelRatio', scale);
      for (const media of scales.splice(0)) media.dispatchEvent(new Event('change'));
    },
    drawFrame: () => {
      for (const draw of frames.splice(0)) draw();
    },
    /** Everything for the main process so far, and forgets it. */
    forwarded: () => steering.posted.splice(0).filter((message) => message.tag !== 'pointerShown'),
  };
}
