/* Quitting the program that carries other people's messenger: they can no longer reach each other, so the person is asked. */
import type { AppState } from '../../preload/contract.ts';
import { t } from '../../words/words.ts';
import { shownPeer } from './safe-text.ts';

const MAX_NAMES = 5;

/** Who is signed in to this computer's messenger beside its own person and whoever is in a session with them: that one is told of its end. */
function othersCarried({ hosting, accounts, session }: Pick<AppState, 'hosting' | 'accounts' | 'session'>): readonly string[] {
  if (hosting.tag !== 'on') return [];
  const known = new Set(accounts.map(({ address }) => address));
  if (session !== undefined && session.phase.tag !== 'ended') known.add(session.peer.address);
  return hosting.accounts.filter(({ online, address }) => online && !known.has(address)).map((account) => shownPeer(account).name);
}

/** A dialog of the system is as high as its text, and its buttons stand below: of many only some are named. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? t('shell.quit.andMore', { names: shown, count: names.length - MAX_NAMES }) : shown;
}

/** Shows a native message box; resolves with the index of the button. */
export type ShowQuitQuestion = (question: {
  readonly type: 'question';
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly [stay: string, quit: string];
  readonly defaultId: 0;
  readonly cancelId: 0;
}) => Promise<number>;

/** Quits, after a question where others would be cut off. A second wish while the question stands is a yes. */
export function createQuit(deps: {
  readonly state: () => Pick<AppState, 'hosting' | 'accounts' | 'session'>;
  readonly show: ShowQuitQuestion;
  readonly quit: () => void;
}): () => void {
  let asking = false;
  const ask = async (names: readonly string[]): Promise<void> => {
    asking = true;
    const answer = await deps
      .show({
        type: 'question',
        message: t('shell.quit.message'),
        detail: t('shell.quit.detail', { names: listed(names) }),
        buttons: [t('shell.quit.stay'), t('shell.tray.quit')],
        defaultId: 0,
        cancelId: 0,
      })
      .catch(() => 1);
    asking = false;
    if (answer === 1) deps.quit();
  };
  return () => {
    const others = othersCarried(deps.state());
    if (asking || others.length === 0) deps.quit();
    else void ask(others);
  };
}
