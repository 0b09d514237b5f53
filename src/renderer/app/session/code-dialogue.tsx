import { useEffect, useRef, useState } from 'react';
import { t } from '../../../words/words.ts';
import type { CodeDialogue as Dialogue, SessionStatus } from '../../../protocol/assistance/status.ts';
import { Banner, Button, Field } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import './code-dialogue.css';

export interface CodeDialogueProps extends ActionState {
  readonly session: SessionStatus;
  readonly onCode: (typed: string) => void;
}

const ALL_TRIES = 3;

/** The six digits that one person reads out and the other types, and what is odd about the other's computer. */
export function CodeDialogue({ session, pending, problem, onCode }: CodeDialogueProps) {
  const { code, device } = session;
  const name = displayName(session.peer);
  if (code === undefined) return null;
  return (
    <div className="code stack">
      {device === 'replaced' && <Banner kind="error">{t('code.replaced', { name })}</Banner>}
      {device === 'further' && <p className="soft">{t('code.further', { name })}</p>}
      <CodeOf dialogue={code} name={name} pending={pending} problem={problem} onCode={onCode} />
    </div>
  );
}

function CodeOf({
  dialogue,
  name,
  ...rest
}: ActionState & { readonly dialogue: Dialogue; readonly name: string; readonly onCode: CodeDialogueProps['onCode'] }) {
  switch (dialogue.tag) {
    case 'tell':
      return (
        <div role="status" aria-live="assertive">
          <p className="code__lead break">{t('code.read', { name })}</p>
          <p className="code__digits">{grouped(dialogue.code)}</p>
          {dialogue.triesLeft < ALL_TRIES && (
            <p className="code__wrong break">{t('code.wrongThere', { name, count: dialogue.triesLeft })}</p>
          )}
          <p className="soft break">{t('code.readHint', { name })}</p>
        </div>
      );
    case 'enter':
      // Another try is another field, empty and with the focus in it.
      return <Enter key={dialogue.triesLeft} triesLeft={dialogue.triesLeft} name={name} {...rest} />;
    case 'checking':
      return (
        <p role="status" className="code__lead">
          {t('code.checking')}
        </p>
      );
  }
}

function Enter({
  triesLeft,
  name,
  pending,
  problem,
  onCode,
}: ActionState & { readonly triesLeft: number; readonly name: string; readonly onCode: CodeDialogueProps['onCode'] }) {
  const [typed, setTyped] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const wrong = triesLeft < ALL_TRIES ? t('code.wrongHere', { name, count: triesLeft }) : undefined;
  return (
    <form
      className="stack"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onCode(typed);
      }}
    >
      <div className="code__field">
        <Field
          label={t('code.enter', { name })}
          hint={t('code.enterHint', { name })}
          error={problemText(problem) ?? wrong}
          value={typed}
          onValue={setTyped}
          inputMode="numeric"
          autoComplete="off"
          spellCheck={false}
          maxLength={32}
          required
        />
      </div>
      <div>
        <Button type="submit" look="primary" busy={pending}>
          {t('code.send')}
        </Button>
      </div>
    </form>
  );
}

/** `428 117`: as people read them out. */
const grouped = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;
