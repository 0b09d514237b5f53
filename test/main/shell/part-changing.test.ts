import { describe, expect, it } from 'vitest';
import type { DesktopParts } from '../../../src/main/desktop/contract.ts';
import { createPartChanging } from '../../../src/main/shell/part-changing.ts';
import type { ChoiceQuestion } from '../../../src/main/shell/questions.ts';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { questionSize } from '../../../src/main/shell/window-bounds.ts';
import { t } from '../../../src/words/words.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';
import { turns } from '../../support/turns.ts';

const SCREEN = { id: 'DP-1', name: 'DP-1', primary: true, area: { x: 0, y: 0, width: 1280, height: 1024 } };
const PARTS: DesktopParts = { screens: [SCREEN], windows: [{ id: '7', title: 'Mail', area: SCREEN.area }], here: 'DP-1' };

/** The question that is put while this is shown, and what is shown after the answer. */
async function changed(
  sharing: SessionStatus['sharing'],
  answer: string | undefined,
): Promise<{ readonly question: ChoiceQuestion | undefined; readonly shown: readonly SharedPart[] }> {
  const shown: SharedPart[] = [];
  let question: ChoiceQuestion | undefined;
  const status = session('novice', CONNECTED, { ...LIVE, ...(sharing === undefined ? {} : { sharing }) });
  createPartChanging({
    help: { status, share: (part) => shown.push(part), onChange: () => () => undefined },
    desktop: { parts: () => Promise.resolve(PARTS) },
    questions: {
      choose: (put) => {
        question = put;
        return Promise.resolve(answer);
      },
      raise: () => undefined,
    },
    onError: (error) => expect.fail(String(error)),
  })();
  await turns();
  return { question, shown };
}

describe('showing something else', () => {
  const windowIs = (state: 'shown' | 'gone') => ({ part: { tag: 'window', id: '7' }, state, screens: [SCREEN] }) as const;

  it('says what is seen until there is an answer, and has a Stop of its own', async () => {
    const name = 'Anna';
    const stop = t('question.stop');
    const shown = { title: t('part.change.text', { name }), stop };
    const { question } = await changed(windowIs('shown'), undefined);
    expect(question?.warning).toEqual(shown);
    // Its one sentence takes no more room for that.
    expect(question && questionSize(question)).toEqual(questionSize({}));
    const gone = { title: t('part.change.textGone', { name }), stop };
    expect((await changed(windowIs('gone'), undefined)).question?.warning).toEqual(gone);
  });

  it('shows what is chosen, and the same again only where it had gone', async () => {
    expect((await changed(windowIs('shown'), 'all')).shown).toEqual([{ tag: 'all' }]);
    expect((await changed(windowIs('shown'), 'window-0')).shown).toEqual([]);
    expect((await changed(windowIs('gone'), 'window-0')).shown).toEqual([{ tag: 'window', id: '7' }]);
    expect((await changed(windowIs('shown'), undefined)).shown).toEqual([]);
  });
});
