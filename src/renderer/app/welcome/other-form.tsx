import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import { freeAddressFor } from '../address.ts';
import { Button, Field, ProblemLine } from '../design/controls.tsx';
import { fieldProblem, problemText, type ActionState } from '../problem.ts';

/** Name and address of an account to be made on this computer's messenger; the address follows the name until it is typed. */
export function OtherForm({
  taken,
  pending,
  problem,
  onCreate,
}: ActionState & {
  readonly taken: readonly string[];
  readonly onCreate: (account: { address: string; friendlyName: string }) => void;
}) {
  const [name, setName] = useState('');
  const [typedAddress, setTypedAddress] = useState<string>();
  const address = typedAddress ?? (name.trim() === '' ? '' : freeAddressFor(name, 'helper', taken));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCreate({ address: address.trim(), friendlyName: name.trim() });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field
        label={t('hostStart.otherName')}
        value={name}
        onValue={setName}
        error={fieldProblem(problem, 'friendlyName')}
        required
        maxLength={100}
        autoComplete="off"
      />
      <Field
        label={t('hostStart.otherAddress')}
        hint={t('hostStart.otherAddressHint')}
        value={address}
        onValue={setTypedAddress}
        error={fieldProblem(problem, 'address')}
        required
        maxLength={129}
        autoComplete="off"
        spellCheck={false}
      />
      {problem !== undefined && fieldProblem(problem, 'friendlyName') === undefined && fieldProblem(problem, 'address') === undefined && (
        <ProblemLine text={problemText(problem)} />
      )}
      <Button type="submit" look="primary" busy={pending} disabled={name.trim() === ''}>
        {t('hostStart.makeAccount')}
      </Button>
    </form>
  );
}
