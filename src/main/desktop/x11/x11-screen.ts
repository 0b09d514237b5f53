import type { FromCapture, ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { SharedPart, SharedState } from '../../../protocol/rdp/shared-part.ts';
import type { FrameShare, GraphicsUpdate } from '../../../protocol/rdp/graphics/contract.ts';
import { encodersWithFilm } from '../../../protocol/rdp/graphics/film/encoders-with-film.ts';
import { FilmWays, type StartFilmEncoders } from '../../../protocol/rdp/graphics/film/film-ways.ts';
import { PictureStream } from '../../../protocol/rdp/graphics/picture-stream.ts';
import { DesktopError } from '../contract.ts';
import { FramePace } from './frame-pace.ts';
import type { GrabWay } from './grabber.ts';
import { connectX11, type X11Address, type X11Connection } from './x11-connection.ts';
import { X11Damage } from './x11-damage.ts';
import { X11FollowedTitle } from './x11-followed-title.ts';
import { X11MenuLayer } from './x11-menu-layer.ts';
import { X11PartReader } from './x11-part-reader.ts';
import { X11SharedPart } from './x11-shared-part.ts';
import { X11OnTop } from './x11-on-top.ts';
import { watchX11Pointer, type X11Pointer } from './x11-pointer.ts';
import { watchWindowMoves, type X11WindowMoves } from './x11-window-moves.ts';
import { screenPixels } from './x11-visual.ts';

/** Without DAMAGE the whole screen is compared at this interval while a frame is owed. */
const COMPARE_INTERVAL_MS = 100;
/** Pause before a screen that could not be read is read again. */
const RETRY_MS = 100;

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
  // What a connection was asked that is lost is never answered.
  const lost = new Promise<never>((_resolve, reject) => connection.onLost((why) => reject(new DesktopError('LOST', why))));
  try {
    return await Promise.race([openOn(connection, options, post, film), lost]);
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function openOn(
  connection: X11Connection,
  options: X11CaptureOptions,
  post: PostFromCapture,
  film: readonly StartFilmEncoders[],
): Promise<X11Screen> {
  const pixels = screenPixels(connection);
  if (typeof pixels === 'string') throw new DesktopError('UNSUPPORTED', pixels);
  const fixes = await connection.extension('fixes');
  const damage = options.useDamage && fixes !== undefined ? await connection.extension('damage') : undefined;
  let changed = (): void => {};
  const shared = await X11SharedPart.open(connection, options.part ?? { tag: 'all' }, () => changed(), true);
  const reader = await X11PartReader.open({ connection, shared, pixels, way: options.way });
  const screen = new X11Screen({ connection, post, reader, film });
  changed = () => screen.partChanged();
  if (shared.unsure) screen.partChanged();
  screen.stream.countFrom(options.framesBefore ?? 0);
  const onTop = shared.windowNumber === undefined ? undefined : new X11OnTop(connection, shared.windowNumber);
  screen.pointer = await watchX11Pointer(connection, (message) => post(message, []), {
    rect: () => shared.place?.area,
    isOnTop: async (x, y) => onTop === undefined || onTop.at(x, y),
  });
  if (options.useMoves !== false && options.part?.tag !== 'window') screen.moves = await watchWindowMoves(connection);
  const drawn = shared.windowNumber ?? connection.screen.root;
  if (damage !== undefined && fixes !== undefined && (drawn === connection.screen.root || shared.state !== 'gone'))
    reader.damage = new X11Damage(connection, { damage, fixes }, drawn);
  connection.onEvent((event) => {
    if (reader.damage?.hears(event) === true) screen.schedule();
  });
  if (options.part?.tag === 'window') {
    const extensions = damage === undefined || fixes === undefined ? undefined : { damage, fixes };
    reader.menus = new X11MenuLayer({ connection, window: drawn, extensions, changed: () => screen.schedule() });
    screen.title = await X11FollowedTitle.open(connection, drawn, (title) => post({ tag: 'titled', title }, []));
  }
  post({ tag: 'opened', size: reader.layout, way: reader.way }, []);
  screen.tellState();
  return screen;
}

interface X11ScreenParts {
  readonly connection: X11Connection;
  readonly post: PostFromCapture;
  readonly reader: X11PartReader;
  readonly film: readonly StartFilmEncoders[];
}

/** When a frame is made of what is read, and what is told of it. */
export class X11Screen {
  pointer: X11Pointer | undefined;
  moves: X11WindowMoves | undefined;
  title: X11FollowedTitle | undefined;
  private readonly connection: X11Connection;
  private readonly post: PostFromCapture;
  private readonly reader: X11PartReader;
  readonly stream: PictureStream;
  private readonly film: FilmWays;
  private told: SharedState = 'shown';
  private wanted = false;
  private share: FrameShare | undefined;
  private readonly pace = new FramePace();
  /** A frame is owed and nothing has been drawn, since then; undefined while that is not so. */
  private stillSinceMs: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Until the whole is compared although nothing was damaged. */
  private silentTimer: NodeJS.Timeout | undefined;
  private silentDueMs = 0;
  private over = false;
  /** Tail of the chain on which grabs and resizes run one after the other. */
  private work: Promise<void> = Promise.resolve();
  private turnQueued = false;
  private followQueued = false;

  constructor({ connection, post, reader, film }: X11ScreenParts) {
    this.connection = connection;
    this.post = post;
    this.reader = reader;
    this.film = new FilmWays(film);
    this.stream = new PictureStream(reader.layout, encodersWithFilm({ encoders: this.film, nowMs: () => performance.now() }));
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

  /** Takes a frame now if one is owed and may differ, or when the frame rate allows it. */
  schedule(): void {
    const { damage, isDrawn, state, wholeInMs } = this.reader;
    if (this.over || !this.wanted || this.timer !== undefined || this.turnQueued || !this.stream.configured) return;
    // Of what is hidden there is no picture, whatever is asked for: that it is there again is told.
    const isHidden = state === 'hidden';
    if ((isHidden || (!isDrawn && !this.stream.dueAnyway)) && wholeInMs > 0) {
      this.stillSinceMs ??= performance.now();
      this.scheduleAgain(Math.min(wholeInMs, isHidden ? wholeInMs : (this.stream.dueInMs ?? wholeInMs)));
      return;
    }
    const leastMs = damage === undefined && !this.stream.dueAnyway ? COMPARE_INTERVAL_MS : 0;
    const delay = this.pace.nextMs(leastMs) - performance.now();
    if (delay > 0) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.startTurn();
      }, delay);
    } else this.startTurn();
  }

  /** In so many milliseconds, or sooner: one that is armed stays so, because in a film it would be put off with each picture. */
  private scheduleAgain(inMs: number): void {
    const dueMs = performance.now() + inMs;
    if (this.silentTimer !== undefined && this.silentDueMs <= dueMs) return;
    clearTimeout(this.silentTimer);
    this.silentDueMs = dueMs;
    this.silentTimer = setTimeout(() => {
      this.silentTimer = undefined;
      this.schedule();
    }, inMs);
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
    this.pace.started(startedMs);
    const stillMs = startedMs - (this.stillSinceMs ?? startedMs);
    this.stillSinceMs = undefined;
    const read = await this.reader.read(() => this.pointer?.pictureRead());
    if (this.over || read === 'nothing') return;
    if (read === 'elsewhere' || read === 'later') {
      if (read === 'later') this.pace.pause(performance.now(), RETRY_MS);
      this.partChanged();
      return;
    }
    const grabbedMs = performance.now();
    const { picture, layout } = this.reader;
    const moves = this.reader.moves(this.moves?.take() ?? []);
    // The next grab comes after this turn, so nothing needs to be given back.
    const encoded = await this.stream.encode(
      { width: layout.width, height: layout.height, damage: read, moves, stillMs, pixels: () => picture, close: () => undefined },
      this.share,
    );
    if (encoded === undefined || this.over) return;
    this.wanted = false;
    this.pointer?.screenChanged();
    const { generation, ...made } = encoded;
    const times = { captureMs: grabbedMs - startedMs, encodeMs: performance.now() - grabbedMs };
    this.post({ tag: 'frame', generation, frame: { ...made, ...times } }, transferable(made.updates));
  }

  /** Where the part is may have changed: no frame is taken until that is known, and then the whole. */
  partChanged(): void {
    // It may be said any number of times before the first is looked into.
    if (this.followQueued) return;
    this.followQueued = true;
    this.queue(() => {
      this.followQueued = false;
      return this.follow();
    });
  }

  /** Tells whether what is shared is to be seen, where that is another thing than was told. */
  tellState(): void {
    const { state } = this.reader;
    if (state !== this.told) {
      this.told = state;
      this.post({ tag: 'shared', state }, []);
    }
    this.title?.show(state === 'shown');
  }

  private async follow(): Promise<void> {
    const layout = await this.reader.follow();
    if (this.over) return;
    if (layout !== undefined) {
      this.stream.resize(layout);
      this.post({ tag: 'resized', size: layout }, []);
    }
    this.tellState();
    this.reader.damage?.suspect();
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
    this.title?.close();
    this.reader.close();
    this.connection.close();
  }
}

/** The buffers behind the updates, each once, to be moved to the main thread and not copied. */
function transferable(updates: readonly GraphicsUpdate[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const update of updates) if (update.bytes.buffer instanceof ArrayBuffer) buffers.add(update.bytes.buffer);
  return [...buffers];
}
