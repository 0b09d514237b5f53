import { MAX_FRAMES_PER_SECOND, type FromCapture, type ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { SharedPart, SharedState } from '../../../protocol/rdp/shared-part.ts';
import type { FrameShare, GraphicsUpdate, PictureMove, PixelFrame, Place } from '../../../protocol/rdp/graphics/contract.ts';
import { openPictureMemory } from '../../../protocol/rdp/graphics/kernels/picture-memory.ts';
import { encodersWithFilm } from '../../../protocol/rdp/graphics/film/encoders-with-film.ts';
import { FilmWays, type StartFilmEncoders } from '../../../protocol/rdp/graphics/film/film-ways.ts';
import { PictureStream } from '../../../protocol/rdp/graphics/picture-stream.ts';
import { DesktopError } from '../contract.ts';
import { grabAreas } from './grab-areas.ts';
import { openGrabber, type Grabber, type GrabWay } from './grabber.ts';
import { connectX11, reply, type X11Address, type X11Connection } from './x11-connection.ts';
import { isSamePlace, X11SharedPart } from './x11-shared-part.ts';
import { watchX11Pointer, type X11Pointer } from './x11-pointer.ts';
import { watchWindowMoves, type X11WindowMoves } from './x11-window-moves.ts';
import { screenPixels, type ScreenPixels } from './x11-visual.ts';

const FRAME_INTERVAL_MS = 1_000 / MAX_FRAMES_PER_SECOND;
/** Without DAMAGE the whole screen is compared at this interval while a frame is owed. */
const COMPARE_INTERVAL_MS = 100;
/** With DAMAGE the whole is compared at this interval: some drivers and overlays draw past it. About 5 ms of work at 1920×1080. */
const SILENT_INTERVAL_MS = 2_000;
/** The size of a blank picture, where what is to be shared was gone from the beginning. */
const NOTHING_TO_SEE: Size = { width: 640, height: 480 };
/** A grab fails while the screen is being resized: pause between and number of further tries. */
const RETRY_MS = 100;
const MAX_RETRIES = 50;

export interface X11CaptureOptions {
  readonly address: X11Address;
  readonly way: GrabWay | 'auto';
  /** False compares pictures instead, as on servers without the extension. */
  readonly useDamage: boolean;
  /** False does without being told how windows move. */
  readonly useMoves?: boolean;
  /** What is shown; everything when left out. */
  readonly part?: SharedPart;
  /** Number of the last frame that the client was sent before, by another capture. */
  readonly framesBefore?: number;
}

export type PostFromCapture = (message: FromCapture, transfer: readonly ArrayBuffer[]) => void;

/**
 * Captures a part of one X screen, and reads nothing outside of it. Runs in a worker: connects, posts `opened` (or `failed`), and then answers what it is told.
 * While the screen is idle, DAMAGE reports once when it stops being clean, and every two seconds the whole is compared, because not everything that
 * draws is damage.
 * @param film ways to encode it, the best first
 */
export async function openX11Screen(
  options: X11CaptureOptions,
  post: PostFromCapture,
  film: readonly StartFilmEncoders[] = [],
): Promise<X11Screen> {
  const connection = await connectX11(options.address, true);
  try {
    const pixels = screenPixels(connection);
    if (typeof pixels === 'string') throw new DesktopError('UNSUPPORTED', pixels);
    const fixes = await connection.extension('fixes');
    const damage = options.useDamage && fixes !== undefined ? await connection.extension('damage') : undefined;
    let changed = (): void => {};
    const shared = await X11SharedPart.open(connection, options.part ?? { tag: 'all' }, () => changed(), true);
    const size = sizeOf(shared) ?? NOTHING_TO_SEE;
    const grabber = await openGrabber(connection, size, options.way, pixels);
    const screen = new X11Screen({ connection, post, shared, size, grabber, pixels, film });
    changed = () => screen.partChanged();
    if (shared.unsure) screen.partChanged();
    screen.stream.countFrom(options.framesBefore ?? 0);
    screen.pointer = await watchX11Pointer(
      connection,
      (message) => post(message, []),
      () => shared.place?.area,
    );
    if (options.useMoves !== false && options.part?.tag !== 'window') screen.moves = await watchWindowMoves(connection);
    const drawn = options.part?.tag === 'window' ? Number(options.part.id) : connection.screen.root;
    if (damage !== undefined && fixes !== undefined && (drawn === connection.screen.root || shared.state !== 'gone'))
      screen.watchDamage(damage, fixes, drawn);
    post({ tag: 'opened', size, way: grabber.way }, []);
    screen.tellState();
    return screen;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function sizeOf({ place }: X11SharedPart): Size | undefined {
  return place === undefined ? undefined : { width: place.area.width, height: place.area.height };
}

interface X11ScreenParts {
  readonly connection: X11Connection;
  readonly post: PostFromCapture;
  readonly shared: X11SharedPart;
  readonly size: Size;
  readonly grabber: Grabber;
  readonly pixels: ScreenPixels;
  readonly film: readonly StartFilmEncoders[];
}

interface DamageWatch {
  /** Moves the damage collected so far out of the server's Damage object and gives its rectangles. */
  take(): Promise<readonly Rect[]>;
}

export class X11Screen {
  pointer: X11Pointer | undefined;
  moves: X11WindowMoves | undefined;
  private readonly connection: X11Connection;
  private readonly post: PostFromCapture;
  readonly stream: PictureStream;
  private readonly pixels: ScreenPixels;
  private readonly film: FilmWays;
  private readonly shared: X11SharedPart;
  private told: SharedState = 'shown';
  private grabber: Grabber;
  private size: Size;
  /** What is read of the screen, in the kernels' memory. */
  private picture: PixelFrame;
  private damage: DamageWatch | undefined;
  private damaged = true;
  private wanted = false;
  private share: FrameShare | undefined;
  /** The next grab takes the whole screen, because earlier grabs may be stale. */
  private grabAll = true;
  private lastStartMs = Number.NEGATIVE_INFINITY;
  private lastWholeMs = Number.NEGATIVE_INFINITY;
  private retries = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Until the whole is compared although nothing was damaged. */
  private silentTimer: NodeJS.Timeout | undefined;
  private over = false;
  /** Tail of the chain on which grabs and resizes run one after the other. */
  private work: Promise<void> = Promise.resolve();
  private turnQueued = false;

  constructor({ connection, post, shared, size, grabber, pixels, film }: X11ScreenParts) {
    this.pixels = pixels;
    this.connection = connection;
    this.post = post;
    this.shared = shared;
    this.size = size;
    this.grabber = grabber;
    this.picture = openPictureMemory(size);
    this.film = new FilmWays(film);
    this.stream = new PictureStream(size, encodersWithFilm({ encoders: this.film, nowMs: () => performance.now() }));
    connection.onEvent((event) => {
      if (event.name === 'DamageNotify') {
        this.damaged = true;
        this.schedule();
      }
    });
    connection.onLost((why) => this.fail(new DesktopError('LOST', why)));
  }

  receive(message: ToCapture): void {
    switch (message.tag) {
      case 'configure':
        this.configure(message);
        return;
      case 'next':
        this.wanted = true;
        this.share = message.share;
        this.schedule();
        return;
      case 'refresh':
        this.stream.refresh(message.areas);
        this.schedule();
        return;
      case 'close':
        this.shut();
        this.post({ tag: 'closed' }, []);
        return;
    }
  }

  private configure({ settings, generation }: Extract<ToCapture, { tag: 'configure' }>): void {
    try {
      this.stream.configure(settings, generation);
    } catch (error) {
      this.fail(new DesktopError('UNSUPPORTED', error instanceof Error ? error.message : String(error), { cause: error }));
      return;
    }
    this.pointer?.tellAgain();
    this.schedule();
  }

  watchDamage(damage: import('x11').Extensions['damage'], fixes: import('x11').Extensions['fixes'], drawable: number): void {
    const { client } = this.connection;
    const watched = client.AllocID();
    const region = client.AllocID();
    fixes.CreateRegion(region, []);
    // NonEmpty sends one event when damage appears and none while it grows.
    damage.Create(watched, drawable, damage.ReportLevel.NonEmpty);
    this.damage = {
      take: async () => {
        this.damaged = false;
        damage.Subtract(watched, 0, region);
        return (await reply<{ readonly rectangles: readonly Rect[] }>((done) => fixes.FetchRegion(region, done))).rectangles;
      },
    };
  }

  /** Takes a frame now if one is owed and may differ, or when the frame rate allows it. */
  private schedule(): void {
    if (this.over || !this.wanted || this.timer !== undefined || this.turnQueued || !this.stream.configured) return;
    if (!this.damaged && this.damage !== undefined && !this.stream.dueAnyway && !this.wholeIsDue()) {
      clearTimeout(this.silentTimer);
      const wholeInMs = this.lastWholeMs + SILENT_INTERVAL_MS - performance.now();
      this.silentTimer = setTimeout(() => this.schedule(), Math.min(wholeInMs, this.stream.dueInMs ?? wholeInMs));
      return;
    }
    const interval = this.damage === undefined && !this.stream.dueAnyway ? COMPARE_INTERVAL_MS : FRAME_INTERVAL_MS;
    const delay = this.lastStartMs + interval - performance.now();
    if (delay > 0) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.startTurn();
      }, delay);
    } else this.startTurn();
  }

  private wholeIsDue(): boolean {
    return performance.now() - this.lastWholeMs >= SILENT_INTERVAL_MS;
  }

  private startTurn(): void {
    if (this.turnQueued || this.over) return;
    this.turnQueued = true;
    this.queue(async () => {
      try {
        await this.turn();
      } finally {
        this.turnQueued = false;
      }
      this.schedule();
    });
  }

  private queue(run: () => Promise<void>): void {
    const before = this.work;
    this.work = (async () => {
      await before;
      if (this.over) return;
      try {
        await run();
      } catch (error) {
        this.fail(
          error instanceof DesktopError
            ? error
            : new DesktopError('LOST', error instanceof Error ? error.message : String(error), { cause: error }),
        );
      }
    })();
  }

  private async turn(): Promise<void> {
    const startedMs = performance.now();
    this.lastStartMs = startedMs;
    const grabbed = await this.grab();
    if (grabbed === undefined || this.over) return;
    const grabbedMs = performance.now();
    const { picture } = this;
    const moves = this.movesInPart();
    // The next grab comes after this turn, so nothing needs to be given back.
    const encoded = await this.stream.encode(
      { ...this.size, damage: grabbed, moves, pixels: () => picture, close: () => undefined },
      this.share,
    );
    if (encoded === undefined || this.over) return;
    this.wanted = false;
    this.pointer?.screenChanged();
    const { generation, ...made } = encoded;
    const times = { captureMs: grabbedMs - startedMs, encodeMs: performance.now() - grabbedMs };
    this.post({ tag: 'frame', generation, frame: { ...made, ...times } }, transferable(made.updates));
  }

  private movesInPart(): readonly PictureMove[] {
    const moves = this.moves?.take() ?? [];
    const { place } = this.shared;
    return place === undefined ? [] : moves.map(({ from, to }) => ({ from: shifted(from, place), to: shifted(to, place) }));
  }

  /** The areas of `picture` that are fresh now; undefined when the screen cannot be read at the moment. */
  private async grab(): Promise<readonly Rect[] | undefined> {
    const whole = { x: 0, y: 0, ...this.size };
    if (this.wholeIsDue() && (await this.isElsewhere())) return undefined;
    const { place } = this.shared;
    if (this.shared.state === 'hidden') {
      // The last picture stays; once it is to be seen again the whole is taken.
      this.damaged = false;
      this.grabAll = true;
      this.lastWholeMs = performance.now();
      return undefined;
    }
    if (place === undefined) return this.blank();
    const damaged = this.damage === undefined ? [whole] : (await this.damage.take()).map((rect) => shifted(rect, place.origin));
    const all = this.grabAll || this.damage === undefined || this.wholeIsDue();
    const areas = all ? [whole] : grabAreas(damaged, this.size);
    try {
      for (const area of areas) await this.grabber.grab(area, this.picture.pixels, this.size.width, place);
    } catch (error) {
      // The screen shrank between the damage and the grab; its resize event is on the way.
      this.retries += 1;
      if (this.retries > MAX_RETRIES) throw error;
      this.lastStartMs = performance.now() + RETRY_MS;
      this.partChanged();
      return undefined;
    }
    // What has been read may be of another place already: `partChanged` has been called, and takes it anew.
    if (this.shared.unsure) return undefined;
    this.retries = 0;
    this.grabAll = false;
    if (all) this.lastWholeMs = performance.now();
    return areas;
  }

  /** Looks where the part is, because not every change of monitors is told. */
  private async isElsewhere(): Promise<boolean> {
    const before = this.shared.place;
    await this.shared.follow();
    if (isSamePlace(before, this.shared.place)) return false;
    this.partChanged();
    return true;
  }

  /** What is shared is not there any more: nothing is shown in its place. */
  private blank(): readonly Rect[] {
    this.grabAll = false;
    this.damaged = false;
    this.lastWholeMs = performance.now();
    this.picture.pixels.fill(0);
    return [{ x: 0, y: 0, ...this.size }];
  }

  /** Where the part is may have changed: no frame is taken until that is known, and then the whole. */
  partChanged(): void {
    this.queue(() => this.follow());
  }

  /** Tells whether what is shared is to be seen, where that is another thing than was told. */
  tellState(): void {
    const { state } = this.shared;
    if (state === this.told) return;
    this.told = state;
    this.post({ tag: 'shared', state }, []);
  }

  private async follow(): Promise<void> {
    await this.shared.follow();
    const size = sizeOf(this.shared) ?? this.size;
    if (size.width !== this.size.width || size.height !== this.size.height) {
      const grabber = await openGrabber(this.connection, size, this.grabber.way, this.pixels);
      if (this.over) {
        grabber.close();
        return;
      }
      this.grabber.close();
      this.grabber = grabber;
      this.size = size;
      this.picture = openPictureMemory(size);
      this.stream.resize(size);
      this.post({ tag: 'resized', size }, []);
    }
    this.tellState();
    this.grabAll = true;
    this.damaged = true;
    this.pointer?.screenChanged();
    this.schedule();
  }

  private fail(error: DesktopError): void {
    if (this.over) return;
    this.shut();
    this.post({ tag: 'failed', code: error.code, message: error.message }, []);
  }

  private shut(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    clearTimeout(this.silentTimer);
    this.stream.close();
    this.film.close();
    this.pointer?.close();
    this.grabber.close();
    this.connection.close();
  }
}

const shifted = (rect: Rect, { x, y }: Place): Rect => ({ ...rect, x: rect.x - x, y: rect.y - y });

/** The buffers behind the updates, each once, to be moved to the main thread and not copied. */
function transferable(updates: readonly GraphicsUpdate[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const update of updates) if (update.bytes.buffer instanceof ArrayBuffer) buffers.add(update.bytes.buffer);
  return [...buffers];
}
