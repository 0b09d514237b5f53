import { describe, expect, it } from 'vitest';
import { createConsentPrompts } from '../../../src/main/shell/consent-prompts.ts';
import { partChoice } from '../../../src/main/shell/part-choice.ts';
import type { ChoiceQuestion, Question } from '../../../src/main/shell/questions.ts';
import type { QuestionChoice } from '../../../src/preload/question-contract.ts';
import type { DesktopParts, DesktopScreen, DesktopWindow } from '../../../src/main/desktop/contract.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const screenAt = (id: string, x: number, y: number, width = 1920, height = 1080): DesktopScreen => ({
  id,
  name: id,
  primary: id === 'DP-1',
  area: { x, y, width, height },
});
const windowOf = (id: string, title: string, program?: string): DesktopWindow => ({
  id,
  title,
  ...(program === undefined ? {} : { program }),
  area: { x: 0, y: 0, width: 10, height: 10 },
});
const LEFT = screenAt('DP-2', -1920, 0);
const RIGHT = screenAt('DP-1', 0, 0, 1280, 1024);
const BOTH: DesktopParts = { screens: [LEFT, RIGHT], windows: [windowOf('7', 'Letter to the bank', 'writer')], here: 'DP-2' };
const MAIL: DesktopParts = { screens: [RIGHT], windows: [windowOf('7', 'Mail')], here: 'DP-1' };

const textsOf = (parts: DesktopParts): readonly string[] =>
  partChoice(parts, 'Éric')?.choice.options.map(({ text, detail = '' }) => `${text}: ${detail}`) ?? [];

