import koffi from 'koffi';
import type { KeyboardLayout } from '../../../facts/desktop.ts';
import type { Rect } from '../../../protocol/rdp/geometry.ts';
import type { MacCall, MacKey } from './mac-events.ts';

const FRAMEWORKS = '/System/Library/Frameworks';
/** kCGHIDEventTap: events enter where those of the hardware do. */
const HID_EVENT_TAP = 0;
/** kCGMouseEventClickState. */
const CLICK_STATE_FIELD = 1;
/** kCGScrollEventUnitLine. */
const UNIT_LINE = 1;
/** kCGEventSourceStateHIDSystemState, and kCGAnyInputEventType. */
const HID_SYSTEM_STATE = 1;
const ANY_INPUT = 0xffff_ffff;
const KEYS = 128;
const BUTTONS = 5;
/** kCGWindowListOptionOnScreenOnly and kCGWindowListExcludeDesktopElements. */
const ON_SCREEN = 1 | 16;
/** kCFNumberSInt32Type, kCFStringEncodingUTF8. */
const SINT32 = 3;
const UTF8 = 0x0800_0100;
/** kUCKeyActionDisplay, and kUCKeyTranslateNoDeadKeysMask. */
const KEY_ACTION_DISPLAY = 3;
const NO_DEAD_KEYS = 1;
/** Shift among the modifiers that UCKeyTranslate takes. */
const SHIFT_STATE = 2;
const MAX_NAME_BYTES = 256;
/** The list of windows costs about a millisecond: it is good for that long. */
const WINDOWS_GOOD_MS = 30;

export interface CoreGraphics {
  /** Whether the person has allowed this program under Accessibility. */
  isTrusted(): boolean;
  /** Whether the person has allowed screen recording; macOS asks them on the first call. */
  mayRecord(): boolean;
  /** Of this display, the main one where it is left out, in points of the desktop. */
  bounds(display?: number): Rect;
  post(call: MacCall): void;
  /** In points. */
  pointer(): { readonly x: number; readonly y: number };
  /** Process of the window that takes the mouse at this point; undefined for none. */
  processAt(x: number, y: number, nowMs: number): number | undefined;
  /** Process that takes the keyboard. */
  focusedProcess(): number | undefined;
  /** In points, the middle of this process's window that is in front, among those that are no menus or tips; undefined where it has none. */
  windowOf(process: number, nowMs: number): { readonly x: number; readonly y: number } | undefined;
  idleMs(): number;
  keysDown(): number;
  /** On the layout in use now. */
  keys(): ReadonlyMap<string, MacKey>;
  layout(): KeyboardLayout | undefined;
  /** Those that are set in System Settings, Keyboard Shortcuts, and turned on. */
  hotKeys(): readonly MacHotKey[];
}

/** `modifiers`: as Carbon has them (cmdKey …). */
export interface MacHotKey {
  readonly keycode: number;
  readonly modifiers: number;
}

let loaded: CoreGraphics | undefined;

export function coreGraphics(): CoreGraphics {
  loaded ??= loadCoreGraphics();
  return loaded;
}

