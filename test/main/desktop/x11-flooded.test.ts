import type { Event } from 'x11';
import { expect, it } from 'vitest';
import { createSurface } from '../../../src/protocol/rdp/graphics/surface.ts';
import type { X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import type { X11PartReader } from '../../../src/main/desktop/x11/x11-part-reader.ts';
import { X11Screen } from '../../../src/main/desktop/x11/x11-screen.ts';
import { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';

/* Another program may change the shared window as often as it likes. */

it('what has changed any number of times is looked into once, and once more after that', async () => {
  let follows = 0;
  const looked = Promise.withResolvers<undefined>();
  const size = { width: 64, height: 64 };
  const reader = {
    state: 'shown',
    layout: size,
    damage: undefined,
    follow: () => {
      follows += 1;
      return looked.promise;
    },
    close: () => undefined,
  } as unknown as X11PartReader;
  const connection = { onLost: () => undefined, close: () => undefined } as unknown as X11Connection;
  const screen = new X11Screen({ connection, post: () => undefined, reader, film: [] });
  const change = async (): Promise<void> => {
    for (let time = 0; time < 1_000; time += 1) screen.partChanged();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await change();
  await change();
  expect(follows).toBe(1);
  looked.resolve(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(follows).toBe(2);
  screen.receive({ tag: 'close' });
});

/** A connection to a server on which there is one window, which is of this size whenever it is asked. */
function oneWindow(size: () => { readonly width: number; readonly height: number }) {
  let listen: (event: Event) => void = () => undefined;
  type Done = (error: null, result: object | number) => unknown;
  const answer =
    (result: () => object | number) =>
    (...args: readonly unknown[]) => {
      const done = args.at(-1) as Done;
      setImmediate(() => done(null, result()));
    };
  const client = {
    InternAtom: answer(() => 1),
    GetProperty: answer(() => ({ data: Buffer.from(MARK, 'hex') })),
    ChangeWindowAttributes: () => undefined,
    GetWindowAttributes: answer(() => ({ mapState: 2 })),
    GetGeometry: answer(() => ({ ...size(), borderWidth: 0, depth: 24 })),
    TranslateCoordinates: answer(() => ({ destX: 0, destY: 0 })),
  };
  const connection = {
    client,
    screen: { root: ROOT, root_depth: 24 },
    extension: () => Promise.resolve(undefined),
    onEvent: (listener: (event: Event) => void) => {
      listen = listener;
    },
  } as unknown as X11Connection;
  const resized = (): void =>
    listen({ name: 'ConfigureNotify', type: 22, wid: WINDOW, width: 1, height: 1, borderWidth: 0 } as unknown as Event);
  return { connection, resized };
}

const WINDOW = 5;
const ROOT = 1;
const MARK = '0011223344556677';
const PART = { tag: 'window', id: `${WINDOW}.${MARK}` } as const;

it('a window whose size changes each time that it is looked at is waited for no longer', async () => {
  let looks = 0;
  const { connection, resized } = oneWindow(() => {
    looks += 1;
    setImmediate(resized);
    return { width: 100 + (looks % 2), height: 100 };
  });
  const shared = await X11SharedPart.open(connection, PART, () => undefined);
  expect(shared.unsure).toBe(true);
  expect(looks).toBeLessThan(20);
});

it('a part that is shown instead is found, whatever becomes of the one before meanwhile', async () => {
  let looks = 0;
  let flooded = false;
  let instead = (): void => undefined;
  const { connection, resized } = oneWindow(() => {
    looks += 1;
    if (flooded) setImmediate(resized);
    // Between the last look at the window and what comes of it.
    if (looks === 9) instead();
    return { width: 100, height: 100 };
  });
  const shared = await X11SharedPart.open(connection, PART, () => undefined);
  expect(looks).toBe(1);
  flooded = true;
  instead = () => shared.show({ tag: 'all' });
  await shared.follow();
  expect(shared.place?.drawable).toBe(ROOT);
});

it.each([
  [20_000, 100, 16_384, 100],
  [100, 30_000, 100, 16_384],
  [16_000, 8_000, 16_000, 4_194],
  [32_767, 32_767, 16_384, 4_096],
  [1_920, 1_080, 1_920, 1_080],
])('of a window of %i×%i as much is shown as viewers take: %i×%i', async (width, height, across, down) => {
  const { connection } = oneWindow(() => ({ width, height }));
  const { place } = await X11SharedPart.open(connection, PART, () => undefined);
  expect(place?.area).toEqual({ x: 0, y: 0, width: across, height: down });
  // What viewers take.
  createSurface({ width: across, height: down });
});
