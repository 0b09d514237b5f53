import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import { Button, Field, ProblemLine, SecretField } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';
import type { NewAccount } from '../actions.ts';

const FIELDS = ['server', 'address', 'friendlyName', 'accessToken'] as const;

export interface AccountFormProps extends ActionState {
  readonly initial?: { readonly server: string; readonly address: string; readonly friendlyName: string };
  readonly onSave: (account: NewAccount) => void;
  readonly onCancel?: () => void;
}

export function AccountForm({ initial, pending, problem, onSave, onCancel }: AccountFormProps) {
  const [server, setServer] = useState(initial?.server ?? '');
  const [address, setAddress] = useState(initial?.address ?? '');
  const [friendlyName, setFriendlyName] = useState(initial?.friendlyName ?? '');
  const [accessToken, setAccessToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({ server: server.trim(), address: address.trim(), friendlyName: friendlyName.trim(), accessToken: accessToken.trim() });
  };
  const filled = [server, address, friendlyName, accessToken].every((value) => value.trim() !== '');
  return (
    <form className="stack" onSubmit={submit}>
      <Field
        label={t('account.server')}
        hint={t('account.serverHint')}
        value={server}
        onValue={setServer}
        error={fieldProblem(problem, 'server')}
        autoFocus
        required
        maxLength={255}
        spellCheck={false}
        autoComplete="off"
      />
      <Field
        label={t('account.address')}
        hint={t('account.addressHint')}
        value={address}
        onValue={setAddress}
        error={fieldProblem(problem, 'address')}
        required
        maxLength={129}
        spellCheck={false}
        autoComplete="off"
      />
      <Field
        label={t('account.friendlyName')}
        hint={t('account.friendlyNameHint')}
        value={friendlyName}
        onValue={setFriendlyName}
        error={fieldProblem(problem, 'friendlyName')}
        required
        maxLength={100}
        autoComplete="name"
      />
      <SecretField
        label={t('account.accessToken')}
        hint={t('account.accessTokenHint')}
        value={accessToken}
        onValue={setAccessToken}
        error={fieldProblem(problem, 'accessToken')}
        required
        maxLength={256}
      />
      <ProblemLine text={generalProblem(problem, FIELDS)} />
      <div className="row">
        <Button type="submit" look="primary" busy={pending} disabled={!filled}>
          {t('account.save')}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
      </div>
    </form>
  );
}
