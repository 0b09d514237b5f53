/* The part of npm `x11` 4.2 (no types of its own) that the desktop room and its tests use. */
declare module 'x11' {
  type Reply<T> = (error: Error | null | undefined, result: T) => unknown;

  interface Visual {
    readonly vid: number;
    readonly class: number;
    readonly red_mask: number;
    readonly green_mask: number;
    readonly blue_mask: number;
  }

  interface Screen {
    readonly root: number;
    readonly root_visual: number;
    readonly root_depth: number;
    readonly pixel_width: number;
    readonly pixel_height: number;
    readonly depths: Readonly<Record<number, Readonly<Record<number, Visual>>>>;
  }

  interface Display {
    readonly client: Client;
    readonly screen: readonly Screen[];
    readonly image_byte_order: number;
    readonly resource_base: number;
    /** The bits of an id that its client chooses. */
    readonly resource_mask: number;
    readonly min_keycode: number;
    readonly max_keycode: number;
    readonly format: Readonly<Record<number, { readonly bits_per_pixel: number; readonly scanline_pad: number }>>;
  }

  interface Event {
    readonly name: string;
    /** Its code, counted from the extension's first event. */
    readonly type: number;
    readonly sourceId?: number;
    /** Number of this client's request that was carried out last. */
    readonly seq?: number;
    readonly detail?: number;
    readonly request?: number;
    /** As it came. */
    readonly rawData?: Uint8Array;
    /** Kind of an event of XKEYBOARD, which has one event code for all. */
    readonly xkbType?: number;
  }

  /** CreateNotify, ConfigureNotify, MapNotify, UnmapNotify, ReparentNotify and DestroyNotify of SubstructureNotify, each with those of these that it has. */
  interface TreeEvent {
    /** The window that it happened to; with ConfigureNotify that is `wid1`. */
    readonly wid: number;
    readonly wid1: number;
    readonly parent: number;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly borderWidth: number;
  }

  /** PropertyNotify. */
  interface PropertyEvent {
    readonly wid: number;
    readonly atom: number;
  }

  interface Shm {
    readonly fdCapable: boolean;
    readonly major: number;
    readonly minor: number;
    readonly sharedPixmaps: boolean;
    readonly pixmapFormat: number;
    CreatePixmap(pixmap: number, drawable: number, width: number, height: number, depth: number, segment: number, offset: number): void;
    Attach(segment: number, shmid: number, readOnly: boolean, reply: Reply<void>): void;
    AttachFd(segment: number, fd: number, readOnly: boolean, reply: Reply<void>): void;
    Detach(segment: number): void;
    GetImage(
      drawable: number,
      x: number,
      y: number,
      width: number,
      height: number,
      planeMask: number,
      format: number,
      segment: number,
      offset: number,
      reply: Reply<{ readonly size: number }>,
    ): void;
  }

  interface Damage {
    readonly ReportLevel: { readonly NonEmpty: number };
    Create(damage: number, drawable: number, level: number): void;
    Subtract(damage: number, repair: number, parts: number): void;
  }

  interface Fixes {
    SelectCursorInput(window: number, mask: number): void;
    GetCursorImage(
      reply: Reply<{
        readonly width: number;
        readonly height: number;
        /** On the root. */
        readonly x: number;
        readonly y: number;
        readonly xhot: number;
        readonly yhot: number;
        readonly cursorImage: Uint8Array;
      }>,
    ): void;
    CreateRegion(region: number, rects: readonly never[]): void;
    DestroyRegion(region: number): void;
    FetchRegion(
      region: number,
      reply: Reply<{
        readonly rectangles: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[];
      }>,
    ): void;
  }

  interface Composite {
    readonly Redirect: { readonly Automatic: number };
    RedirectWindow(window: number, update: number): void;
    NameWindowPixmap(window: number, pixmap: number): void;
    CreateRegionFromBorderClip(region: number, window: number): void;
  }

