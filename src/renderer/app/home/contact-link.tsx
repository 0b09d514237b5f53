import { Link as LinkIcon } from 'lucide-react';
import { useId, useState } from 'react';
import { t } from '../../../words/words.ts';
import { Button, CopyButton, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';

export interface ContactLinkProps extends ActionState {
  readonly onMake: () => Promise<{ readonly ok: true; readonly value: string } | { readonly ok: false }>;
  readonly onCopy: (text: string) => Promise<{ readonly ok: boolean }>;
}

/** A link to send to one person, who is a contact as soon as they use it: the button, and then what to send. */
export function ContactLink({ pending, problem, onMake, onCopy }: ContactLinkProps) {
  const title = useId();
  const [made, setMade] = useState<string>();
  const make = async (): Promise<void> => {
    const result = await onMake();
    if (result.ok) setMade(result.value);
  };
  if (made === undefined)
    return (
      <div className="stack">
        <ProblemLine text={problemText(problem)} />
        <div>
          <Button busy={pending} onClick={() => void make()}>
            <LinkIcon size={20} aria-hidden />
            {t('contactLink.make')}
          </Button>
        </div>
      </div>
    );
  return (
    <section className="stack" aria-labelledby={title}>
      <h3 id={title}>{t('contactLink.title')}</h3>
      <p className="soft">{t('contactLink.hint')}</p>
      <p className="break">{made}</p>
      <div className="row">
        <CopyButton look="primary" label={t('contactLink.copy')} onCopy={() => onCopy(t('contactLink.message', { link: made }))} />
        <Button onClick={() => setMade(undefined)}>{t('common.close')}</Button>
      </div>
    </section>
  );
}
