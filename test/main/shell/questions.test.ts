import { describe, expect, it } from 'vitest';
import { ARMED_AFTER_MS, createQuestions, type Question, type QuestionEvents } from '../../../src/main/shell/questions.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const question = (heading: string): Question => ({ heading, text: [], no: 'No', yes: 'Yes' });

class Window {
  readonly events: QuestionEvents;
  readonly heading: string;
  armed = false;
  closed = false;
  raised = 0;
  constructor(heading: string, events: QuestionEvents) {
    this.heading = heading;
    this.events = events;
  }
  setArmed(on: boolean): void {
    this.armed = on;
  }
  raise(): void {
    this.raised += 1;
  }
  close(): void {
    this.closed = true;
    // As Electron does.
    this.events.closed();
  }
}

function begin() {
  const clock = new VirtualClock();
  const windows: Window[] = [];
  const questions = createQuestions({
    clock,
    open: ({ heading }, events) => {
      const window = new Window(heading, events);
      windows.push(window);
      return window;
    },
  });
  let stops = 0;
  questions.onStop(() => (stops += 1));
  const at = (place: number): Window => windows[place] ?? expect.fail(`there is no window ${place}`);
  return { clock, windows, questions, at, stops: () => stops };
}

const never = new AbortController().signal;

async function answered(promise: Promise<boolean>, clock: VirtualClock): Promise<boolean | 'open'> {
  await clock.settle();
  return Promise.race([promise, Promise.resolve('open' as const)]);
}

describe('a yes', () => {
  it('counts one second after the question has been seen and had the keyboard', async () => {
    const { clock, questions, at } = begin();
    const answer = questions.ask(question('?'), never);
    await clock.advance(60_000);
    at(0).events.answered('yes');
    expect(await answered(answer, clock)).toBe('open');
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS - 1);
    at(0).events.answered('yes');
    expect(await answered(answer, clock)).toBe('open');
    expect(at(0).armed).toBe(false);
    await clock.advance(1);
    expect(at(0).armed).toBe(true);
    at(0).events.answered('yes');
    expect(await answer).toBe(true);
    expect(at(0).closed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has to wait again whenever the keyboard comes back', async () => {
    const { clock, questions, at } = begin();
    const answer = questions.ask(question('?'), never);
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS);
    at(0).events.attended(false);
    expect(at(0).armed).toBe(false);
    at(0).events.answered('yes');
    await clock.advance(60_000);
    expect(await answered(answer, clock)).toBe('open');
    at(0).events.attended(true);
    at(0).events.answered('yes');
    expect(await answered(answer, clock)).toBe('open');
    await clock.advance(ARMED_AFTER_MS);
    at(0).events.answered('yes');
    expect(await answer).toBe(true);
  });

  it('never counts while somebody types on into it', async () => {
    const { clock, questions, at } = begin();
    const answer = questions.ask(question('?'), never);
    at(0).events.attended(true);
    for (let key = 0; key < 20; key += 1) {
      await clock.advance(ARMED_AFTER_MS - 100);
      at(0).events.typed();
      at(0).events.answered('yes');
    }
    expect(at(0).armed).toBe(false);
    expect(await answered(answer, clock)).toBe('open');
    await clock.advance(ARMED_AFTER_MS);
    at(0).events.typed();
    at(0).events.answered('yes');
    expect(await answer).toBe(true);
  });
});

