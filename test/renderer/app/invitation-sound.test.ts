import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followInvitations } from '../../../src/renderer/app/invitation-sound.ts';
import { createWindowStore, withApp } from '../../../src/renderer/app/store.ts';
import { appState } from './fixtures.ts';

/** Plays, until the test says that it has ended. */
class FakeAudio extends EventTarget {
  static readonly made: FakeAudio[] = [];
  /** Whether the computer can play anything. */
  static device = true;
  source: string | undefined;
  loads = 0;

  constructor(source: string) {
    super();
    this.source = source;
    FakeAudio.made.push(this);
  }
  play(): Promise<void> {
    return FakeAudio.device ? Promise.resolve() : Promise.reject(new Error('no device'));
  }
  removeAttribute(): void {
    this.source = undefined;
  }
  load(): void {
    this.loads += 1;
  }
}

const request = (id: string) => ({ id, peer: { transport: 'msnp', address: 'anna@example.org', friendlyName: 'Anna' } }) as never;

beforeEach(() => {
  FakeAudio.made.length = 0;
  FakeAudio.device = true;
  vi.stubGlobal('Audio', FakeAudio);
});
afterEach(() => vi.unstubAllGlobals());

function asked(times: number, playSound = true): void {
  const store = createWindowStore();
  const { settings } = appState();
  store.setState(withApp(store.getState(), appState({ settings: { ...settings, playSound } })));
  const stop = followInvitations(store);
  expect(FakeAudio.made).toEqual([]);
  for (let count = 1; count <= times; count += 1) {
    const invitations = Array.from({ length: count }, (_, index) => request(`${index}`));
    store.setState(withApp(store.getState(), appState({ settings: { ...settings, playSound }, invitations })));
  }
  stop();
}

it('a player is made for each request, and lets go of the device when it has ended', () => {
  asked(2);
  expect(FakeAudio.made.map(({ source }) => typeof source)).toEqual(['string', 'string']);
  for (const audio of FakeAudio.made) audio.dispatchEvent(new Event('ended'));
  expect(FakeAudio.made.map(({ source, loads }) => [source, loads])).toEqual([
    [undefined, 1],
    [undefined, 1],
  ]);
});

it('nor is it kept where nothing can be heard', async () => {
  FakeAudio.device = false;
  asked(1);
  await vi.waitFor(() => expect(FakeAudio.made.map(({ loads }) => loads)).toEqual([1]));
});

it('none is made for a person who wants no sound', () => {
  asked(2, false);
  expect(FakeAudio.made).toEqual([]);
});
