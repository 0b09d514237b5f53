import { LifeBuoy, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { OfferedHelpView } from '../../../preload/contract.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { useBroughtIntoView } from './brought-into-view.ts';

export interface OfferedHelpProps extends ActionState {
  readonly offered: OfferedHelpView | undefined;
  readonly onAsk: () => void;
  readonly onStop: () => void;
  readonly onPutAway: () => void;
}

/** Whom a link that was opened, pasted or dropped would ask: nothing happens before the person says so. */
export function OfferedHelp({ offered, problem, ...rest }: OfferedHelpProps) {
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problemText(problem)} />
      {offered !== undefined && <Offer key={offered.address} offered={offered} {...rest} />}
    </div>
  );
}

function Offer({
  offered: { address, claim },
  pending,
  onAsk,
  onStop,
  onPutAway,
}: Omit<OfferedHelpProps, 'offered' | 'problem'> & { readonly offered: OfferedHelpView }) {
  const card = useBroughtIntoView();
  return (
    <section ref={card} className="card invitation" aria-labelledby="offered-help">
      <h1 id="offered-help" className="break">
        {claim === '' ? t('offeredHelp.title', { name: address }) : t('offeredHelp.titleNamed', { name: claim })}
      </h1>
      <p className="break">{t('offeredHelp.meaning', { address })}</p>
      {claim !== '' && <p>{t('offeredHelp.claim')}</p>}
      <div className="row">
        <Button look="primary" busy={pending} onClick={onAsk}>
          <LifeBuoy size={22} aria-hidden />
          {pending ? t('guest.asking') : t('offeredHelp.ask')}
        </Button>
        <Button onClick={pending ? onStop : onPutAway}>
          <X size={22} aria-hidden />
          {pending ? t('common.cancel') : t('offeredAccount.putAway')}
        </Button>
      </div>
    </section>
  );
}
