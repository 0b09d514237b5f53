/* What main and the page of a question say to each other. */

/** One of the things that yes may mean. */
export interface QuestionOption {
  readonly id: string;
  readonly text: string;
  readonly detail?: string;
  /** What yes is called while this is chosen, where that is something else than otherwise. */
  readonly yes?: string;
  /** The person's screens, small, and which of them are meant; in any unit. */
  readonly screens?: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly meant: boolean;
  }[];
  /** The window on them that is meant, in the same unit; it may reach beyond them. */
  readonly window?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** What yes means is chosen by the person. */
export interface QuestionChoice {
  readonly legend: string;
  readonly options: readonly QuestionOption[];
  /** Behind a line that unfolds them. */
  readonly more?: { readonly text: string; readonly hint: string; readonly options: readonly QuestionOption[] };
  /** The `id` of one of them: what is meant until the person chooses another. */
  readonly chosen: string;
}

/** A question of the main process, as its window shows it. Every sentence is whole and final. */
export interface QuestionView {
  /** BCP 47 tag of the language that it is in. */
  readonly language: string;
  readonly heading: string;
  /** Whom it is about, by name and address, and what is known of them. */
  readonly about?: readonly { readonly text: string; readonly tone?: 'good' | 'warning' }[];
  readonly text: readonly string[];
  readonly choice?: QuestionChoice;
  /** Words that are shown as they are, each by itself: the argument vector of a program. */
  readonly words?: readonly string[];
  /** Stands out, with a button that ends the session beside it where there is one to end. */
  readonly warning?: { readonly title: string; readonly text?: string; readonly stop?: string };
  readonly no: string;
  readonly yes: string;
  /** What to do while yes does not count yet. */
  readonly wait: string;
}

export type QuestionAnswer = 'yes' | 'no' | 'stop';

/** `window.question`: what a question's page may read. What a person presses is heard by the preload. */
export interface QuestionBridge {
  read(): Promise<{ readonly view: QuestionView; readonly armed: boolean }>;
  onArmed(listener: (armed: boolean) => void): void;
}

export const QUESTION_CHANNELS = {
  read: 'ringback:question',
  armed: 'ringback:question-armed',
  answer: 'ringback:question-answer',
  typed: 'ringback:question-typed',
  /** Carries the `id` of the option that a person has chosen. */
  chosen: 'ringback:question-chosen',
} as const;
