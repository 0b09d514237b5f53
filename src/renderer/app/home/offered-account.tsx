import { Check, X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { OfferedAccountView } from '../../../preload/contract.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import { useBroughtIntoView } from './brought-into-view.ts';

export interface OfferedAccountProps extends ActionState {
  readonly offered: OfferedAccountView | undefined;
  readonly onUse: () => void;
  readonly onPutAway: () => void;
}

/** The account of a link that was opened, pasted or dropped: nothing happens before the person says so. */
export function OfferedAccount({ offered, problem, ...rest }: OfferedAccountProps) {
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problemText(problem)} />
      {offered !== undefined && <Offer key={`${offered.server} ${offered.address}`} offered={offered} {...rest} />}
    </div>
  );
}

function Offer({
  offered,
  pending,
  onUse,
  onPutAway,
}: Omit<OfferedAccountProps, 'offered' | 'problem'> & { readonly offered: OfferedAccountView }) {
  const card = useBroughtIntoView();
  const { server, address, contact, instead, another } = offered;
  return (
    <section ref={card} className="card invitation" aria-labelledby="offered-account">
      <h1 id="offered-account" className="break">
        {contact === undefined ? t('offeredAccount.titleUnknown', { server }) : t('offeredAccount.title', { name: displayName(contact) })}
      </h1>
      {contact !== undefined && (
        <p className="break">{t('offeredAccount.meaning', { name: displayName(contact), address: contact.address })}</p>
      )}
      <p className="break">{t('offeredAccount.you', { name: displayName(offered), address })}</p>
      <p className="soft small break">{t('offeredAccount.server', { server })}</p>
      {contact !== undefined && <p>{t('offeredAccount.claim')}</p>}
      {instead !== undefined && (
        <Banner kind="warning">{t('offeredAccount.instead', { name: displayName(instead), address: instead.address })}</Banner>
      )}
      <div className="row">
        <Button look="primary" busy={pending} onClick={onUse}>
          <Check size={22} aria-hidden />
          {t(instead === undefined ? 'offeredAccount.use' : 'offeredAccount.replace')}
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
