import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';
import './welcome.css';

/** A page of the first start that is one card under a title. */
export function WelcomeFrame({
  title,
  lead,
  onBack,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly onBack?: () => void;
  readonly children: ReactNode;
}) {
  return (
    <div className="welcome welcome--form">
      {onBack !== undefined && (
        <div>
          <Button look="back" onClick={onBack}>
            <ArrowLeft size={20} aria-hidden />
            {t('common.back')}
          </Button>
        </div>
      )}
      <div className="stack">
        <h1>{title}</h1>
        <p className="soft break">{lead}</p>
      </div>
      <div className="card">{children}</div>
    </div>
  );
}
