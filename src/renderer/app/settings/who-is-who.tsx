import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { MetContact, TrustView } from '../../../facts/trust.ts';
import type { ContactView, SavedKeyView } from '../../../preload/contract.ts';
import { peerKey, samePeer } from '../../../protocol/applications/peer.ts';
import { t } from '../../../words/words.ts';
import { Button, Field, Person, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';

export interface WhoIsWhoProps extends ActionState {
  readonly trust: TrustView;
  readonly contacts: readonly ContactView[];
  readonly onRenew: () => void;
  readonly onSave: () => Promise<{ readonly ok: boolean; readonly value?: SavedKeyView | null }>;
  readonly onTake: (password: string) => void;
  readonly onForget: (contact: MetContact) => void;
}

/** This computer's own key, and whom it knows from sessions before. */
export function WhoIsWho({ trust, contacts, pending, problem, onRenew, onSave, onTake, onForget }: WhoIsWhoProps) {
  const [password, setPassword] = useState('');
  const [saved, setSaved] = useState<SavedKeyView>();
  const save = async (): Promise<void> => {
    const result = await onSave();
    setSaved(result.ok ? (result.value ?? undefined) : undefined);
  };
  const nameOf = (met: MetContact): string => {
    const contact = contacts.find((each) => samePeer(each, met));
    return contact === undefined ? met.address : displayName(contact);
  };
  return (
    <section className="card stack" aria-labelledby="settings-trust">
      <h2 id="settings-trust">{t('settings.trust')}</h2>
      <div>
        <p>{t('settings.fingerprint')}</p>
        <p>
          <code className="keys">{trust.fingerprint}</code>
        </p>
        <p className="soft small">{t('settings.fingerprintHint')}</p>
      </div>
      <div className="row">
        <Button busy={pending} onClick={onRenew}>
          {t('settings.renew')}
        </Button>
        <Button busy={pending} onClick={() => void save()}>
          {t('settings.saveKey')}
        </Button>
      </div>
      {saved !== undefined && (
        <div role="status">
          <p className="break">{t('settings.keySaved', { file: saved.fileName })}</p>
          <p>
            <code className="keys">{saved.password.match(/.{1,4}/g)?.join(' ')}</code>
          </p>
        </div>
      )}
      <ProblemLine text={problemText(problem)} />
      <details className="fold">
        <summary>{t('settings.takeKeyTitle')}</summary>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            onTake(password);
            setPassword('');
          }}
        >
          <Field
            label={t('settings.takeKeyPassword')}
            value={password}
            onValue={setPassword}
            autoComplete="off"
            spellCheck={false}
            maxLength={128}
            required
          />
          <div>
            <Button type="submit" busy={pending}>
              {t('settings.takeKey')}
            </Button>
          </div>
        </form>
      </details>
      <h3>{t('settings.met')}</h3>
      {trust.met.length === 0 ? (
        <p className="soft">{t('settings.metNone')}</p>
      ) : (
        <ul className="people">
          {trust.met.map((met) => (
            <li className="person" key={peerKey(met)}>
              <Person name={nameOf(met)}>
                {met.address} · {t('settings.metCount', { count: met.meetings })}
              </Person>
              <Button look="icon" aria-label={t('settings.metForget', { name: nameOf(met) })} onClick={() => onForget(met)}>
                <Trash2 size={20} aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
