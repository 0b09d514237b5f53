import { describe, expect, it } from 'vitest';
import { Reconnection, type ReconnectionEffect, type ReconnectionEvent, SEARCH_MS } from '../../../src/protocol/assistance/reconnection.ts';

const START = 1_000_000;

/** The machine with its clock; what it did, and after how many milliseconds. */
function searching() {
  const machine = new Reconnection();
  const did: [ReconnectionEffect, number][] = [];
  let nowMs = START;
  const tell = (event: ReconnectionEvent): void => {
    for (const effect of machine.handle(event, nowMs)) did.push([effect, nowMs - START]);
  };
  const wait = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (let due = machine.nextDeadlineMs; due !== undefined && due <= untilMs; due = machine.nextDeadlineMs) {
      nowMs = due;
      tell({ tag: 'deadline' });
    }
    nowMs = untilMs;
  };
  return { machine, did, tell, wait };
}

describe('when the two look for each other', () => {
  it('a connection that breaks: at once, again and again, with the messenger now and then, for two minutes', () => {
    const { machine, did, tell, wait } = searching();
    tell({ tag: 'lost' });
    expect(machine.search).toMatchObject({ sinceMs: START, untilMs: START + SEARCH_MS });
    expect(did.slice(0, 2)).toEqual([
      ['began', 0],
      ['try', 0],
    ]);
    wait(5_000);
    expect(did.slice(2)).toEqual([
      ['tryMessenger', 1_000],
      ['try', 1_500],
      ['try', 3_000],
      ['try', 4_500],
    ]);
    wait(SEARCH_MS);
    expect(did.at(-1)).toEqual(['gaveUp', SEARCH_MS]);
    expect(did.filter(([effect]) => effect === 'gaveUp')).toHaveLength(1);
    expect([machine.nextDeadlineMs, machine.search]).toEqual([undefined, undefined]);
    tell({ tag: 'lost' });
    expect(did.at(-1)).toEqual(['gaveUp', SEARCH_MS]);
  });

  it('a silent line gets half a second more, and needs nobody once it is back', () => {
    const { machine, did, tell, wait } = searching();
    tell({ tag: 'line', silent: true });
    wait(499);
    expect(did).toEqual([]);
    tell({ tag: 'line', silent: false });
    wait(10_000);
    expect([did, machine.nextDeadlineMs]).toEqual([[], undefined]);
    tell({ tag: 'line', silent: true });
    wait(600);
    expect(did.map(([effect]) => effect)).toEqual(['began', 'try']);
    tell({ tag: 'line', silent: false });
    expect(did.at(-1)?.[0]).toBe('settled');
    expect(machine.search).toBeUndefined();
  });

  it('of a connection that is gone nothing comes back; another one ends the search', () => {
    const { machine, did, tell } = searching();
    tell({ tag: 'lost' });
    tell({ tag: 'line', silent: false });
    expect(machine.search).toBeDefined();
    tell({ tag: 'found' });
    expect([machine.search, machine.lost, did.at(-1)?.[0]]).toEqual([undefined, false, 'settled']);
  });

  it('after a change of network silence needs no more patience, and a search begins anew', () => {
    const { did, tell, wait } = searching();
    tell({ tag: 'networkChanged' });
    expect(did).toEqual([]);
    wait(1_500);
    tell({ tag: 'line', silent: true });
    expect(did.map(([effect]) => effect)).toEqual(['began', 'try']);
    wait(700);
    tell({ tag: 'networkChanged' });
    expect(did.slice(2)).toEqual([
      ['try', 2_200],
      ['tryMessenger', 2_200],
    ]);
  });
});