describe('what can be shown', () => {
  it('with several screens is the one that the question is on, unless the person chooses another, all, or a window', () => {
    const { choice, partOf } = partChoice(BOTH, 'Éric') ?? expect.fail('nothing to choose');
    expect(choice.legend).toContain('Éric');
    expect(textsOf(BOTH)).toEqual(['This screen only: Left screen, 1920 × 1080', 'Right screen: 1280 × 1024', 'All screens together: ']);
    expect(partOf(choice.chosen)).toEqual({ tag: 'screen', id: 'DP-2' });
    expect(choice.options.map(({ id }) => partOf(id))).toEqual([
      { tag: 'screen', id: 'DP-2' },
      { tag: 'screen', id: 'DP-1' },
      { tag: 'all' },
    ]);
    expect(choice.options.map(({ screens = [] }) => screens.map(({ meant }) => meant))).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
    expect(choice.more?.options.map(({ id, text, detail }) => [partOf(id), text, detail])).toEqual([
      [{ tag: 'window', id: '7' }, 'Letter to the bank', 'writer'],
    ]);
  });

  it('tells windows that are called the same apart by where they are, and no others', () => {
    const at = (window: DesktopWindow, x: number): DesktopWindow => ({ ...window, area: { x, y: 20, width: 600, height: 400 } });
    const windows = [
      at(windowOf('7', 'Inbox', 'mail'), -1800),
      at(windowOf('8', 'Inbox', 'mail'), 1000),
      at(windowOf('9', 'Inbox', 'browser'), 0),
    ];
    const [first, second, third] = partChoice({ ...BOTH, windows }, 'Éric')?.choice.more?.options ?? [];
    expect(first?.screens).toEqual([
      { ...LEFT.area, meant: false },
      { ...RIGHT.area, meant: false },
    ]);
    expect([first?.window, second?.window, third?.window]).toEqual([
      { x: -1800, y: 20, width: 600, height: 400 },
      { x: 1000, y: 20, width: 600, height: 400 },
      undefined,
    ]);
    expect(third?.screens).toBeUndefined();
  });

  it('is the main one where nobody knows where the question is', () => {
    const { choice, partOf } = partChoice({ screens: [LEFT, RIGHT], windows: [] }, 'Éric') ?? expect.fail('nothing to choose');
    expect(partOf(choice.chosen)).toEqual({ tag: 'screen', id: 'DP-1' });
    expect(choice.more).toBeUndefined();
  });

  it('is named by yes, but where something is shown already', () => {
    const yesIn = (choice: QuestionChoice | undefined) =>
      choice && [...choice.options, ...(choice.more?.options ?? [])].map(({ yes }) => yes);
    expect(yesIn(partChoice(BOTH, 'Éric')?.choice)).toEqual([
      'Yes, show this screen',
      'Yes, show my right screen',
      'Yes, show all screens',
      'Yes, show this window',
    ]);
    // Of the only screen the question itself is.
    expect(yesIn(partChoice(MAIL, 'Éric')?.choice)).toEqual([undefined, 'Yes, show this window']);
    expect(yesIn(partChoice(BOTH, 'Éric', { tag: 'all' })?.choice)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is what is shown already, for whoever changes it', () => {
    for (const part of [{ tag: 'all' }, { tag: 'window', id: '7' }, { tag: 'screen', id: 'DP-1' }] as const) {
      const { choice, partOf } = partChoice(BOTH, 'Éric', part) ?? expect.fail('nothing to choose');
      expect(partOf(choice.chosen)).toEqual(part);
    }
    const gone = partChoice(BOTH, 'Éric', { tag: 'window', id: '8' });
    expect(gone?.partOf(gone.choice.chosen)).toEqual({ tag: 'screen', id: 'DP-2' });
  });

  it('with one screen is all of it, or a window behind a quiet line', () => {
    const { choice, partOf } = partChoice(MAIL, 'Éric') ?? expect.fail('nothing to choose');
    expect(choice.options).toEqual([]);
    expect(partOf(choice.chosen)).toEqual({ tag: 'all' });
    expect(choice.more?.options.map(({ id, text }) => [partOf(id), text])).toEqual([
      [{ tag: 'all' }, 'My whole screen'],
      [{ tag: 'window', id: '7' }, 'Mail'],
    ]);
  });

  it('is nothing to choose where there is one screen and no window, or nobody knows', () => {
    expect(partChoice({ screens: [RIGHT], windows: [] }, 'Éric')).toBeUndefined();
    expect(partChoice({ screens: [], windows: [windowOf('7', 'Mail')] }, 'Éric')).toBeUndefined();
  });

  it('is one of them, and never all, where no picture has all', () => {
    const parts: DesktopParts = { screens: [LEFT, RIGHT], windows: [], here: 'DP-1', oneAtATime: true };
    const { choice, partOf } = partChoice(parts, 'Éric') ?? expect.fail('nothing to choose');
    expect(choice.options.map(({ id }) => partOf(id))).toEqual([
      { tag: 'screen', id: 'DP-2' },
      { tag: 'screen', id: 'DP-1' },
    ]);
    expect(partOf(choice.chosen)).toEqual({ tag: 'screen', id: 'DP-1' });
    expect(partOf('all')).toBeUndefined();
    const only: DesktopParts = { ...parts, screens: [RIGHT] };
    expect(partChoice(only, 'Éric')).toBeUndefined();
    expect(partChoice(only, 'Éric', { tag: 'screen', id: 'DP-1' })).toBeUndefined();
    // The one that was shown has gone.
    const other = partChoice(only, 'Éric', { tag: 'screen', id: 'DP-2' });
    expect(other?.choice.options.map(({ id }) => other.partOf(id))).toEqual([{ tag: 'screen', id: 'DP-1' }]);
    expect(other?.partOf(other.choice.chosen)).toEqual({ tag: 'screen', id: 'DP-1' });
  });

  it('has no further options, whatever windows and screens call themselves', () => {
    const evil = [windowOf('all', 'a\u202Eb\nc'.repeat(99)), windowOf('screen-0', '\u200B', ''), windowOf('3', '', '\u0007x')];
    const { choice, partOf } = partChoice({ ...BOTH, windows: evil }, 'Éric') ?? expect.fail('nothing to choose');
    const all = [...choice.options, ...(choice.more?.options ?? [])];
    expect(new Set(all.map(({ id }) => id)).size).toBe(6);
    expect(choice.more?.options.map(({ id }) => partOf(id))).toEqual(evil.map(({ id }) => ({ tag: 'window', id })));
    for (const { text } of all) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).not.toBe('');
      expect([...text].length).toBeLessThanOrEqual(80);
    }
    const many = Array.from({ length: 500 }, (_, at) => windowOf(`${at}`, `Window ${at}`));
    expect(partChoice({ ...BOTH, windows: many }, 'Éric')?.choice.more?.options).toHaveLength(24);
  });

  it('calls screens by where they stand', () => {
    const named = (...screens: readonly DesktopScreen[]) => textsOf({ screens, windows: [] }).slice(0, -1);
    expect(named(RIGHT, LEFT)[0]).toMatch(/^Right screen/);
    expect(named(screenAt('A', 0, 0), screenAt('B', 200, 1080))[1]).toMatch(/^Lower screen/);
    expect(named(screenAt('A', 1920, 0), screenAt('B', 3840, 0), screenAt('C', 0, 0)).map((text) => text.split(' ')[0])).toEqual([
      'Middle',
      'Right',
      'Left',
    ]);
    expect(named(screenAt('A', 0, 0), screenAt('B', 0, 0)).map((text) => text.split(':')[0])).toEqual(['Screen 1', 'Screen 2']);
  });
});

