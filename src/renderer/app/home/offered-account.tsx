import { Check } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { OfferedAccountView } from '../../../preload/contract.ts';
import { Banner } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import { OfferedCard, OfferedChoice, OfferedPlace } from './offered-card.tsx';

export interface OfferedAccountProps extends ActionState {
  readonly offered: OfferedAccountView | undefined;
  readonly onUse: () => void;
  readonly onPutAway: () => void;
}

/** The account of a link that was opened, pasted or dropped. */
export function OfferedAccount({ offered, problem, ...rest }: OfferedAccountProps) {
  return (
    <OfferedPlace problem={problemText(problem)}>
      {offered !== undefined && <Offer key={`${offered.server} ${offered.address}`} offered={offered} {...rest} />}
    </OfferedPlace>
  );
}

function Offer({
  offered,
  pending,
  onUse,
  onPutAway,
}: Omit<OfferedAccountProps, 'offered' | 'problem'> & { readonly offered: OfferedAccountView }) {
  const { server, address, contact, instead, another } = offered;
  return (
    <OfferedCard
      id="offered-account"
      title={
        contact === undefined ? t('offeredAccount.titleUnknown', { server }) : t('offeredAccount.title', { name: displayName(contact) })
      }
      another={another}
    >
      {contact !== undefined && (
        <p className="break">{t('offeredAccount.meaning', { name: displayName(contact), address: contact.address })}</p>
      )}
      <p className="break">{t('offeredAccount.you', { name: displayName(offered), address })}</p>
      <p className="soft small break">{t('offeredAccount.server', { server })}</p>
      {contact !== undefined && <p>{t('offeredAccount.claim')}</p>}
      {instead !== undefined && (
        <Banner kind="warning">{t('offeredAccount.instead', { name: displayName(instead), address: instead.address })}</Banner>
      )}
      <OfferedChoice pending={pending} onTake={onUse} onPutAway={onPutAway}>
        <Check size={22} aria-hidden />
        {t(instead === undefined ? 'offeredAccount.use' : 'offeredAccount.replace')}
      </OfferedChoice>
    </OfferedCard>
  );
}