describe('a no', () => {
  it.each(['no', 'stop'] as const)('%s counts at once, whatever has the keyboard', async (what) => {
    const { questions, at, stops } = begin();
    const answer = questions.ask(question('?'), never);
    at(0).events.answered(what);
    expect(await answer).toBe(false);
    expect(stops()).toBe(what === 'stop' ? 1 : 0);
  });

  it('is what a closed window, an abort and a window that cannot be opened mean', async () => {
    const { questions, at } = begin();
    const closed = questions.ask(question('?'), never);
    at(0).events.closed();
    expect(await closed).toBe(false);
    const controller = new AbortController();
    const aborted = questions.ask(question('?'), controller.signal);
    controller.abort();
    expect(await aborted).toBe(false);
    expect(at(1).closed).toBe(true);
    expect(await questions.ask(question('?'), controller.signal)).toBe(false);
    const broken = createQuestions({
      clock: new VirtualClock(),
      open: () => {
        throw new Error('no display');
      },
    });
    expect(await broken.ask(question('?'), never)).toBe(false);
    expect(broken.open).toBe(false);
  });

  it('beats a yes that comes behind it', async () => {
    const { clock, questions, at } = begin();
    const controller = new AbortController();
    const answer = questions.ask(question('?'), controller.signal);
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS);
    controller.abort();
    at(0).events.answered('yes');
    expect(await answer).toBe(false);
  });
});

describe('several questions', () => {
  it('are asked one after another, and one that is taken back is never shown', async () => {
    const { windows, questions, at } = begin();
    const controller = new AbortController();
    const first = questions.ask(question('first'), never);
    const second = questions.ask(question('second'), controller.signal);
    const third = questions.ask(question('third'), never);
    expect(windows).toHaveLength(1);
    controller.abort();
    expect(await second).toBe(false);
    at(0).events.answered('no');
    expect(await first).toBe(false);
    expect(windows.map(({ heading }) => heading)).toEqual(['first', 'third']);
    expect(questions.open).toBe(true);
    questions.raise();
    expect(at(1).raised).toBe(1);
    at(1).events.answered('no');
    expect(await third).toBe(false);
    expect(questions.open).toBe(false);
  });

  it('what is pressed in one that has gone does not answer the next', async () => {
    const { clock, questions, at } = begin();
    void questions.ask(question('first'), never);
    const second = questions.ask(question('second'), never);
    at(0).events.answered('no');
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS);
    at(0).events.answered('yes');
    at(0).events.closed();
    expect(await answered(second, clock)).toBe('open');
  });
});

describe('a choice', () => {
  const choice = {
    legend: 'Which?',
    options: [
      { id: 'a', text: 'A' },
      { id: 'b', text: 'B' },
    ],
    more: { text: 'More', hint: 'Further ones', options: [{ id: 'c', text: 'C' }] },
    chosen: 'a',
  };
  async function chosen(...ids: readonly string[]): Promise<string | undefined> {
    const { clock, questions, at } = begin();
    const answer = questions.choose({ ...question('?'), choice }, never);
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS);
    for (const id of ids) at(0).events.chosen(id);
    at(0).events.answered('yes');
    return answer;
  }

  it('is the one that stands there until the person chooses another, of all that were offered', async () => {
    expect(await chosen()).toBe('a');
    expect(await chosen('b')).toBe('b');
    expect(await chosen('b', 'c')).toBe('c');
  });

  it('of something that was not offered is none', async () => {
    expect(await chosen('everything')).toBe('a');
    expect(await chosen('b', '', '__proto__')).toBe('b');
  });

  it('is not yet a yes, makes no yes count sooner, and means nothing with a no', async () => {
    const { clock, questions, at } = begin();
    const answer = questions.choose({ ...question('?'), choice }, never);
    at(0).events.chosen('b');
    at(0).events.answered('yes');
    await clock.settle();
    expect(at(0).closed).toBe(false);
    at(0).events.attended(true);
    await clock.advance(ARMED_AFTER_MS - 1);
    at(0).events.chosen('c');
    at(0).events.answered('yes');
    expect(at(0).closed).toBe(false);
    at(0).events.answered('no');
    expect(await answer).toBeUndefined();
  });

  it('made in one question is not that of the next', async () => {
    const { clock, questions, at } = begin();
    const first = questions.choose({ ...question('first'), choice }, never);
    const second = questions.choose({ ...question('second'), choice }, never);
    at(0).events.chosen('b');
    at(0).events.answered('no');
    expect(await first).toBeUndefined();
    at(0).events.chosen('c');
    at(1).events.attended(true);
    await clock.advance(ARMED_AFTER_MS);
    at(1).events.answered('yes');
    expect(await second).toBe('a');
  });
});
