/* Draws one question. Holds nothing else and decides nothing: what is pressed is heard by the preload, and what counts main decides. */
import type { QuestionBridge, QuestionOption, QuestionView } from '../../preload/question-contract.ts';
import { drawnChoice } from './choice.ts';
import { element } from './element.ts';
import '../app/design/design.css';
import './question.css';

declare global {
  interface Window {
    /** From the preload. */
    readonly question: QuestionBridge;
  }
}

const button = (answer: string, look: string, text: string): HTMLButtonElement =>
  element('button', { type: 'button', class: `button ${look}`, 'data-answer': answer }, text);

const optionOf = ({ choice }: QuestionView, id: string | undefined): QuestionOption | undefined =>
  [...(choice?.options ?? []), ...(choice?.more?.options ?? [])].find((option) => option.id === id);

/** What yes is called while this is chosen. */
const yesFor = (view: QuestionView, chosen: string | undefined): string => optionOf(view, chosen)?.yes ?? view.yes;

function drawn(view: QuestionView): { readonly root: HTMLElement; readonly yes: HTMLButtonElement } {
  const { about = [], words = [], warning } = view;
  const yes = button('yes', 'question__yes', yesFor(view, view.choice?.chosen));
  const rows = view.choice?.options.length ?? 0;
  const choiceIf = (here: boolean): HTMLElement[] => (here && view.choice !== undefined ? [drawnChoice(view.choice, view.heading)] : []);
  const root = element(
    'main',
    { class: 'question' },
    element(
      'div',
      { class: 'question__box', role: 'alertdialog', 'aria-labelledby': 'heading', 'aria-describedby': 'text' },
      element(
        'div',
        { class: 'question__text', id: 'text', tabindex: '0' },
        element('h1', { id: 'heading', class: 'break' }, view.heading),
        ...about.map(({ text, tone = 'plain' }) => element('p', { class: `break question__about question__about--${tone}` }, text)),
        // Of several things the choice comes before the sentences about it: it must not be below what there is room for.
        ...choiceIf(rows > 0),
        ...(words.length === 0
          ? []
          : [
              element(
                'ol',
                { class: 'question__words' },
                ...words.map((word) => element('li', { class: 'break' }, element('code', {}, word))),
              ),
            ]),
        ...view.text.map((text) => element('p', { class: 'break' }, text)),
        ...choiceIf(rows === 0),
      ),
      ...(warning === undefined
        ? []
        : [
            element(
              'div',
              { class: 'question__warning' },
              element(
                'div',
                { class: 'grow' },
                element('p', { class: 'question__strong' }, warning.title),
                ...(warning.text === undefined ? [] : [element('p', {}, warning.text)]),
              ),
              ...(warning.stop === undefined ? [] : [button('stop', 'button--danger', warning.stop)]),
            ),
          ]),
      element('div', { class: 'question__answers' }, button('no', 'button--primary button--large', view.no), yes),
      element('p', { class: 'question__wait small', id: 'wait' }, view.wait),
    ),
  );
  root.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) yes.textContent = yesFor(view, target.value);
  });
  return { root, yes };
}

async function show(): Promise<void> {
  const { view, armed } = await window.question.read();
  document.documentElement.lang = view.language;
  const { root, yes } = drawn(view);
  const arm = (on: boolean): void => {
    // Not `disabled`: it can be reached and read by keyboard and screen reader all the same.
    yes.setAttribute('aria-disabled', String(!on));
    root.classList.toggle('question--armed', on);
    if (on) yes.removeAttribute('aria-describedby');
    else yes.setAttribute('aria-describedby', 'wait');
  };
  arm(armed);
  window.question.onArmed(arm);
  document.getElementById('root')?.replaceChildren(root);
}

void show();
