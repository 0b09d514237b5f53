import type { Reach } from '../../../facts/hosting.ts';
import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import { Banner, Button, Choices, Field, ProblemLine } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';

export interface HostFormProps extends ActionState {
  readonly onBegin: (name: string, reach: Reach) => void;
  /** The other person is in another network: the two meet on a server, where this one needs an account. */
  readonly onElsewhere: () => void;
}

/** Where the person to be helped is: that says which messenger the two can meet on. */
export function HostForm({ pending, problem, onBegin, onElsewhere }: HostFormProps) {
  const [name, setName] = useState('');
  const [reach, setReach] = useState<Reach | 'elsewhere'>('lan');
  const elsewhere = reach === 'elsewhere';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (elsewhere) onElsewhere();
    else onBegin(name.trim(), reach);
  };
  return (
    <form className="stack stack--wide" onSubmit={submit}>
      <Choices
        legend={t('hostStart.where')}
        value={reach}
        onValue={setReach}
        choices={[
          { value: 'lan', label: t('hostStart.whereLan') },
          { value: 'elsewhere', label: t('hostStart.whereElsewhere') },
          { value: 'loopback', label: t('hostStart.whereLoopback') },
        ]}
      />
      {elsewhere ? (
        <Banner kind="info">{t('hostStart.elsewhereNote')}</Banner>
      ) : (
        <Field
          label={t('hostStart.yourName')}
          hint={t('account.friendlyNameHint')}
          value={name}
          onValue={setName}
          error={fieldProblem(problem, 'friendlyName')}
          autoFocus
          required
          maxLength={100}
          autoComplete="name"
        />
      )}
      {reach === 'lan' && <Banner kind="warning">{t('settings.lanWarning')}</Banner>}
      <ProblemLine text={generalProblem(problem, ['friendlyName'])} />
      <Button type="submit" look="primary" busy={pending} disabled={!elsewhere && name.trim() === ''}>
        {pending ? t('welcome.hostPrepare') : t(elsewhere ? 'need.begin' : 'hostStart.begin')}
      </Button>
    </form>
  );
}