describe('the question whether somebody may see', () => {
  const PETER = { transport: 'msnp', address: 'peter@home.example', friendlyName: 'Peter' };
  const never = new AbortController().signal;

  function asked(parts: () => Promise<DesktopParts>, yes: (question: Question | ChoiceQuestion) => string | undefined) {
    const clock = new VirtualClock();
    const questions: Question[] = [];
    const hear = async (question: Question | ChoiceQuestion): Promise<string | undefined> => {
      questions.push(question);
      return yes(question);
    };
    const prompts = createConsentPrompts({
      questions: { ask: async (question) => (await hear(question)) !== undefined, choose: hear },
      desktop: { parts },
      clock,
      onError: () => undefined,
    });
    return { clock, questions, answer: prompts.allowView(PETER, never) };
  }

  it('is answered with the part that was chosen, and with nothing but what was offered', async () => {
    const choose = (id: string | undefined) =>
      asked(
        () => Promise.resolve(BOTH),
        () => id,
      ).answer;
    expect(await choose('screen-1')).toEqual({ tag: 'screen', id: 'DP-1' });
    expect(await choose('all')).toEqual({ tag: 'all' });
    expect(await choose('window-0')).toEqual({ tag: 'window', id: '7' });
    expect(await choose(undefined)).toBeUndefined();
    expect(await choose('window-1')).toBeUndefined();
    expect(await choose('DP-1')).toBeUndefined();
  });

  it('says that it is about what is chosen, with several screens only', async () => {
    const { questions, answer } = asked(
      () => Promise.resolve(BOTH),
      () => 'all',
    );
    await answer;
    expect(questions[0]).toMatchObject({ choice: { options: [{}, {}, {}] }, warning: { stop: 'Stop' } });
    expect(questions[0]?.text[0]).toContain('everything there');
    const one = asked(
      () => Promise.resolve(MAIL),
      () => 'all',
    );
    await one.answer;
    expect(one.questions[0]).toMatchObject({ yes: 'Yes, show my screen', choice: { options: [] } });
    expect(one.questions[0]?.text[0]).toContain('everything on your screen');
  });

  it('means the only screen, and no other that comes later, where no picture has all', async () => {
    const { questions, answer } = asked(
      () => Promise.resolve({ screens: [RIGHT], windows: [], oneAtATime: true }),
      () => 'yes',
    );
    expect(await answer).toEqual({ tag: 'screen', id: 'DP-1' });
    expect(questions[0]?.choice).toBeUndefined();
  });

  it('is the plain one where nobody knows what there is, in time', async () => {
    const plain = { yes: 'Yes, show my screen' };
    const broken = asked(
      () => Promise.reject(new Error('no display')),
      () => 'yes',
    );
    expect(await broken.answer).toEqual({ tag: 'all' });
    expect(broken.questions[0]).toMatchObject(plain);
    expect(broken.questions[0]?.choice).toBeUndefined();
    const slow = asked(
      () => new Promise(() => undefined),
      () => undefined,
    );
    await slow.clock.advance(2_000);
    expect(await slow.answer).toBeUndefined();
    expect(slow.questions).toHaveLength(1);
  });
});
