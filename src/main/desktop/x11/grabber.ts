import { closeSync, constants, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { Extensions } from 'x11';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { PixelFrame, Place } from '../../../protocol/rdp/graphics/contract.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import type { ScreenPixels } from './x11-visual.ts';

/** ZPixmap of GetImage. */
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;

/** Ways of taking pictures, the fastest first. */
export type GrabWay = 'shmFd' | 'shmSysV' | 'getImage';

/** What the picture is of, and where in it the picture begins. */
export type GrabSource = { readonly drawable: number } & Place;

/** A BGRX picture of what is shared, its rows without gaps. */
export type GrabbedPicture = Pick<PixelFrame, 'pixels' | 'width' | 'kernels'>;

/** Copies pixels to their place in the picture. */
export type PutPixels = (picture: GrabbedPicture) => void;

/** Takes parts of the screen's picture. */
export interface Grabber {
  readonly way: GrabWay;
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

/** Opens the grabber `wish` asks for; `auto` tries the ways in order, because only attaching a segment proves that one works. */
export async function openGrabber(connection: X11Connection, size: Size, wish: GrabWay | 'auto', pixels: ScreenPixels): Promise<Grabber> {
  const bytes = pixels.stride(size.width) * size.height;
  const failures: unknown[] = [];
  for (const [way, open] of [
    ['shmFd', openFdSegment],
    ['shmSysV', openSysVSegment],
  ] as const) {
    if (wish !== 'auto' && wish !== way) continue;
    try {
      const shm = await connection.extension('shm');
      if (shm === undefined) throw new Error('no MIT-SHM');
      return shmGrabber(shm, way, await open(connection, shm, bytes), pixels);
    } catch (error) {
      failures.push(error);
    }
  }
  if (wish === 'auto' || wish === 'getImage') return coreGrabber(connection, pixels);
  throw new Error(`${wish} does not work here`, { cause: failures[0] });
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
  if (!shm.fdCapable || (shm.major === 1 && shm.minor < 2)) throw new Error('no MIT-SHM with descriptors');
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
