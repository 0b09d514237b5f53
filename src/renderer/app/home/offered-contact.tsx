import { UserPlus, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { OfferedContactView } from '../../../preload/contract.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { useBroughtIntoView } from './brought-into-view.ts';

export interface OfferedContactProps extends ActionState {
  readonly offered: OfferedContactView | undefined;
  readonly onAdd: () => void;
  readonly onPutAway: () => void;
}

/** Whom a link that was pasted or dropped would make a contact: nothing happens before the person says so. */
export function OfferedContact({ offered, problem, ...rest }: OfferedContactProps) {
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problemText(problem)} />
      {offered !== undefined && <Offer key={offered.address} offered={offered} {...rest} />}
    </div>
  );
}

function Offer({
  offered: { address, another },
  pending,
  onAdd,
  onPutAway,
}: Omit<OfferedContactProps, 'offered' | 'problem'> & { readonly offered: OfferedContactView }) {
  const card = useBroughtIntoView();
  return (
    <section ref={card} className="card invitation" aria-labelledby="offered-contact">
      <h1 id="offered-contact" className="break">
        {t('offeredContact.title', { address })}
      </h1>
      <p>{t('offeredContact.meaning')}</p>
      <div className="row">
        <Button look="primary" busy={pending} onClick={onAdd}>
          <UserPlus size={22} aria-hidden />
          {t('offeredContact.add')}
        </Button>
        <Button disabled={pending} onClick={onPutAway}>
          <X size={22} aria-hidden />
          {t('offeredAccount.putAway')}
        </Button>
      </div>
      {another === true && <Banner kind="info">{t('offered.another')}</Banner>}
    </section>
  );
}
