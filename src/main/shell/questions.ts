/*
 * The questions that only the person at this computer can answer: one window at a time, drawn by a page that holds nothing else. What the
 * page says is believed here only while a person can have meant it.
 */
import type { QuestionAnswer, QuestionChoice, QuestionView } from '../../preload/question-contract.ts';
import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';

/** Yes counts once the window has been seen and had the keyboard for so long without a key. */
export const ARMED_AFTER_MS = 1_000;

/** What is asked, in sentences that are shown as they are. */
export type Question = Omit<QuestionView, 'language' | 'wait'>;

export interface ChoiceQuestion extends Question {
  readonly choice: QuestionChoice;
}

/** What happens in the window of a question. */
export interface QuestionEvents {
  /** It is to be seen and has the keyboard, or no longer. */
  readonly attended: (on: boolean) => void;
  /** A key, while yes does not count: whoever types may not have seen the question. */
  readonly typed: () => void;
  /** By its id; what was not offered is passed over. */
  readonly chosen: (id: string) => void;
  readonly answered: (answer: QuestionAnswer) => void;
  /** It is gone, whoever closed it; a page that broke as well. */
  readonly closed: () => void;
}

export interface QuestionWindow {
  /** Yes counts from now on, or no longer. */
  setArmed(on: boolean): void;
  /** Gives it the keyboard: the person has asked for that outside of it. */
  raise(): void;
  close(): void;
}

export type OpenQuestionWindow = (question: Question, events: QuestionEvents) => QuestionWindow;

export interface Questions {
  /** True only for a yes that was meant. An abort, a window that is closed and everything else are no. Questions wait for one another. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<boolean>;
  /** The same where the person chooses what yes means: the `id` of an option that was offered; undefined is no. */
  readonly choose: (question: ChoiceQuestion, signal: AbortSignal) => Promise<string | undefined>;
  /** The person has pressed Stop in a question, which was answered with no. */
  readonly onStop: Emitter['on'];
  /** A question has come up, or the last one has gone. */
  readonly onChange: Emitter['on'];
  /** One waits for its answer. */
  readonly open: boolean;
  /** Brings the question to the front. */
  raise(): void;
}

interface Waiting {
  readonly question: Question;
  /** What yes would mean now, where that is to be chosen. */
  chosen: string | undefined;
  readonly settle: (yes: boolean) => void;
}

export function createQuestions({ open, clock }: { readonly open: OpenQuestionWindow; readonly clock: Clock }): Questions {
  const stops = new Emitter();
  const changes = new Emitter();
  let waiting: readonly Waiting[] = [];
  let shown: { readonly of: Waiting; readonly window: QuestionWindow; readonly away: () => void } | undefined;

  function show(of: Waiting): void {
    let armed = false;
    let attended = false;
    let cancel = (): void => undefined;
    /** Begins the wait anew. */
    const disarm = (): void => {
      cancel();
      cancel = () => undefined;
      if (armed) window.setArmed(false);
      armed = false;
      if (attended)
        cancel = clock.after(ARMED_AFTER_MS, () => {
          armed = true;
          window.setArmed(true);
        });
    };
    const mine = (): boolean => shown?.of === of;
    const window = open(of.question, {
      attended: (on) => {
        if (!mine() || attended === on) return;
        attended = on;
        disarm();
      },
      typed: () => {
        if (mine() && !armed) disarm();
      },
      chosen: (id) => {
        if (mine() && isOffered(of.question, id)) of.chosen = id;
      },
      answered: (answer) => {
        if (!mine() || (answer === 'yes' && !armed)) return;
        of.settle(answer === 'yes');
        if (answer === 'stop') stops.emit();
      },
      closed: () => {
        if (mine()) of.settle(false);
      },
    });
    shown = {
      of,
      window,
      away: () => {
        cancel();
        window.close();
      },
    };
  }

  function next(): void {
    const [first] = waiting;
    if (shown?.of !== first) {
      const gone = shown;
      shown = undefined;
      gone?.away();
      try {
        if (first !== undefined) show(first);
      } catch {
        // Where no window can be opened nobody can say yes.
        first?.settle(false);
        return;
      }
    }
    changes.emit();
  }

  /** What yes has meant; undefined is no. */
  function put(question: Question, signal: AbortSignal): Promise<{ readonly chosen: string | undefined } | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      const abort = (): void => entry.settle(false);
      const entry: Waiting = {
        question,
        chosen: question.choice?.chosen,
        settle: (yes) => {
          if (!waiting.includes(entry)) return;
          waiting = waiting.filter((other) => other !== entry);
          signal.removeEventListener('abort', abort);
          resolve(yes ? { chosen: entry.chosen } : undefined);
          next();
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting = [...waiting, entry];
      next();
    });
  }

  return {
    ask: async (question, signal) => (await put(question, signal)) !== undefined,
    choose: async (question, signal) => (await put(question, signal))?.chosen,
    onStop: stops.on,
    onChange: changes.on,
    get open() {
      return waiting.length > 0;
    },
    raise: () => shown?.window.raise(),
  };
}

const isOffered = ({ choice }: Question, id: string): boolean =>
  choice !== undefined && [...choice.options, ...(choice.more?.options ?? [])].some((option) => option.id === id);
