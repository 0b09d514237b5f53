import { closeSync, constants, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { Extensions } from 'x11';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { PixelFrame, Place } from '../../../protocol/rdp/graphics/contract.ts';
import type { PictureKernels } from '../../../protocol/rdp/graphics/kernels/picture-kernels.ts';
import { boundsOf } from '../../../protocol/rdp/graphics/tiles/areas.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import type { ScreenPixels } from './x11-visual.ts';

/** ZPixmap of GetImage. */
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;
/** A colour that is drawn on the last pixel of pictures that are pixmaps: a driver may keep them elsewhere, or another way round. */
const PROOF = 0x5a_a53c;
/** Of requests. */
const COPY_AREA = 62;
/** IncludeInferiors of a graphics context: what is copied from a window is what is seen of it, with the windows in it. */
const INCLUDE_INFERIORS = 1;

/** Ways of taking pictures, the fastest first. */
export type GrabWay = 'shmPixmap' | 'shmFd' | 'shmSysV' | 'getImage';

/** What the picture is of, and where in it the picture begins. */
export type GrabSource = { readonly drawable: number } & Place;

/** A BGRX picture of what is shared, its rows without gaps. */
export type GrabbedPicture = Pick<PixelFrame, 'pixels' | 'width' | 'kernels'>;

/** Copies pixels to their place in the picture. */
export type PutPixels = (picture: GrabbedPicture) => void;

/** Takes parts of the screen's picture. */
export interface Grabber {
  readonly way: GrabWay;
  /** The server itself writes what is asked for to its place, in the next picture of the kernels that this was opened for: until that has come, or is refused. */
  readonly inPlace: boolean;
  /**
   * Asks for the pixels of `areas`, which do not overlap, before it returns. What comes puts them to the same places of a picture, until the next are
   * asked for. Rejects with the X error when an area reaches outside the drawable, which has shrunk then.
   */
  ask(areas: readonly Rect[], from: GrabSource): Promise<PutPixels>;
  /** Asks, and copies. */
  grab(area: Rect, picture: GrabbedPicture, from: GrabSource): Promise<void>;
  close(): void;
}

/** Memory that the X server writes pixels into and this process reads. */
interface Segment {
  readonly id: number;
  /** Copies `length` bytes at `from` of the segment to `at` of `into`. */
  read(into: Uint8Array, at: number, length: number, from: number): void;
  close(): void;
}

/**
 * Opens the grabber `wish` asks for; `auto` tries the ways in order, because only attaching a segment proves that one works.
 * @param kernels of the picture, nothing of which is written yet, where only the root is grabbed: the server may write there
 */
export async function openGrabber(
  connection: X11Connection,
  size: Size,
  wish: GrabWay | 'auto',
  pixels: ScreenPixels,
  kernels: PictureKernels | undefined,
): Promise<Grabber> {
  const bytes = pixels.stride(size.width) * size.height;
  const failures: unknown[] = [];
  const ways: readonly (readonly [GrabWay, (shm: Extensions['shm']) => Promise<Grabber>])[] = [
    ['shmPixmap', (shm) => openPixmapGrabber(connection, shm, pixels, kernels)],
    ['shmFd', async (shm) => shmGrabber(shm, 'shmFd', await openFdSegment(connection, shm, bytes), pixels)],
    ['shmSysV', async (shm) => shmGrabber(shm, 'shmSysV', await openSysVSegment(connection, shm, bytes), pixels)],
  ];
  for (const [way, open] of ways) {
    if (wish !== 'auto' && wish !== way) continue;
    try {
      const shm = await connection.extension('shm');
      if (shm === undefined) throw new Error('no MIT-SHM');
      return await open(shm);
    } catch (error) {
      failures.push(error);
    }
  }
  if (wish === 'auto' || wish === 'getImage') return coreGrabber(connection, pixels);
  throw new Error(`${wish} does not work here`, { cause: failures[0] });
}

/**
 * The two pictures of the kernels are pixmaps of the server (ShmCreatePixmap), so that what it copies there from the screen (CopyArea) is in its place. CopyArea is
 * not answered, and leaves out what lies outside: the pixel furthest right and down, asked for behind it, is there or refused. What goes wrong with it comes before that.
 */
async function openPixmapGrabber(
  connection: X11Connection,
  shm: Extensions['shm'],
  pixels: ScreenPixels,
  kernels: PictureKernels | undefined,
): Promise<Grabber> {
  const { client, screen } = connection;
  if (kernels === undefined) throw new Error('no memory that the server may write to');
  const { width, height, pages, picturesAt } = kernels;
  if (!shm.sharedPixmaps || shm.pixmapFormat !== Z_PIXMAP) throw new Error('no shared pixmaps');
  if (pixels.convert !== undefined || pixels.stride(width) !== width * 4) throw new Error("the server's pixels are not the picture's");
  needDescriptors(shm);
  const { shareMemory } = await import('./mapped-memory.ts');
  const fd = shareMemory(pages);
  const segment = client.AllocID();
  try {
    await reply<void>((done) => shm.AttachFd(segment, fd, false, done));
  } finally {
    // The memory is there for as long as it is mapped.
    closeSync(fd);
  }
  const pixmaps = picturesAt.map((at) => {
    const pixmap = client.AllocID();
    shm.CreatePixmap(pixmap, screen.root, width, height, screen.root_depth, segment, at);
    return pixmap;
  });
  // The pixmaps keep the memory.
  shm.Detach(segment);
  const context = client.AllocID();
  client.CreateGC(context, screen.root, { foreground: PROOF, subwindowMode: INCLUDE_INFERIORS, graphicsExposures: 0 });
  /** Of areas of the newest question. */
  const failures: Error[] = [];
  const unheard = connection.onError((error) => {
    if (error.majorOpcode === COPY_AREA) failures.push(error);
  });
  const close = (): void => {
    unheard();
    for (const pixmap of pixmaps) client.FreePixmap(pixmap);
    client.FreeGC(context);
  };
  try {
    for (const pixmap of pixmaps) client.PolyFillRectangle(pixmap, context, [width - 1, height - 1, 1, 1]);
    await Promise.all(pixmaps.map((pixmap) => reply((done) => client.GetGeometry(pixmap, done))));
    const memory = new DataView(pages.buffer, pages.byteOffset);
    const isThere = picturesAt.every((at) => (memory.getUint32(at + (width * height - 1) * 4, true) & 0xff_ffff) === PROOF);
    if (!isThere) throw new Error('the server keeps its pixmaps elsewhere');
  } catch (error) {
    close();
    throw error;
  }
  return grabber(
    'shmPixmap',
    async (areas, { drawable, x, y }) => {
      if (areas.length > 0) {
        const pixmap = pixmaps[kernels.ahead(areas)] ?? 0;
        failures.length = 0;
        for (const { x: left, y: top, width: across, height: down } of areas)
          client.CopyArea(drawable, pixmap, context, x + left, y + top, left, top, across, down);
        const bounds = boundsOf(areas);
        const [right, bottom] = [x + bounds.x + bounds.width - 1, y + bounds.y + bounds.height - 1];
        await reply((done) => client.GetImage(Z_PIXMAP, drawable, right, bottom, 1, 1, ALL_PLANES, done));
        const [failure] = failures;
        if (failure !== undefined) throw failure;
      }
      return (picture) => {
        if (picture.kernels !== kernels) throw new Error('the pixels are in another picture');
      };
    },
    close,
  );
}

function shmGrabber(shm: Extensions['shm'], way: GrabWay, segment: Segment, pixels: ScreenPixels): Grabber {
  /** What is to be converted or put in its place row by row outside of the kernels, one area at a time: a call of the system for each row costs more than the copy. */
  let raw = new Uint8Array(0);
  const bytesOf = ({ width, height }: Rect): number => pixels.stride(width) * height;
  const put = (area: Rect, offset: number, picture: GrabbedPicture): void => {
    const bytes = bytesOf(area);
    if (pixels.convert === undefined && area.width === picture.width) {
      segment.read(picture.pixels, area.y * picture.width * 4, bytes, offset);
      return;
    }
    if (pixels.convert === undefined && picture.kernels !== undefined) {
      picture.kernels.put(area, (into, from) => segment.read(into, 0, into.length, offset + from));
      return;
    }
    if (raw.length < bytes) raw = new Uint8Array(bytes);
    segment.read(raw, 0, bytes, offset);
    putRows(raw, area, picture, pixels);
  };
  return grabber(
    way,
    async (areas, { drawable, x, y }) => {
      let end = 0;
      const parts = areas.map((area) => {
        const offset = end;
        end += bytesOf(area);
        return { area, offset };
      });
      await Promise.all(
        parts.map(({ area: { x: left, y: top, width, height }, offset }) =>
          reply<{ readonly size: number }>((done) =>
            shm.GetImage(drawable, x + left, y + top, width, height, ALL_PLANES, Z_PIXMAP, segment.id, offset, done),
          ),
        ),
      );
      return (picture) => {
        for (const { area, offset } of parts) put(area, offset, picture);
      };
    },
    () => segment.close(),
  );
}

function grabber(way: GrabWay, ask: Grabber['ask'], close: () => void): Grabber {
  return {
    way,
    inPlace: way === 'shmPixmap',
    ask,
    grab: async (area, picture, from) => (await ask([area], from))(picture),
    close,
  };
}

/** Puts what the server gave for `area` in its place. */
function putRows(raw: Uint8Array, area: Rect, { pixels, width }: GrabbedPicture, { stride, convert }: ScreenPixels): void {
  const rowBytes = stride(area.width);
  for (let row = 0; row < area.height; row += 1) {
    const at = ((area.y + row) * width + area.x) * 4;
    if (convert === undefined) pixels.set(raw.subarray(row * rowBytes, (row + 1) * rowBytes), at);
    else convert(raw, row * rowBytes, pixels, at, area.width);
  }
}

/** MIT-SHM 1.2 AttachFd: memory whose descriptor goes to the server. */
async function openFdSegment(connection: X11Connection, shm: Extensions['shm'], bytes: number): Promise<Segment> {
  needDescriptors(shm);
  const memory = await fdMemory(bytes);
  try {
    const id = connection.client.AllocID();
    await reply<void>((done) => shm.AttachFd(id, memory.fd, false, done));
    return {
      id,
      read: memory.read,
      close: () => {
        memory.close();
        shm.Detach(id);
      },
    };
  } catch (error) {
    memory.close();
    throw error;
  }
}

function needDescriptors(shm: Extensions['shm']): void {
  if (!shm.fdCapable || (shm.major === 1 && shm.minor < 2)) throw new Error('no MIT-SHM with descriptors');
}

interface FdMemory {
  readonly fd: number;
  readonly read: Segment['read'];
  close(): void;
}

/** Mapped where that can be, because reading from there takes half the time; else a file on a tmpfs, unlinked at once. */
async function fdMemory(bytes: number): Promise<FdMemory> {
  try {
    const { mapSharedMemory } = await import('./mapped-memory.ts');
    const memory = mapSharedMemory(bytes);
    return {
      fd: memory.fd,
      read: (into, at, length, from) => memory.read(into.subarray(at, at + length), from),
      close: () => {
        memory.giveBack();
        closeSync(memory.fd);
      },
    };
  } catch {
    return fileMemory(bytes);
  }
}

function fileMemory(bytes: number): FdMemory {
  const path = `/dev/shm/ringback-${randomUUID()}`;
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    unlinkSync(path);
    ftruncateSync(fd, bytes);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    fd,
    read: (into, at, length, from) => void readSync(fd, into, at, length, from),
    close: () => closeSync(fd),
  };
}

