import { screen, type BrowserWindow, type IpcMainEvent } from 'electron';
import { QUESTION_CHANNELS, type QuestionAnswer, type QuestionView } from '../../preload/question-contract.ts';
import { language } from '../../words/locale.ts';
import { t } from '../../words/words.ts';
import type { OpenQuestionWindow } from './questions.ts';
import { placeQuestion, questionSize } from './window-bounds.ts';
import type { Windows } from './windows.ts';

const isAnswer = (value: unknown): value is QuestionAnswer => value === 'yes' || value === 'no' || value === 'stop';

/**
 * A question's window: above all others, away from the pointer and from the session's own window with its Stop, and without the keyboard,
 * which another program may have. It asks for attention instead. Only its own page is listened to.
 */
export function createQuestionWindows(windows: Pick<Windows, 'openQuestion' | 'kindOfSender' | 'session'>): OpenQuestionWindow {
  return (question, events) => {
    const pointer = screen.getCursorScreenPoint();
    const { workArea } = screen.getDisplayNearestPoint(pointer);
    const window = windows.openQuestion(
      t('question.title'),
      placeQuestion(questionSize(question), pointer, boundsOf(windows.session), workArea),
    );
    const { webContents } = window;
    let armed = false;
    const view: QuestionView = { ...question, language: language(), wait: t('question.wait') };

    const fromPage = (event: IpcMainEvent): boolean => windows.kindOfSender(webContents, event.senderFrame) === 'question';
    webContents.ipc.handle(QUESTION_CHANNELS.read, () => ({ view, armed }));
    webContents.ipc.on(QUESTION_CHANNELS.answer, (event, answer: unknown) => {
      if (!fromPage(event) || !isAnswer(answer)) return;
      // Main's own look at the window, whatever the page has said of it.
      if (answer !== 'yes' || isAttended(window)) events.answered(answer);
    });
    webContents.ipc.on(QUESTION_CHANNELS.chosen, (event, id: unknown) => {
      if (fromPage(event) && typeof id === 'string') events.chosen(id);
    });
    webContents.ipc.on(QUESTION_CHANNELS.typed, (event) => {
      if (fromPage(event)) events.typed();
    });
    webContents.on('render-process-gone', () => {
      if (!window.isDestroyed()) window.destroy();
    });

    const look = (): void => {
      const attended = isAttended(window);
      window.flashFrame(!attended);
      events.attended(attended);
    };
    for (const change of ['focus', 'blur', 'show', 'hide', 'minimize', 'restore'] as const) window.on(change as 'show', look);
    window.on('closed', () => events.closed());
    window.once('ready-to-show', () => {
      window.showInactive();
      // What comes without the keyboard is put below the novice's panel by window managers, where the two meet. Above it only with a Stop of its own.
      if (question.warning?.stop !== undefined) window.moveTop();
      window.flashFrame(true);
    });
    return {
      setArmed(on) {
        armed = on;
        if (!window.isDestroyed() && !webContents.isCrashed()) webContents.send(QUESTION_CHANNELS.armed, on);
      },
      raise() {
        if (window.isDestroyed()) return;
        window.show();
        window.focus();
      },
      close() {
        if (!window.isDestroyed()) window.destroy();
      },
    };
  };
}

function isAttended(window: BrowserWindow): boolean {
  return !window.isDestroyed() && window.isFocused() && window.isVisible() && !window.isMinimized();
}

function boundsOf(window: BrowserWindow | undefined) {
  return window === undefined || window.isDestroyed() || !window.isVisible() ? undefined : window.getBounds();
}
