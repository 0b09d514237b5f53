import { describe, expect, it } from 'vitest';
import { Conversations } from '../../../src/main/messenger/msnp/conversations.ts';
import type { SwitchboardLink } from '../../../src/main/messenger/msnp/switchboard-link.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function conversations() {
  const clock = new VirtualClock();
  /** Who is in which switchboard, by the order in which they were called. */
  const calls: { readonly address: string; readonly link: SwitchboardLink; readonly answer: () => void }[] = [];
  const released: SwitchboardLink[] = [];
  const said: string[] = [];
  const machine = new Conversations({
    clock,
    address: 'ann@home',
    pool: {
      serve: () => {},
      hold: (link) => ({ link, release: () => void released.push(link) }),
      call: (address) =>
        new Promise((resolve) => {
          const link = {
            joined: Promise.resolve(),
            deliver: (to: string) => Promise.resolve(said.push(to) > 0),
            say: (to: string) => void said.push(`${to} …`),
          } as unknown as SwitchboardLink;
          calls.push({ address, link, answer: () => resolve({ link, release: () => void released.push(link) }) });
        }),
    },
    isBlocked: () => false,
    heard: () => {},
  });
  return { clock, calls, released, said, machine };
}

describe('conversations', () => {
  it('leave a switchboard in which nobody has said anything for a while', async () => {
    const { clock, calls, released, machine } = conversations();
    const sent = machine.send('bob@home', new Uint8Array(1));
    await clock.settle();
    calls[0]?.answer();
    await sent;
    await clock.advance(5 * 60_000 - 1);
    expect(released).toEqual([]);
    await clock.advance(1);
    expect([released, clock.pendingTimers]).toEqual([[calls[0]?.link], 0]);
  });

  it('say what was to be said, and leave, where the conversation gave way to others before the other one came', async () => {
    const { clock, calls, released, said, machine } = conversations();
    const sent = machine.send('bob@home', new Uint8Array(1));
    machine.typing('cy@home');
    await clock.settle();
    for (let index = 0; index < 16; index += 1) machine.typing(`someone${index}@home`);
    for (const { answer } of calls.slice(0, 2)) answer();
    await sent;
    await clock.settle();
    expect(said).toEqual(expect.arrayContaining(['bob@home', 'cy@home …']));
    expect(new Set(released)).toEqual(new Set(calls.slice(0, 2).map(({ link }) => link)));
    for (const { answer } of calls.slice(2)) answer();
    await clock.settle();
    expect(released).toHaveLength(2);
    machine.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
