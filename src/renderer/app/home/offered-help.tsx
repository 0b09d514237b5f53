import { LifeBuoy, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import type { OfferedHelpView } from '../../../preload/contract.ts';
import { Button } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';
import { isFoldWrong } from './guest-form.tsx';
import { GuestAuthority, GuestName, type GuestSelf } from './guest-self.tsx';
import { OfferedCard, OfferedPlace } from './offered-card.tsx';

export interface OfferedHelpProps extends ActionState {
  readonly offered: OfferedHelpView | undefined;
  /** What this person may be called; empty where nothing is known. */
  readonly suggestedName: string;
  readonly onAsk: (self: GuestSelf) => void;
  readonly onStop: () => void;
  readonly onPutAway: () => void;
}

const FIELDS = ['name', 'authority'] as const;

/** Whom a link that was opened, pasted or dropped would ask. */
export function OfferedHelp({ offered, problem, ...rest }: OfferedHelpProps) {
  return (
    <OfferedPlace problem={generalProblem(problem, FIELDS)}>
      {offered !== undefined && <Offer key={offered.address} offered={offered} problem={problem} {...rest} />}
    </OfferedPlace>
  );
}

function Offer({
  offered: { address, claim, another },
  suggestedName,
  pending,
  problem,
  onAsk,
  onStop,
  onPutAway,
}: Omit<OfferedHelpProps, 'offered'> & { readonly offered: OfferedHelpView }) {
  const [name, setName] = useState(suggestedName);
  const [authority, setAuthority] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onAsk({ name: name.trim(), authority: authority.trim() });
  };
  return (
    <OfferedCard
      id="offered-help"
      title={claim === '' ? t('offeredHelp.title', { name: address }) : t('offeredHelp.titleNamed', { name: claim })}
      another={another}
    >
      <p className="break">{t('offeredHelp.meaning', { address })}</p>
      {claim !== '' && <p>{t('offeredHelp.claim')}</p>}
      <form className="stack" onSubmit={submit} aria-labelledby="offered-help">
        <GuestName value={name} onValue={setName} error={fieldProblem(problem, 'name')} />
        {isFoldWrong(problem) && <GuestAuthority value={authority} onValue={setAuthority} error={fieldProblem(problem, 'authority')} />}
        <div className="row">
          <Button type="submit" look="primary" busy={pending} disabled={name.trim() === ''}>
            <LifeBuoy size={22} aria-hidden />
            {pending ? t('guest.asking') : t('offeredHelp.ask')}
          </Button>
          <Button onClick={pending ? onStop : onPutAway}>
            <X size={22} aria-hidden />
            {pending ? t('common.cancel') : t('offeredAccount.putAway')}
          </Button>
        </div>
      </form>
    </OfferedCard>
  );
}
