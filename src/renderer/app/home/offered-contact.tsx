import { UserPlus } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { OfferedContactView } from '../../../preload/contract.ts';
import { problemText, type ActionState } from '../problem.ts';
import { OfferedCard, OfferedChoice, OfferedPlace } from './offered-card.tsx';

export interface OfferedContactProps extends ActionState {
  readonly offered: OfferedContactView | undefined;
  readonly onAdd: () => void;
  readonly onPutAway: () => void;
}

/** Whom a link that was pasted or dropped would make a contact. */
export function OfferedContact({ offered, problem, pending, onAdd, onPutAway }: OfferedContactProps) {
  return (
    <OfferedPlace problem={problemText(problem)}>
      {offered !== undefined && (
        <OfferedCard
          key={offered.address}
          id="offered-contact"
          title={t('offeredContact.title', { address: offered.address })}
          another={offered.another}
        >
          <p>{t('offeredContact.meaning')}</p>
          <OfferedChoice pending={pending} onTake={onAdd} onPutAway={onPutAway}>
            <UserPlus size={22} aria-hidden />
            {t('offeredContact.add')}
          </OfferedChoice>
        </OfferedCard>
      )}
    </OfferedPlace>
  );
}
