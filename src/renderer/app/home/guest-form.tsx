import { LifeBuoy, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import { Button, Field, ProblemLine } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';
import { GuestAuthority, GuestName, type GuestSelf } from './guest-self.tsx';
import './file-invitation.css';

/** Whom to ask without an account, as it was typed. */
export interface TypedGuest extends GuestSelf {
  readonly address: string;
  readonly code: string;
  readonly server: string;
}

export interface GuestFormProps extends ActionState {
  /** What this person may be called; empty where nothing is known. */
  readonly suggestedName: string;
  /** After a wrong code. */
  readonly triesLeft: number | undefined;
  readonly onAsk: (typed: TypedGuest) => void;
  readonly onStop: () => void;
}

const FIELDS = ['address', 'code', 'server', 'name', 'authority'] as const;

/** An address and a code, as they are read out on the phone: nothing else is needed to ask for help. */
export function GuestForm({ pending, problem, suggestedName, triesLeft, onAsk, onStop }: GuestFormProps) {
  const [typed, setTyped] = useState<TypedGuest>({ address: '', code: '', server: '', name: suggestedName, authority: '' });
  const change = (field: keyof TypedGuest) => (value: string) => setTyped((before) => ({ ...before, [field]: value }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { address, code, server, name, authority } = typed;
    onAsk({ address: address.trim(), code: code.trim(), server: server.trim(), name: name.trim(), authority: authority.trim() });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field
        label={t('guest.address')}
        hint={t('guest.addressHint')}
        error={fieldProblem(problem, 'address')}
        value={typed.address}
        onValue={change('address')}
        required
        maxLength={320}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
      />
      <div className="offered__password offered__password--capitals">
        <Field
          label={t('guest.code')}
          hint={t('guest.codeHint')}
          error={codeProblem(problem)}
          value={typed.code}
          onValue={change('code')}
          required
          maxLength={40}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
        />
      </div>
      {problem?.code === 'GUEST_CODE_WRONG' && triesLeft !== undefined && <p>{t('guest.triesLeft', { count: triesLeft })}</p>}
      <GuestName value={typed.name} onValue={change('name')} error={fieldProblem(problem, 'name')} />
      <ProblemLine text={codeProblem(problem) === undefined ? generalProblem(problem, FIELDS) : undefined} />
      <div className="row">
        <Button
          type="submit"
          look="primary"
          busy={pending}
          disabled={[typed.address, typed.code, typed.name].some((text) => text.trim() === '')}
        >
          <LifeBuoy size={20} aria-hidden />
          {pending ? t('guest.asking') : t('guest.ask')}
        </Button>
        {pending && (
          <Button onClick={onStop}>
            <X size={20} aria-hidden />
            {t('common.cancel')}
          </Button>
        )}
      </div>
      <details className="fold" open={isFoldWrong(problem) || undefined}>
        <summary>{t('guest.more')}</summary>
        <div className="stack">
          <Field
            label={t('guest.server')}
            hint={t('guest.serverHint')}
            error={fieldProblem(problem, 'server')}
            value={typed.server}
            onValue={change('server')}
            maxLength={255}
            autoComplete="off"
            spellCheck={false}
          />
          <GuestAuthority value={typed.authority} onValue={change('authority')} error={fieldProblem(problem, 'authority')} />
        </div>
      </details>
    </form>
  );
}

/** What is folded away is shown where it is what is wrong. */
export function isFoldWrong(problem: ActionState['problem']): boolean {
  const inside = fieldProblem(problem, 'server') ?? fieldProblem(problem, 'authority');
  return inside !== undefined || problem?.code === 'GUEST_SERVER_NOT_PROVED';
}

/** Also where the code cannot be one. */
function codeProblem(problem: ActionState['problem']): string | undefined {
  return fieldProblem(problem?.code === 'BAD_GUEST_CODE' ? { ...problem, field: 'code' } : problem, 'code');
}