/** Classic MIT-SHM Attach on a System V segment, through libc: for runtimes that cannot pass descriptors. */
async function openSysVSegment(connection: X11Connection, shm: Extensions['shm'], bytes: number): Promise<Segment> {
  const { attachSharedMemory } = await import('./sysv-memory.ts');
  const memory = attachSharedMemory(bytes);
  // Linux lets the server attach a segment all the same, and a process that is killed leaves none behind.
  if (process.platform === 'linux') memory.markForRemoval();
  try {
    const id = connection.client.AllocID();
    await reply<void>((done) => shm.Attach(id, memory.shmid, false, done));
    // Both processes are attached: a segment marked for removal goes with the last of them, even after a crash.
    memory.markForRemoval();
    return {
      id,
      read: (into, at, length, from) => memory.read(into.subarray(at, at + length), from),
      close: () => {
        memory.giveBack();
        shm.Detach(id);
      },
    };
  } catch (error) {
    memory.markForRemoval();
    memory.giveBack();
    throw error;
  }
}

/** Core GetImage: pixels come over the socket. About three times slower than MIT-SHM, and supported by every server. */
function coreGrabber(connection: X11Connection, pixels: ScreenPixels): Grabber {
  return grabber(
    'getImage',
    async (areas, { drawable, x, y }) => {
      const parts = await Promise.all(
        areas.map(async (area) => {
          const { data } = await reply<{ readonly data: Uint8Array }>((done) =>
            connection.client.GetImage(Z_PIXMAP, drawable, x + area.x, y + area.y, area.width, area.height, ALL_PLANES, done),
          );
          return { area, data };
        }),
      );
      return (picture) => {
        for (const { area, data } of parts) putRows(data, area, picture, pixels);
      };
    },
    () => undefined,
  );
}
