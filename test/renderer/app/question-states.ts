/* Questions as people see them, in the words that main gives them. */
import { consentQuestion } from '../../../src/main/shell/consent-prompts.ts';
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

export const QUESTIONS: readonly QuestionState[] = [
  state('view, at first', consentQuestion('view', { ...PETER, verification: { tag: 'met', meetings: 3 } }), false),
  state('view, not verified', consentQuestion('view', { ...PETER, friendlyName: LONG, verification: { tag: 'unverified' } })),
  state(
    'view, by a file',
    consentQuestion('view', { address: '192.0.2.7:4000', friendlyName: 'Peter', verification: { tag: 'password' } }),
  ),
  state('control', consentQuestion('control', { ...PETER, verification: { tag: 'code' } })),
  state('control, given', consentQuestion('offeredControl', PETER)),
  state('program', wideningQuestion({ tag: 'program', activity: 'voice', words: ['/usr/bin/linphone', '--call', 'sip:192.0.2.7:5060'] })),
];
