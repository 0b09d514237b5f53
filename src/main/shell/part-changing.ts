import type { Assistance } from '../assistance/contract.ts';
import { isSamePart } from '../../protocol/rdp/shared-part.ts';
import type { Desktop } from '../desktop/contract.ts';
import { partChoice } from './part-choice.ts';
import { changeQuestion } from './part-questions.ts';
import type { Questions } from './questions.ts';
import { shownPeer } from './safe-text.ts';

export interface PartChangingParts {
  readonly help: Pick<Assistance, 'status' | 'share' | 'onChange'>;
  readonly desktop: Pick<Desktop, 'parts'>;
  readonly questions: Pick<Questions, 'choose' | 'raise'>;
  readonly onError: (error: unknown) => void;
}

/** The novice would show something else: asks what, in a window of main's, for as long as the session lasts. One such question at a time. */
export function createPartChanging({ help, desktop, questions, onError }: PartChangingParts): () => void {
  let asked: AbortController | undefined;

  function running(id?: string) {
    const { status } = help;
    if (status?.role !== 'novice' || status.phase.tag !== 'connected') return undefined;
    return id === undefined || status.id === id ? status : undefined;
  }

  async function ask(signal: AbortSignal): Promise<void> {
    const session = running();
    if (session === undefined) return;
    const offered = partChoice(await desktop.parts(), shownPeer(session.peer).name, session.sharing?.part);
    if (offered === undefined) return;
    const question = changeQuestion(session.peer, offered.choice, session.sharing?.state === 'gone');
    const part = offered.partOf(await questions.choose(question, signal));
    const now = running(session.id);
    if (part === undefined || now === undefined) return;
    if (now.sharing?.state !== 'shown' || !isSamePart(part, now.sharing.part)) help.share(part);
  }

  help.onChange(() => {
    if (running() === undefined) asked?.abort();
  });
  return () => {
    if (asked !== undefined) {
      questions.raise();
      return;
    }
    const mine = new AbortController();
    asked = mine;
    ask(mine.signal)
      .catch(onError)
      .finally(() => {
        asked = undefined;
      });
  };
}
