import { expect, it } from 'vitest';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import { createPair, FakeViewer } from '../support/pair.ts';

const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });

it('a line that is silent: both are told, nothing is held, and all goes on without a question when it is back', async () => {
  const pair = await createPair();
  await pair.connect();
  const viewer = new FakeViewer();
  pair.expert.assistance.attachViewer(viewer);
  pair.expert.assistance.requestControl();
  await pair.clock.advance(100);
  const line = (silent: boolean): void => {
    for (const link of [...pair.internet.novices, ...pair.internet.experts]) link.emitter.emit({ tag: 'line', silent });
  };
  const type = async (...events: InputEvent[]): Promise<void> => {
    viewer.act({ tag: 'input', events });
    await pair.clock.advance(100);
  };
  await type(key(0x1e, true));
  expect(pair.novice.desktop.held).toBe(1);
  const asked = pair.novice.prompts.asked.length;

  line(true);
  await pair.clock.settle();
  const silentSinceMs = pair.clock.now();
  for (const { assistance } of [pair.novice, pair.expert])
    expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, control: 'granted', silentSinceMs });
  expect(pair.novice.desktop.held).toBe(0);
  expect(viewer.control).toBe(false);
  // Typed blind: only what ends a hold goes out.
  await type(key(0x1f, true), key(0x1e, false));
  expect(pair.novice.desktop.injected.slice(-1)).toEqual([key(0x1e, false)]);
  expect(pair.novice.desktop.injected).not.toContainEqual(key(0x1f, true));

  line(false);
  await pair.clock.settle();
  for (const { assistance } of [pair.novice, pair.expert]) {
    expect(assistance.status).toMatchObject({ phase: { tag: 'connected' }, control: 'granted' });
    expect(assistance.status).not.toHaveProperty('silentSinceMs');
  }
  expect(viewer.control).toBe(true);
  await type(key(0x1f, true));
  expect(pair.novice.desktop.held).toBe(1);
  expect(pair.novice.prompts.asked).toHaveLength(asked);

  line(true);
  pair.internet.cut('peerGone');
  await pair.clock.advance(100);
  expect(pair.reasons()).toEqual(['peerGone', 'peerGone']);
  expect(pair.novice.assistance.status).not.toHaveProperty('silentSinceMs');
  await pair.expectNothingLeft();
});