function loadCoreGraphics(): CoreGraphics {
  const cg = koffi.load(`${FRAMEWORKS}/CoreGraphics.framework/CoreGraphics`);
  const cf = koffi.load(`${FRAMEWORKS}/CoreFoundation.framework/CoreFoundation`);
  const services = koffi.load(`${FRAMEWORKS}/ApplicationServices.framework/ApplicationServices`);
  const carbon = koffi.load(`${FRAMEWORKS}/Carbon.framework/Carbon`);
  koffi.struct('CGPoint', { x: 'double', y: 'double' });
  koffi.struct('CGSize', { width: 'double', height: 'double' });
  koffi.struct('CGRect', { origin: 'CGPoint', size: 'CGSize' });
  const isTrusted = services.func('bool AXIsProcessTrusted()');
  const systemWide = services.func('void *AXUIElementCreateSystemWide()');
  const copyAttribute = services.func('int AXUIElementCopyAttributeValue(void *element, void *attribute, _Out_ void **value)');
  const processOf = services.func('int AXUIElementGetPid(void *element, _Out_ int32_t *process)');
  const hasScreenAccess = cg.func('bool CGPreflightScreenCaptureAccess()');
  const requestScreenAccess = cg.func('bool CGRequestScreenCaptureAccess()');
  const mainDisplay = cg.func('uint32_t CGMainDisplayID()');
  const displayBounds = cg.func('CGRect CGDisplayBounds(uint32_t display)');
  const keyboardEvent = cg.func('void *CGEventCreateKeyboardEvent(void *source, uint16_t keycode, bool down)');
  const setText = cg.func('void CGEventKeyboardSetUnicodeString(void *event, unsigned long length, const uint16_t *text)');
  const mouseEvent = cg.func('void *CGEventCreateMouseEvent(void *source, uint32_t type, CGPoint at, uint32_t button)');
  const scrollEvent = cg.func(
    'void *CGEventCreateScrollWheelEvent2(void *source, uint32_t units, uint32_t wheels, int32_t one, int32_t two, int32_t three)',
  );
  const setField = cg.func('void CGEventSetIntegerValueField(void *event, uint32_t field, int64_t value)');
  const setFlags = cg.func('void CGEventSetFlags(void *event, uint64_t flags)');
  const postEvent = cg.func('void CGEventPost(uint32_t tap, void *event)');
  const createEvent = cg.func('void *CGEventCreate(void *source)');
  const locationOf = cg.func('CGPoint CGEventGetLocation(void *event)');
  const secondsSince = cg.func('double CGEventSourceSecondsSinceLastEventType(int32_t state, uint32_t type)');
  const keyState = cg.func('bool CGEventSourceKeyState(int32_t state, uint16_t key)');
  const buttonState = cg.func('bool CGEventSourceButtonState(int32_t state, uint32_t button)');
  const copyWindows = cg.func('void *CGWindowListCopyWindowInfo(uint32_t option, uint32_t relativeTo)');
  const rectOf = cg.func('bool CGRectMakeWithDictionaryRepresentation(void *dictionary, _Out_ CGRect *rect)');
  const release = cf.func('void CFRelease(void *object)');
  const countOf = cf.func('long CFArrayGetCount(void *array)');
  const itemOf = cf.func('void *CFArrayGetValueAtIndex(void *array, long index)');
  const valueOf = cf.func('void *CFDictionaryGetValue(void *dictionary, void *key)');
  const numberOf = cf.func('bool CFNumberGetValue(void *number, long type, _Out_ int32_t *value)');
  const stringOf = cf.func('void *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding)');
  const typeOf = cf.func('unsigned long CFGetTypeID(void *object)');
  const booleanType = cf.func('unsigned long CFBooleanGetTypeID()');
  const isTrue = cf.func('bool CFBooleanGetValue(void *boolean)');
  const textOf = cf.func('bool CFStringGetCString(void *string, _Out_ uint8_t *text, long size, uint32_t encoding)');
  const bytesOf = cf.func('void *CFDataGetBytePtr(void *data)');
  const currentLayout = carbon.func('void *TISCopyCurrentKeyboardLayoutInputSource()');
  const propertyOf = carbon.func('void *TISGetInputSourceProperty(void *source, void *key)');
  const keyboardType = carbon.func('uint8_t LMGetKbdType()');
  const copyHotKeys = carbon.func('int CopySymbolicHotKeys(_Out_ void **list)');
  const translate = carbon.func(
    'int UCKeyTranslate(void *layout, uint16_t key, uint16_t action, uint32_t modifiers, uint32_t keyboard, uint32_t options, _Inout_ uint32_t *dead, unsigned long max, _Out_ unsigned long *length, _Out_ uint16_t *text)',
  );
  // The values of these keys are their names, as their headers say.
  const name = (text: string): unknown => stringOf(null, text, UTF8) as unknown;
  const [OWNER, BOUNDS, LAYER] = [name('kCGWindowOwnerPID'), name('kCGWindowBounds'), name('kCGWindowLayer')];
  const FOCUSED = name('AXFocusedApplication');
  const [HOT_KEY, HOT_KEY_MODIFIERS, HOT_KEY_ENABLED] = [
    name('kHISymbolicHotKeyCode'),
    name('kHISymbolicHotKeyModifiers'),
    name('kHISymbolicHotKeyEnabled'),
  ];
  const [LAYOUT_DATA, LOCALIZED_NAME, SOURCE_ID] = [
    name('TISPropertyUnicodeKeyLayoutData'),
    name('TISPropertyLocalizedName'),
    name('TISPropertyInputSourceID'),
  ];

  let windows: { readonly atMs: number; readonly list: readonly ListedWindow[] } | undefined;
  const listWindows = (): readonly ListedWindow[] => {
    const array: unknown = copyWindows(ON_SCREEN, 0);
    if (array === null) return [];
    const list = [];
    const count = Number(countOf(array));
    for (let index = 0; index < count; index += 1) {
      const window: unknown = itemOf(array, index);
      const [process, layer] = [[0], [0]];
      const bounds = { origin: { x: 0, y: 0 }, size: { width: 0, height: 0 } };
      numberOf(valueOf(window, OWNER), SINT32, process);
      numberOf(valueOf(window, LAYER), SINT32, layer);
      rectOf(valueOf(window, BOUNDS), bounds);
      list.push({ process: process[0] ?? 0, layer: layer[0] ?? 0, bounds });
    }
    release(array);
    return list;
  };
  /** Front to back. */
  const windowsAt = (nowMs: number): readonly ListedWindow[] => {
    if (windows === undefined || nowMs - windows.atMs > WINDOWS_GOOD_MS) windows = { atMs: nowMs, list: listWindows() };
    return windows.list;
  };

  const integerOf = (number: unknown): number | undefined => {
    const value = [0];
    return number !== null && (numberOf(number, SINT32, value) as boolean) ? value[0] : undefined;
  };
  const create = (call: MacCall): unknown => {
    switch (call.tag) {
      case 'key': {
        const event: unknown = keyboardEvent(null, call.keycode, call.down);
        if (event !== null) setFlags(event, call.flags);
        return event;
      }
      case 'unicode': {
        const event: unknown = keyboardEvent(null, 0, call.down);
        if (event === null) return event;
        const units = new Uint16Array(call.text.length);
        for (let index = 0; index < units.length; index += 1) units[index] = call.text.charCodeAt(index);
        setText(event, units.length, units);
        // Flags are cleared, or a Command key held on the novice's side would turn the text into a shortcut.
        setFlags(event, 0);
        return event;
      }
      case 'mouse': {
        const event: unknown = mouseEvent(null, call.type, { x: call.x, y: call.y }, call.button);
        if (event === null) return event;
        setField(event, CLICK_STATE_FIELD, call.clicks);
        setFlags(event, call.flags);
        return event;
      }
      case 'scroll':
        return scrollEvent(null, UNIT_LINE, 2, call.vertical, call.horizontal, 0);
    }
  };
  /** Calls `use` with the layout in use, which it must not keep. */
  const withLayout = <T>(use: (source: unknown) => T): T | undefined => {
    const source: unknown = currentLayout();
    if (source === null) return undefined;
    try {
      return use(source);
    } finally {
      release(source);
    }
  };
  const text = (string: unknown): string => {
    const bytes = new Uint8Array(MAX_NAME_BYTES);
    if (string === null || !(textOf(string, bytes, bytes.length, UTF8) as boolean)) return '';
    return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString('utf8');
  };

  return {
    isTrusted: () => isTrusted() as boolean,
    mayRecord: () => (hasScreenAccess() as boolean) || (requestScreenAccess() as boolean),
    bounds: (display = mainDisplay() as number) => {
      const { origin, size } = displayBounds(display) as Bounds;
      return { ...origin, ...size };
    },
    post: (call) => {
      const event = create(call);
      if (event === null) return;
      postEvent(HID_EVENT_TAP, event);
      release(event);
    },
    pointer: () => {
      const event: unknown = createEvent(null);
      if (event === null) return { x: 0, y: 0 };
      const at = locationOf(event) as { x: number; y: number };
      release(event);
      return at;
    },
    processAt: (x, y, nowMs) => windowsAt(nowMs).find(({ bounds }) => contains(bounds, x, y))?.process,
    windowOf: (process, nowMs) => {
      const found = windowsAt(nowMs).find((window) => window.process === process && window.layer === 0)?.bounds;
      return found && { x: found.origin.x + found.size.width / 2, y: found.origin.y + found.size.height / 2 };
    },
    focusedProcess: () => {
      const [system, application, process] = [systemWide() as unknown, [null] as unknown[], [0]];
      const failed = copyAttribute(system, FOCUSED, application) as number;
      release(system);
      if (failed !== 0) return undefined;
      processOf(application[0], process);
      release(application[0]);
      return process[0];
    },
    idleMs: () => (secondsSince(HID_SYSTEM_STATE, ANY_INPUT) as number) * 1_000,
    keysDown: () => {
      let down = 0;
      for (let key = 0; key < KEYS; key += 1) if (keyState(HID_SYSTEM_STATE, key) as boolean) down += 1;
      for (let button = 0; button < BUTTONS; button += 1) if (buttonState(HID_SYSTEM_STATE, button) as boolean) down += 1;
      return down;
    },
    keys: () => {
      const keys = new Map<string, MacKey>();
      withLayout((source) => {
        const data: unknown = propertyOf(source, LAYOUT_DATA);
        if (data === null) return;
        const layout: unknown = bytesOf(data);
        for (const shift of [false, true])
          for (let keycode = 0; keycode < KEYS; keycode += 1) {
            const [dead, length, units] = [[0], [0], new Uint16Array(4)];
            const modifiers = shift ? SHIFT_STATE : 0;
            translate(layout, keycode, KEY_ACTION_DISPLAY, modifiers, keyboardType(), NO_DEAD_KEYS, dead, units.length, length, units);
            const character = Number(length[0]) === 1 ? String.fromCharCode(units[0] ?? 0) : '';
            if (character > ' ' && !keys.has(character)) keys.set(character, { keycode, shift });
          }
      });
      return keys;
    },
    hotKeys: () => {
      const list: unknown[] = [null];
      if ((copyHotKeys(list) as number) !== 0 || list[0] === null) return [];
      const found: MacHotKey[] = [];
      const count = Number(countOf(list[0]));
      for (let index = 0; index < count; index += 1) {
        const hotKey: unknown = itemOf(list[0], index);
        const enabled: unknown = valueOf(hotKey, HOT_KEY_ENABLED);
        const [keycode, modifiers] = [integerOf(valueOf(hotKey, HOT_KEY)), integerOf(valueOf(hotKey, HOT_KEY_MODIFIERS))];
        if (enabled === null || keycode === undefined || modifiers === undefined) continue;
        const isOn = Number(typeOf(enabled)) === Number(booleanType()) ? (isTrue(enabled) as boolean) : integerOf(enabled) === 1;
        if (isOn) found.push({ keycode, modifiers });
      }
      release(list[0]);
      return found;
    },
    // The identifier ends in the layout's own name: com.apple.keylayout.German.
    layout: () =>
      withLayout((source) => ({
        code: text(propertyOf(source, SOURCE_ID)).split('.').at(-1) ?? '',
        name: text(propertyOf(source, LOCALIZED_NAME)),
      })),
  };
}

interface ListedWindow {
  readonly process: number;
  readonly layer: number;
  readonly bounds: Bounds;
}

interface Bounds {
  readonly origin: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
}

function contains({ origin, size }: Bounds, x: number, y: number): boolean {
  return x >= origin.x && y >= origin.y && x < origin.x + size.width && y < origin.y + size.height;
}
