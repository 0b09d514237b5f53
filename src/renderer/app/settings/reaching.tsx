import { useState, type FormEvent } from 'react';
import type { Preferences } from '../../../facts/preferences.ts';
import { t } from '../../../words/words.ts';
import { Button, Field, ProblemLine, Switch } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';

export interface ReachingProps extends ActionState {
  readonly settings: Pick<Preferences, 'relayOnly' | 'openRouter' | 'ownPort' | 'publicAddress'>;
  readonly onRelayOnly: (on: boolean) => void;
  readonly onOpenRouter: (on: boolean) => void;
  readonly onForwarding: (forwarding: Pick<Preferences, 'ownPort' | 'publicAddress'>) => void;
}

/** How others reach this computer from elsewhere: the router opens a port by itself, or the person has set it up by hand. */
export function Reaching({ settings, pending, problem, onRelayOnly, onOpenRouter, onForwarding }: ReachingProps) {
  const { ownPort, publicAddress } = settings;
  const [port, setPort] = useState(ownPort === 0 ? '' : `${ownPort}`);
  const [address, setAddress] = useState(publicAddress);
  const number = port.trim() === '' ? 0 : Number(port);
  const portValid = /^\d{0,5}$/.test(port.trim()) && (number === 0 || (number > 1_024 && number <= 65_535));
  const changed = number !== ownPort || address.trim() !== publicAddress;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onForwarding({ ownPort: number, publicAddress: address.trim() });
  };
  return (
    <section className="card stack" aria-labelledby="settings-reaching">
      <h2 id="settings-reaching">{t('settings.reaching')}</h2>
      <div>
        <Switch label={t('settings.openRouter')} on={settings.openRouter} onChange={onOpenRouter} />
        <p className="soft small">{t('settings.openRouterHint')}</p>
      </div>
      <div>
        <Switch label={t('settings.relayOnly')} on={settings.relayOnly} onChange={onRelayOnly} />
        <p className="soft small">{t('settings.relayOnlyHint')}</p>
      </div>
      <form className="stack" onSubmit={submit} aria-labelledby="settings-forwarding">
        <h3 id="settings-forwarding">{t('settings.forwarding')}</h3>
        <p className="soft small">{t('settings.forwardingHint')}</p>
        <Field
          label={t('settings.ownPort')}
          hint={t('settings.ownPortHint')}
          error={portValid ? (fieldProblem(problem, 'ownPort') ?? fieldProblem(problem, 'port')) : t('problem.field.ownPort')}
          value={port}
          onValue={setPort}
          inputMode="numeric"
          maxLength={5}
          autoComplete="off"
        />
        <Field
          label={t('settings.publicAddress')}
          hint={t('settings.publicAddressHint')}
          error={fieldProblem(problem, 'publicAddress')}
          value={address}
          onValue={setAddress}
          maxLength={260}
          autoComplete="off"
          spellCheck={false}
        />
        <ProblemLine text={generalProblem(problem, ['ownPort', 'publicAddress', 'port'])} />
        <div>
          <Button type="submit" busy={pending} disabled={!changed || !portValid}>
            {t('settings.saveForwarding')}
          </Button>
        </div>
      </form>
    </section>
  );
}
