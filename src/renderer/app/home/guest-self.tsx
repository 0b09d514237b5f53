import { t } from '../../../words/words.ts';
import { Field } from '../design/controls.tsx';

/** Who asks without an account: what the expert reads, and the file of an authority where the server has one of its own. */
export interface GuestSelf {
  readonly name: string;
  readonly authority: string;
}

interface Part {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error: string | undefined;
}

/** The name that the other person is shown: never one that the person has not seen. */
export function GuestName({ value, onValue, error }: Part) {
  return (
    <Field
      label={t('guest.name')}
      hint={t('guest.nameHint')}
      error={error}
      value={value}
      onValue={onValue}
      required
      maxLength={100}
      autoComplete="name"
    />
  );
}

export function GuestAuthority({ value, onValue, error }: Part) {
  return (
    <Field
      label={t('guest.authority')}
      hint={t('guest.authorityHint')}
      error={error}
      value={value}
      onValue={onValue}
      maxLength={1_024}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
