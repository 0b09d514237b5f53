/*
 * The bridge of a question's page. The page draws; what is pressed is heard here, out of its reach: a click or a key that a script has made
 * up is no answer.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { QUESTION_CHANNELS, type QuestionBridge } from './question-contract.ts';

let armed = false;

const bridge: QuestionBridge = {
  read: () => ipcRenderer.invoke(QUESTION_CHANNELS.read) as ReturnType<QuestionBridge['read']>,
  onArmed(listener) {
    ipcRenderer.on(QUESTION_CHANNELS.armed, (_event, on: boolean) => listener(on));
  },
};

ipcRenderer.on(QUESTION_CHANNELS.armed, (_event, on: boolean) => {
  armed = on;
});

window.addEventListener(
  'click',
  (event) => {
    if (!event.isTrusted || !(event.target instanceof Element)) return;
    const answer = event.target.closest<HTMLElement>('[data-answer]')?.dataset['answer'];
    if (answer !== undefined) ipcRenderer.send(QUESTION_CHANNELS.answer, answer);
  },
  true,
);

window.addEventListener(
  'change',
  (event) => {
    if (event.isTrusted && event.target instanceof HTMLInputElement && event.target.type === 'radio')
      ipcRenderer.send(QUESTION_CHANNELS.chosen, event.target.value);
  },
  true,
);

window.addEventListener(
  'keydown',
  (event) => {
    if (!event.isTrusted) return;
    if (event.key === 'Escape') {
      ipcRenderer.send(QUESTION_CHANNELS.answer, 'no');
      return;
    }
    // Keys that were meant for another program press nothing here, and a key that is held down is not pressed anew.
    if (armed && !event.repeat) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!armed) ipcRenderer.send(QUESTION_CHANNELS.typed);
  },
  true,
);

contextBridge.exposeInMainWorld('question', bridge);
