import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { t } from '../../../words/words.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { useBroughtIntoView } from './brought-into-view.ts';

/** Where what a link offers comes and goes. `problem`: what the press on it came to, in words. */
export function OfferedPlace({ problem, children }: { readonly problem: string | undefined; readonly children: ReactNode }) {
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problem} />
      {children}
    </div>
  );
}

export interface OfferedCardProps {
  /** Of the heading, which names the card. */
  readonly id: string;
  readonly title: string;
  /** Another link's card waits behind this one. */
  readonly another: true | undefined;
  readonly children: ReactNode;
}

/** What one link offers: nothing happens before the person says so. */
export function OfferedCard({ id, title, another, children }: OfferedCardProps) {
  const card = useBroughtIntoView();
  return (
    <section ref={card} className="card invitation" aria-labelledby={id}>
      <h1 id={id} className="break">
        {title}
      </h1>
      {children}
      {another === true && <Banner kind="info">{t('offered.another')}</Banner>}
    </section>
  );
}

export interface OfferedChoiceProps {
  /** The word of the button that takes what is offered, with its picture. */
  readonly children: ReactNode;
  readonly pending: boolean;
  readonly onTake: () => void;
  readonly onPutAway: () => void;
}

/** Take it, or put it away. */
export function OfferedChoice({ children, pending, onTake, onPutAway }: OfferedChoiceProps) {
  return (
    <div className="row">
      <Button look="primary" busy={pending} onClick={onTake}>
        {children}
      </Button>
      <Button disabled={pending} onClick={onPutAway}>
        <X size={22} aria-hidden />
        {t('offeredAccount.putAway')}
      </Button>
    </div>
  );
}
