/* Questions as people see them, in the words that main gives them. */
import type { DesktopParts } from '../../../src/main/desktop/contract.ts';
import { consentQuestion } from '../../../src/main/shell/consent-prompts.ts';
import { changeQuestion, wishQuestion } from '../../../src/main/shell/part-questions.ts';
import { partChoice } from '../../../src/main/shell/part-choice.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import type { Question } from '../../../src/main/shell/questions.ts';
import { wideningQuestion } from '../../../src/main/shell/widening.ts';
import type { QuestionView } from '../../../src/preload/question-contract.ts';
import { t } from '../../../src/words/words.ts';

interface QuestionState {
  readonly name: string;
  readonly view: QuestionView;
  readonly armed: boolean;
}

const PETER = { transport: 'msnp', address: 'peter@ringback.local', friendlyName: 'Peter' };
const LONG = 'Maximiliane Friederike Charlotte von Hohenzollern-Sigmaringen';

const state = (name: string, question: Question, armed = true): QuestionState => ({
  name,
  view: { ...question, language: 'en', wait: t('question.wait') },
  armed,
});

const WINDOWS: DesktopParts['windows'] = ['Letter to the bank – Writer', LONG, 'Mail', 'Mail'].map((title, at) => ({
  id: `${at}`,
  title,
  program: at === 0 ? 'libreoffice' : 'mail',
  // Two are called the same, and one of them reaches beyond the screen.
  area: { x: at * 300 - 600, y: at * 100, width: 800, height: 600 },
}));
const at = (x: number, y: number, width: number, height: number) => ({
  area: { x, y, width, height },
  name: '',
  primary: x === 0,
});
const TWO_SCREENS: DesktopParts = {
  screens: [
    { id: 'DP-2', ...at(-1920, 0, 1920, 1080) },
    { id: 'DP-1', ...at(0, 0, 1280, 1024) },
  ],
  windows: WINDOWS,
  here: 'DP-2',
};
const ONE_SCREEN: DesktopParts = { ...TWO_SCREENS, screens: TWO_SCREENS.screens.slice(1) };
const MET = { ...PETER, verification: { tag: 'met', meetings: 3 } } as const;
const choiceOf = (parts: DesktopParts, shown?: SharedPart) => partChoice(parts, 'Peter', shown)?.choice;
const LEFT = { tag: 'screen', id: 'DP-2' } as const;

export const QUESTIONS: readonly QuestionState[] = [
  state('view, at first', consentQuestion('view', { ...PETER, verification: { tag: 'met', meetings: 3 } }), false),
  state('view, not verified', consentQuestion('view', { ...PETER, friendlyName: LONG, verification: { tag: 'unverified' } })),
  state(
    'view, by a file',
    consentQuestion('view', { address: '192.0.2.7:4000', friendlyName: 'Peter', verification: { tag: 'password' } }),
  ),
  state('view of one of two screens', consentQuestion('view', MET, choiceOf(TWO_SCREENS))),
  state('view of a screen or a window', consentQuestion('view', MET, choiceOf(ONE_SCREEN))),
  state('another part', changeQuestion(PETER, choiceOf(TWO_SCREENS, LEFT) ?? { legend: '', options: [], chosen: '' }, false)),
  state(
    'another part of one screen',
    changeQuestion(PETER, choiceOf(ONE_SCREEN, { tag: 'all' }) ?? { legend: '', options: [], chosen: '' }, false),
  ),
  state('another screen is wished', wishQuestion(PETER, TWO_SCREENS, { tag: 'screen', id: 'DP-1' })),
  state('control', consentQuestion('control', { ...PETER, verification: { tag: 'code' } })),
  state('control, given', consentQuestion('offeredControl', PETER)),
  state('program', wideningQuestion({ tag: 'program', activity: 'voice', words: ['/usr/bin/linphone', '--call', 'sip:192.0.2.7:5060'] })),
];
