/* What yes means, as rows to choose from. Which one is chosen the preload hears, and main keeps. */
import type { QuestionChoice, QuestionOption } from '../../preload/question-contract.ts';
import { screensOutline } from '../screens-outline.ts';
import { element } from './element.ts';
import './choice.css';

const SVG = 'http://www.w3.org/2000/svg';

/** The person's screens as they stand, the meant ones filled, or the window on them that is meant. */
function drawing(screens: QuestionOption['screens'] & {}, window: QuestionOption['window']): SVGElement {
  const { viewBox, places } = screensOutline(screens);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'offered__screens');
  svg.setAttribute('viewBox', viewBox);
  svg.setAttribute('aria-hidden', 'true');
  const draw = (place: object, isMeant: boolean): void => {
    const shape = document.createElementNS(SVG, 'rect');
    shape.setAttribute('class', isMeant ? 'offered__screen offered__screen--meant' : 'offered__screen');
    for (const [name, value] of Object.entries(place)) shape.setAttribute(name, String(value));
    svg.append(shape);
  };
  places.forEach((place, at) => draw(place, screens[at]?.meant === true));
  // What reaches beyond the screens is cut off with the drawing.
  if (window !== undefined) draw(window, true);
  return svg;
}

function row({ id, text, detail, screens, window }: QuestionOption, chosen: string, group: string): HTMLElement {
  const input = element('input', { type: 'radio', name: group, value: id, ...(id === chosen ? { checked: '' } : {}) });
  return element(
    'label',
    { class: 'choice' },
    input,
    ...(screens === undefined ? [] : [drawing(screens, window)]),
    element(
      'span',
      { class: 'offered__words break' },
      element('span', { class: 'offered__text' }, text),
      ...(detail === undefined ? [] : [' ', element('span', { class: 'offered__detail small' }, detail)]),
    ),
  );
}

/** `heading`: the question's; what it says already is not shown again. */
export function drawnChoice({ legend, options, more, chosen }: QuestionChoice, heading: string): HTMLElement {
  const unseen = options.length === 0 || legend === heading;
  const rows = (some: readonly QuestionOption[], group: string): HTMLElement[] => some.map((option) => row(option, chosen, group));
  // Where the question is about nothing else, there would be nothing to be seen but that line.
  const isAll = options.length === 0 && legend === heading;
  const folded =
    more === undefined ? [] : [unfolding(more, rows(more.options, 'more'), options.length === 0 ? more.options[0]?.id : undefined, isAll)];
  const all = element(
    'fieldset',
    { class: 'choices offered' },
    element('legend', { class: unseen ? 'visually-hidden' : 'offered__legend break' }, legend),
    ...rows(options, 'choice'),
    ...folded,
  );
  // Two groups of radio buttons, because Tab leads to one of each; one choice all the same.
  all.addEventListener('change', ({ target }) => {
    for (const input of all.querySelectorAll('input')) input.checked = input === target;
  });
  return all;
}

/** What is chosen in it stays to be seen, but for what goes without saying. */
function unfolding(
  { text, hint }: QuestionChoice['more'] & {},
  rows: readonly HTMLElement[],
  unsaid: string | undefined,
  unfolded: boolean,
): HTMLElement {
  const details = element(
    'details',
    { class: 'offered__more' },
    element('summary', {}, text),
    element('p', { class: 'offered__hint small' }, hint),
    ...rows,
  );
  const hides = (): boolean => {
    const chosen = details.querySelector<HTMLInputElement>('input:checked')?.value;
    return chosen !== undefined && chosen !== unsaid;
  };
  details.open = unfolded || hides();
  let asDrawn = unfolded;
  details.addEventListener('toggle', () => {
    if (!details.open && hides()) details.open = true;
    // The heading stays above what was open from the beginning.
    if (details.open && !asDrawn) details.scrollIntoView({ block: 'start' });
    asDrawn = false;
  });
  return details;
}
