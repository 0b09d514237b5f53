import { expect, it, vi } from 'vitest';
import type { ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { DesktopError } from '../../../src/main/desktop/contract.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { createPair } from '../../support/pair.ts';

const LEFT: SharedPart = { tag: 'screen', id: 'A' };
const RIGHT: SharedPart = { tag: 'screen', id: 'B' };
const area = (x: number, width: number) => ({ x, y: 0, width, height: 480 });

/** A pair whose novice has chosen the left screen; each capture is opened when the test says so. */
async function choosing() {
  const pair = await createPair();
  const { desktop, prompts } = pair.novice;
  desktop.layoutOfScreens = [
    { id: 'A', name: 'DP-1', primary: true, area: area(0, 640) },
    { id: 'B', name: 'DP-2', primary: false, area: area(640, 800) },
  ];
  prompts.part = LEFT;
  const opening: { readonly part: SharedPart | undefined; readonly go: () => void; readonly fail: (error: Error) => void }[] = [];
  const open = desktop.openCapture.bind(desktop);
  vi.spyOn(desktop, 'openCapture').mockImplementation(
    (signal, part, framesBefore) =>
      new Promise<ScreenCapture>((resolve, reject) => {
        opening.push({ part, go: () => void open(signal, part, framesBefore).then(resolve, reject), fail: reject });
      }),
  );
  await pair.connect();
  const finish = async (): Promise<void> => {
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    await pair.expectNothingLeft();
  };
  return { ...pair, opening, finish };
}

it('what is chosen while the first picture is being opened is what is shown, and nothing else ever', async () => {
  const { novice, expert, clock, opening, finish } = await choosing();
  expect(opening.map(({ part }) => part)).toEqual([LEFT]);
  novice.assistance.share(RIGHT);
  opening[0]?.go();
  await clock.advance(50);
  opening[1]?.go();
  await clock.advance(50);
  expect(novice.desktop.openCaptures).toBe(1);
  expect(novice.desktop.shown.at(-1)).toEqual(RIGHT);
  expect(novice.desktop.captures[0]?.closed).toBe(true);
  expect(novice.assistance.status?.sharing?.part).toEqual(RIGHT);
  expect(expert.assistance.status?.sharing?.part).toEqual(RIGHT);
  expect(expert.assistance.status?.desktop).toEqual({ width: 800, height: 480 });
  await finish();
});

it('what cannot be shown, and is not to be shown any more, ends nothing', async () => {
  const { novice, expert, clock, opening, finish } = await choosing();
  opening[0]?.go();
  await clock.advance(50);
  novice.assistance.share({ tag: 'window', id: '7' });
  novice.assistance.share(RIGHT);
  opening[1]?.fail(new DesktopError('UNSUPPORTED', 'a window of 8 bits'));
  await clock.advance(50);
  opening[2]?.go();
  await clock.advance(50);
  expect(novice.assistance.status?.phase.tag).toBe('connected');
  expect(expert.assistance.status?.sharing?.part).toEqual(RIGHT);
  await finish();
});
