import type { Event } from 'x11';
import { expect, it } from 'vitest';
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

it('a window whose size changes each time that it is looked at is waited for no longer', async () => {
  const MARK = '0011223344556677';
  let looks = 0;
  let resized = (): void => undefined;
  const later = (done: (error: null, result: object | number) => unknown, result: object | number): void =>
    void setImmediate(() => done(null, result));
  type Done = Parameters<typeof later>[0];
  const client = {
    InternAtom: (_only: boolean, _name: string, done: Done) => later(done, 1),
    GetProperty: (...args: readonly unknown[]) => later(args.at(-1) as Done, { data: Buffer.from(MARK, 'hex') }),
    ChangeWindowAttributes: () => undefined,
    GetWindowAttributes: (_window: number, done: Done) => {
      looks += 1;
      resized();
      later(done, { mapState: 2 });
    },
    GetGeometry: (_window: number, done: Done) => later(done, { width: looks, height: 1, borderWidth: 0, depth: 24 }),
    TranslateCoordinates: (...args: readonly unknown[]) => later(args.at(-1) as Done, { destX: 0, destY: 0 }),
  };
  const connection = {
    client,
    screen: { root: 1, root_depth: 24 },
    extension: () => Promise.resolve(undefined),
    onEvent: (listener: (event: Event) => void) => {
      resized = () => listener({ name: 'ConfigureNotify', type: 22, wid: 5, width: looks, height: 1, borderWidth: 0 } as unknown as Event);
    },
  } as unknown as X11Connection;
  const shared = await X11SharedPart.open(connection, { tag: 'window', id: `5.${MARK}` }, () => undefined);
  expect(shared.unsure).toBe(true);
  expect(looks).toBeLessThan(20);
});