  interface Randr {
    readonly majorOpcode: number;
    readonly major_version: number;
    readonly minor_version: number;
    readonly firstEvent: number;
    readonly NotifyMask: { readonly ScreenChange: number; readonly CrtcChange: number; readonly OutputChange: number };
    SelectInput(window: number, mask: number): void;
    GetScreenResourcesCurrent(
      window: number,
      reply: Reply<{ readonly outputs: readonly number[]; readonly crtcs: readonly number[] }>,
    ): void;
    GetCrtcInfo(
      crtc: number,
      timestamp: number,
      reply: Reply<{
        readonly x: number;
        readonly y: number;
        readonly width: number;
        readonly height: number;
        readonly output: readonly number[];
      }>,
    ): void;
    GetOutputInfo(output: number, timestamp: number, reply: Reply<{ readonly name: string }>): void;
  }

  interface Xtest {
    readonly majorOpcode: number;
    readonly KeyPress: number;
    readonly KeyRelease: number;
    readonly ButtonPress: number;
    readonly ButtonRelease: number;
    readonly MotionNotify: number;
    FakeInput(type: number, detail: number, time: number, window: number, x: number, y: number): void;
    GrabControl(impervious: boolean): void;
  }

  interface Xinput {
    readonly firstEvent: number;
    readonly AllMasterDevices: number;
    readonly EventMask: Readonly<
      Record<
        'RawKeyPress' | 'RawKeyRelease' | 'RawButtonPress' | 'RawButtonRelease' | 'RawMotion' | 'RawTouchBegin' | 'RawTouchEnd',
        number
      >
    >;
    readonly DeviceType: { readonly MasterKeyboard: number; readonly SlaveKeyboard: number };
    XISelectEvents(window: number, masks: { readonly deviceId: number; readonly mask: number }): void;
    /** With 0: every device. `attachment` of a slave is its master. */
    XIQueryDevice(
      deviceId: number,
      reply: Reply<readonly { readonly deviceId: number; readonly use: number; readonly attachment: number; readonly name: string }[]>,
    ): void;
  }

  interface Xkb {
    readonly majorOpcode: number;
    readonly UseCoreKbd: number;
    readonly EventType: {
      readonly NewKeyboardNotify: number;
      readonly MapNotify: number;
      readonly StateNotify: number;
      readonly ControlsNotify: number;
    };
    SelectEvents(
      device: number,
      affectWhich: number,
      clear: number,
      selectAll: number,
      affectMap: number,
      map: number,
      details: { readonly stateNotify?: readonly [affect: number, wanted: number] },
    ): void;
    GetControls(device: number, reply: Reply<{ readonly enabledControls: number; readonly perKeyRepeat: readonly number[] }>): void;
  }

  interface Resources {
    readonly ClientIdMask: { readonly LocalClientPID: number };
    /** `client`: any id of the client's. A list of one process in each answer; empty where the server does not know it. */
    QueryClientIds(
      specs: readonly { readonly client: number; readonly mask: number }[],
      reply: Reply<readonly { readonly value: readonly number[] }[]>,
    ): void;
  }

  interface Extensions {
    res: Resources;
    shm: Shm;
    damage: Damage;
    fixes: Fixes;
    composite: Composite;
    randr: Randr;
    xtest: Xtest;
    xinput: Xinput;
    xkb: Xkb;
  }

