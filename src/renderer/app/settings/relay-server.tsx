import { useState, type FormEvent } from 'react';
import type { Preferences } from '../../../facts/preferences.ts';
import { t } from '../../../words/words.ts';
import { Button, Field, ProblemLine } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';

type Server = Preferences['relayServer'];

export interface RelayServerProps extends ActionState {
  readonly server: Server;
  readonly onSave: (server: Server) => Promise<{ readonly ok: boolean }>;
}

/** A STUN or TURN server that the person has been given. */
export function RelayServer({ server, pending, problem, onSave }: RelayServerProps) {
  const [url, setUrl] = useState(server.url);
  const [username, setUsername] = useState(server.username);
  const [password, setPassword] = useState(server.password);
  const wanted: Server = { url: url.trim(), username: username.trim(), password };
  const isTurn = /^turns?:/.test(wanted.url);
  /** Main has it, and no window: it stays what it is where nothing is typed. */
  const isKept = isTurn && wanted.url === server.url && wanted.username === server.username;
  const namesMissing = isTurn && (wanted.username === '' || (password === '' && !isKept));
  const changed = wanted.url !== server.url || wanted.username !== server.username || password !== server.password;
  const save = async (): Promise<void> => {
    const { ok } = await onSave(wanted.url === '' ? { url: '', username: '', password: '' } : wanted);
    if (ok) setPassword('');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <section className="card stack" aria-labelledby="settings-relay-server">
      <h2 id="settings-relay-server">{t('settings.relayServer')}</h2>
      <p className="soft small">{t('settings.relayServerHint')}</p>
      <form className="stack" onSubmit={submit} aria-labelledby="settings-relay-server">
        <Field
          label={t('settings.relayServerUrl')}
          hint={t('settings.relayServerUrlHint')}
          error={fieldProblem(problem, 'url') === undefined ? undefined : t('problem.field.relayServerUrl')}
          value={url}
          onValue={setUrl}
          maxLength={300}
          autoComplete="off"
          spellCheck={false}
        />
        <Field
          label={t('settings.relayServerUsername')}
          error={changed && namesMissing ? t('problem.field.relayServerNames') : undefined}
          value={username}
          onValue={setUsername}
          maxLength={256}
          autoComplete="off"
          spellCheck={false}
        />
        <Field
          label={t('settings.relayServerPassword')}
          {...(isKept && password === '' ? { hint: t('settings.relayServerPasswordKept') } : {})}
          type="password"
          value={password}
          onValue={setPassword}
          maxLength={256}
          autoComplete="off"
        />
        <ProblemLine text={generalProblem(problem, ['url', 'username', 'password'])} />
        <div>
          <Button type="submit" busy={pending} disabled={!changed || namesMissing}>
            {t('settings.saveRelayServer')}
          </Button>
        </div>
      </form>
    </section>
  );
}
