/* Two more questions about what is shown, in the middle of help: when the novice would show something else, and when the expert would see it. */
import type { QuestionChoice } from '../../preload/question-contract.ts';
import type { SharedPart } from '../../protocol/rdp/shared-part.ts';
import { screenName } from '../../words/screens.ts';
import { t } from '../../words/words.ts';
import type { Peer } from '../assistance/contract.ts';
import type { DesktopParts } from '../desktop/contract.ts';
import type { ChoiceQuestion, Question } from './questions.ts';
import { shownPeer } from './safe-text.ts';

/**
 * The novice's own act: asked because a page cannot be believed, and so that it is chosen from what is there now.
 * @param gone what was shown is not there any more
 */
export function changeQuestion(peer: Peer, choice: QuestionChoice, gone: boolean): ChoiceQuestion {
  const { name } = shownPeer(peer);
  const heading = t('part.change.heading', { name });
  return {
    heading,
    text: [],
    choice: { ...choice, legend: heading },
    // On a small screen it lies over the panel, and so has a Stop of its own.
    warning: { title: t(gone ? 'part.change.textGone' : 'part.change.text', { name }), stop: t('question.stop') },
    no: t('part.change.no'),
    yes: t('part.change.yes'),
  };
}

/** The expert's wish, which shows nothing by itself. */
export function wishQuestion(peer: Peer, { screens }: Pick<DesktopParts, 'screens'>, wished: SharedPart): Question {
  const { name, who } = shownPeer(peer);
  const at = wished.tag === 'screen' ? screens.findIndex(({ id }) => id === wished.id) : -1;
  const areas = screens.map(({ area }) => area);
  return {
    heading: at < 0 ? t('part.wish.headingAll', { name }) : t('part.wish.heading', { name, screen: screenName(areas, at) }),
    about: [{ text: at < 0 ? t('part.wish.wantsAll', { who }) : t('part.wish.wants', { who, screen: screenName(areas, at) }) }],
    text: [t('part.wish.text', { name })],
    warning: { title: t('shell.consent.asked'), text: t('shell.consent.view.fraud'), stop: t('question.stop') },
    no: t('part.change.no'),
    yes: t('part.wish.yes'),
  };
}
