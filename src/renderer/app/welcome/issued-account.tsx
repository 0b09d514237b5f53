import { t } from '../../../words/words.ts';
import { Button, CopyButton } from '../design/controls.tsx';
import type { IssuedAccount } from '../store.ts';

/** The one time an access token is shown. */
export function IssuedAccountCard({
  issued,
  doneLabel,
  onCopy,
  onDone,
}: {
  readonly issued: IssuedAccount;
  readonly doneLabel: string;
  readonly onCopy: (issued: IssuedAccount) => Promise<{ readonly ok: boolean }>;
  readonly onDone: () => void;
}) {
  const lines = [
    { label: t('token.server'), value: issued.server },
    { label: t('token.address'), value: issued.address },
    { label: t('token.accessToken'), value: issued.accessToken },
  ];
  return (
    <section className="stack stack--wide" aria-labelledby="issued-title">
      <div className="stack">
        <h2 id="issued-title">{t('token.title', { name: issued.friendlyName })}</h2>
        <p>{t('token.lead', { name: issued.friendlyName })}</p>
      </div>
      <dl className="issued">
        {lines.map((line) => (
          <div key={line.label}>
            <dt>{line.label}</dt>
            <dd className="break">{line.value}</dd>
          </div>
        ))}
      </dl>
      <div className="row">
        <CopyButton look="primary" label={t('token.copyAll')} onCopy={() => onCopy(issued)} />
        <Button onClick={onDone}>{doneLabel}</Button>
      </div>
    </section>
  );
}