  interface Client {
    AllocID(): number;
    require<Name extends keyof Extensions>(name: Name, reply: Reply<Extensions[Name]>): void;
    QueryExtension(name: string, reply: Reply<{ readonly present: number }>): void;
    GetGeometry(
      drawable: number,
      reply: Reply<{
        readonly xPos: number;
        readonly yPos: number;
        readonly width: number;
        readonly height: number;
        readonly borderWidth: number;
        readonly depth: number;
      }>,
    ): void;
    FreePixmap(pixmap: number): void;
    ChangeProperty(mode: number, window: number, property: number, type: number, units: 8 | 16 | 32, data: Buffer): void;
    GrabServer(): void;
    UngrabServer(): void;
    CreateGC(
      context: number,
      drawable: number,
      values: { readonly foreground?: number; readonly subwindowMode?: 0 | 1; readonly graphicsExposures?: 0 | 1 },
    ): void;
    CopyArea(
      from: number,
      to: number,
      context: number,
      fromX: number,
      fromY: number,
      toX: number,
      toY: number,
      width: number,
      height: number,
    ): void;
    CreatePixmap(pixmap: number, drawable: number, depth: number, width: number, height: number): void;
    FreeGC(context: number): void;
    /** Four numbers a rectangle. */
    PolyFillRectangle(drawable: number, context: number, rects: readonly number[]): void;
    /** Up to the right and the lower edge where the size is 0. */
    ClearArea(window: number, x: number, y: number, width: number, height: number, exposures: 0 | 1): void;
    GetWindowAttributes(
      window: number,
      reply: Reply<{ readonly klass: number; readonly mapState: number; readonly overrideRedirect: number }>,
    ): void;
    GetImage(
      format: number,
      drawable: number,
      x: number,
      y: number,
      width: number,
      height: number,
      planeMask: number,
      reply: Reply<{ readonly data: Uint8Array }>,
    ): void;
    QueryPointer(window: number, reply: Reply<{ readonly rootX: number; readonly rootY: number; readonly keyMask: number }>): void;
    QueryKeymap(reply: Reply<Uint8Array>): void;
    GetKeyboardMapping(first: number, count: number, reply: Reply<number[][]>): void;
    ChangeKeyboardMapping(first: number, keysymsPerKeycode: number, keysyms: readonly number[]): void;
    GrabKey(
      window: number,
      ownerEvents: 0 | 1,
      modifiers: number,
      keycode: number,
      pointerMode: number,
      keyboardMode: number,
      done: Reply<void>,
    ): void;
    UngrabKey(window: number, keycode: number, modifiers: number): void;
    GetModifierMapping(reply: Reply<number[][]>): void;
    /** `focus` is 0 for none and 1 for whatever is under the pointer. */
    GetInputFocus(reply: Reply<{ readonly focus: number }>): void;
    ChangeWindowAttributes(window: number, attributes: { readonly eventMask: number }): void;
    GetAtomName(atom: number, reply: Reply<string>): void;
    InternAtom(onlyIfExists: boolean, name: string, reply: Reply<number>): void;
    GetProperty(
      remove: 0,
      window: number,
      property: number,
      type: number,
      offset: number,
      words: number,
      reply: Reply<{ readonly type: number; readonly data: Buffer }>,
    ): void;
    QueryTree(window: number, reply: Reply<{ readonly parent: number; readonly children: readonly number[] }>): void;
    /** `child` is 0 where none takes input there. */
    TranslateCoordinates(
      from: number,
      to: number,
      x: number,
      y: number,
      reply: Reply<{ readonly child: number; readonly destX: number; readonly destY: number }>,
    ): void;
    terminate(): void;
    /** Number of the request sent last. */
    seq_num: number;
    /** For requests that the package has no function for. */
    readonly pack_stream: { put(request: Buffer): void; submit(expectsReply?: boolean): void };
    /** By number of request: how to read the reply's body, from its byte 8 on, and who waits for it. */
    readonly replies: Record<number, readonly [read: (body: Uint8Array) => unknown, done: Reply<Buffer>]>;
    on(event: 'event', listener: (event: Event) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    readonly stream: import('node:net').Socket;
  }

  interface ClientOptions {
    readonly display: string;
    readonly auth: { readonly name: string; readonly data: string };
    readonly shm?: false;
  }

  const x11: {
    createClient(options: ClientOptions, ready: (error: Error | undefined, display: Display) => void): Client;
    parseDisplay(display: string): {
      readonly protocol: string;
      readonly host: string;
      readonly displayNum: string;
      readonly screenNum: string;
    };
  };
  export default x11;
  export type { Client, Display, Event, Extensions, PropertyEvent, Screen, TreeEvent };
}
