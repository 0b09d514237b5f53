import { useState, type ReactNode } from 'react';
import type { Offered, ServerFacts } from '../../../facts/server.ts';
import type { CommandResult } from '../../../preload/commands.ts';
import { dateTime } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';

export interface AboutServerProps extends ActionState {
  readonly onLook: () => Promise<CommandResult<ServerFacts>>;
}

/** Who the server of an account is, what it offers and what is missing. It is asked when the person wants to know. */
export function AboutServer({ pending, problem, onLook }: AboutServerProps) {
  const [facts, setFacts] = useState<ServerFacts>();
  const look = async (): Promise<void> => {
    const result = await onLook();
    setFacts(result.ok ? result.value : undefined);
  };
  return (
    <>
      <div>
        <Button look="quiet" busy={pending} onClick={() => void look()}>
          {t(facts === undefined ? 'server.look' : 'server.lookAgain')}
        </Button>
      </div>
      <ProblemLine text={problemText(problem)} />
      {facts !== undefined && <Facts facts={facts} />}
    </>
  );
}

function Facts({ facts: { certificate, ...offers } }: { readonly facts: ServerFacts }) {
  const said = sentences(offers);
  return (
    <div className="inset stack" role="status">
      <dl className="certificate">
        <Line label={t('server.for')}>{certificate.subject}</Line>
        <Line label={t('server.issuer')}>{certificate.issuer}</Line>
        <Line label={t('server.until')}>{dateTime(certificate.validUntilMs)}</Line>
        <Line label={t('server.fingerprint')}>
          <code className="certificate__fingerprint">{certificate.sha256}</code>
        </Line>
      </dl>
      <Sentences title={t('server.offers')} lines={said('yes')} />
      <Sentences title={t('server.missing')} lines={said('no')} />
      <Sentences title={t('server.notSaid')} lines={said('unknown')} />
    </div>
  );
}

function Line({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="break">{children}</dd>
    </div>
  );
}

function Sentences({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div>
      <p className="soft small">{title}</p>
      <ul aria-label={title} className="certificate__offers">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

/** What there is to say of everything that was answered like this. */
function sentences({ relay, ownAddress, guests }: Omit<ServerFacts, 'certificate'>): (answer: Offered) => readonly string[] {
  return (answer) => [
    ...(relay === answer ? [t(`server.relay.${answer}`)] : []),
    ...(ownAddress === answer ? [t(`server.ownAddress.${answer}`)] : []),
    ...(guests === answer ? [t(`server.guests.${answer}`)] : []),
  ];
}
