import { describe, expect, it } from 'vitest';
import { ExpertRequests, type Interruption, Interruptions, type Volume } from '../../src/main/interruptions.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KINDS: readonly Interruption[] = ['view', 'control', 'invitation', 'offer', 'activity', 'firstContact', 'chat'];

async function times(count: number, everyMs: number, once: (at: number) => Volume, clock: VirtualClock) {
  const heard = { loud: 0, quiet: 0, none: 0 };
  for (let at = 0; at < count; at += 1) {
    heard[once(at)] += 1;
    await clock.advance(everyMs);
  }
  return heard;
}

describe('who may interrupt how often', () => {
  it('116 invitations in two seconds from one person ring three times', async () => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    expect(await times(116, 18, () => interruptions.admit('invitation', 'eve'), clock)).toEqual({ loud: 3, quiet: 9, none: 104 });
    // The others are heard as ever.
    expect(interruptions.admit('invitation', 'anna')).toBe('loud');
  });

  it('a flood from a thousand names rings no more than twelve times', async () => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    const { loud, quiet } = await times(1_000, 1, (at) => interruptions.admit('invitation', `eve${at}`), clock);
    expect([loud, quiet]).toEqual([12, 48]);
  });

  it('whoever goes on is heard again once what came before is long past', async () => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    for (let at = 0; at < 50; at += 1) interruptions.admit('offer', 'eve');
    expect(interruptions.admit('offer', 'eve')).toBe('none');
    await clock.advance(600_000);
    expect(interruptions.admit('offer', 'eve')).toBe('loud');
  });

  it('a yes makes what came before no nuisance', () => {
    const interruptions = new Interruptions(new VirtualClock());
    for (let at = 0; at < 20; at += 1) {
      expect(interruptions.admit('view', 'peter')).toBe(at < 12 ? 'loud' : 'none');
      interruptions.welcome('view', 'peter');
    }
  });

  it('somebody unknown is never loud, and after three lines an hour not even that', async () => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    expect(await times(10, 60_000, () => interruptions.admit('invitation', 'x8821', false), clock)).toEqual({ loud: 0, quiet: 3, none: 7 });
    expect(await times(100, 1, (at) => interruptions.admit('chat', `x${at}`, false), clock)).toEqual({ loud: 0, quiet: 17, none: 83 });
  });

  it('what is written is never refused', async () => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    expect(await times(10_000, 1, () => interruptions.admit('chat', 'anna'), clock)).toEqual({ loud: 6, quiet: 9_994, none: 0 });
  });

  it.each(KINDS)('%s: remembers no more than it needs', async (kind) => {
    const clock = new VirtualClock();
    const interruptions = new Interruptions(clock);
    await times(3_000, 0, (at) => interruptions.admit(kind, `peer${at}`), clock);
    const held = JSON.stringify(interruptions, (_name, value: unknown) => (value instanceof Map ? [...value] : value));
    expect(held.length).toBeLessThan(100_000);
  });
});

describe('requests for control', () => {
  const begin = () => {
    const clock = new VirtualClock();
    return { clock, requests: new ExpertRequests(clock, 10_000) };
  };

  it('are a question twice, then a quiet line, with a pause after each no', async () => {
    const { clock, requests } = begin();
    expect(requests.volume).toBe('loud');
    requests.refused();
    expect(requests.volume).toBe('none');
    await clock.advance(10_000);
    expect(requests.volume).toBe('loud');
    requests.refused();
    await clock.advance(10_000);
    expect(requests.volume).toBe('quiet');
    await clock.advance(3_600_000);
    expect(requests.volume).toBe('quiet');
  });

  it('are nothing after control has been taken back, until the person offers it', async () => {
    const { clock, requests } = begin();
    requests.takenBack();
    await clock.advance(3_600_000);
    expect(requests.volume).toBe('none');
    requests.offered();
    expect(requests.volume).toBe('loud');
  });
});
