import type { Presence } from '../../../facts/contacts.ts';
import { Check, CircleAlert, Eye, EyeOff, Info, LoaderCircle, TriangleAlert, X } from 'lucide-react';
import { useId, useState, type ComponentProps, type KeyboardEvent, type ReactNode } from 'react';
import { capitals, firstLetter } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';

type ButtonLook = 'plain' | 'primary' | 'danger' | 'quiet' | 'icon' | 'back';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: ButtonLook;
  readonly size?: 'large';
  readonly wide?: boolean;
  readonly busy?: boolean;
  readonly type?: 'button' | 'submit';
}

export function Button({
  look = 'plain',
  size,
  wide = false,
  busy = false,
  type = 'button',
  disabled,
  className = '',
  children,
  ...rest
}: ButtonProps) {
  const names = [
    'button',
    look === 'plain' ? '' : look === 'back' ? 'button--quiet button--back' : `button--${look}`,
    size === undefined ? '' : `button--${size}`,
    wide ? 'button--wide' : '',
    className,
  ];
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={names.filter((name) => name !== '').join(' ')}
    >
      {busy && <LoaderCircle className="spin" size={20} aria-hidden />}
      {children}
    </button>
  );
}

/** A button that asks once more, in place, before it does something that cannot be undone. */
export function ConfirmButton({
  children,
  question,
  confirm,
  onConfirm,
  look = 'plain',
  label,
}: {
  readonly children: ReactNode;
  readonly question: string;
  readonly confirm: string;
  readonly onConfirm: () => void;
  readonly look?: ButtonLook;
  readonly label?: string;
}) {
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState(false);
  const ask = (): void => {
    setAsking(true);
    setAsked(true);
  };
  // After cancelling, the focus returns to the button that asked.
  if (!asking)
    return (
      <Button look={look} aria-label={label} title={label} autoFocus={asked} onClick={ask}>
        {children}
      </Button>
    );
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    setAsking(false);
  };
  return (
    <div className="row confirm" role="group" aria-label={question} onKeyDown={leave}>
      <span>{question}</span>
      <Button
        look="danger"
        onClick={() => {
          setAsking(false);
          onConfirm();
        }}
      >
        {confirm}
      </Button>
      <Button autoFocus onClick={() => setAsking(false)}>
        {t('common.cancel')}
      </Button>
    </div>
  );
}

interface FieldProps extends Omit<ComponentProps<'input'>, 'className' | 'id' | 'onChange'> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function Field({ label, hint, error, value, onValue, ...rest }: FieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <input
        {...rest}
        {...describedBy(id, hint, error)}
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </FieldFrame>
  );
}

/** A field for an access token: hidden until its eye is pressed, never remembered by the browser. */
export function SecretField({ label, hint, error, value, onValue, ...rest }: FieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <div className="input-row">
        <input
          {...rest}
          {...describedBy(id, hint, error)}
          id={id}
          className="input input--secret"
          type={shown ? 'text' : 'password'}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
        <Button
          look="icon"
          aria-label={shown ? t('account.hideToken') : t('account.showToken')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={22} aria-hidden /> : <Eye size={22} aria-hidden />}
        </Button>
      </div>
    </FieldFrame>
  );
}

function describedBy(id: string, hint: string | undefined, error: string | undefined) {
  const ids = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter((part) => part !== '').join(' ');
  return { ...(ids === '' ? {} : { 'aria-describedby': ids }), ...(error === undefined ? {} : { 'aria-invalid': true as const }) };
}

function FieldFrame({
  id,
  label,
  hint,
  error,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly hint: string | undefined;
  readonly error: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <span className="field__hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && <ProblemLine id={`${id}-error`} text={error} />}
    </div>
  );
}

/** A refusal in words, read out by screen readers when it appears. */
export function ProblemLine({ text, id }: { readonly text: string | undefined; readonly id?: string }) {
  if (text === undefined) return null;
  return (
    <p className="field__error" role="alert" id={id}>
      <CircleAlert size={20} aria-hidden />
      <span>{text}</span>
    </p>
  );
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly hint?: string;
}

export function Choices<V extends string>({
  legend,
  value,
  choices,
  onValue,
  legendHidden = false,
}: {
  readonly legend: string;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onValue: (value: V) => void;
  readonly legendHidden?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend className={legendHidden ? 'visually-hidden' : 'field__label choices__legend'}>{legend}</legend>
      {choices.map((choice) => {
        const id = `${name}-${choice.value}`;
        return (
          <label className="choice" key={choice.value}>
            <input
              type="radio"
              name={name}
              // The hint describes the choice; it is not its name.
              aria-labelledby={id}
              aria-describedby={choice.hint === undefined ? undefined : `${id}-hint`}
              checked={choice.value === value}
              onChange={() => onValue(choice.value)}
            />
            <span>
              <span id={id}>{choice.label}</span>
              {choice.hint !== undefined && (
                <span id={`${id}-hint`} className="field__hint choice__hint">
                  {choice.hint}
                </span>
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

export function Switch({
  label,
  on,
  onChange,
  busy = false,
}: {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly busy?: boolean;
}) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        aria-busy={busy || undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

const BANNER_ICON = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;

export function Banner({
  kind,
  children,
  onDismiss,
}: {
  readonly kind: 'info' | 'warning' | 'error';
  readonly children: ReactNode;
  readonly onDismiss?: () => void;
}) {
  const Icon = BANNER_ICON[kind];
  return (
    <div className={`banner banner--${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon size={22} aria-hidden />
      <div className="grow">{children}</div>
      {onDismiss !== undefined && (
        <div className="banner__close">
          <Button look="icon" aria-label={t('common.dismiss')} onClick={onDismiss}>
            <X size={20} aria-hidden />
          </Button>
        </div>
      )}
    </div>
  );
}

const AVATAR_TONES = 4;

/** Initials of a person; the tone is the same for the same name. */
export function Avatar({ name, presence }: { readonly name: string; readonly presence?: Presence | undefined }) {
  const initials = name
    .split(/[\s@.]+/)
    .filter((part) => part !== '')
    .slice(0, 2)
    .map((part) => capitals(firstLetter(part)))
    .join('');
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum += name.charCodeAt(at);
  const tone = sum % AVATAR_TONES;
  return (
    <span className={`avatar avatar--${tone}`} aria-hidden>
      {initials}
      {presence !== undefined && <span className={`avatar__dot dot dot--${presence}`} />}
    </span>
  );
}

/** A person in a list: who it is, how they are, and what more there is to say. */
export function Person({
  name,
  presence,
  children,
}: {
  readonly name: string;
  readonly presence?: Presence;
  readonly children: ReactNode;
}) {
  return (
    <>
      <Avatar name={name} presence={presence} />
      <span className="person__words">
        <span className="person__name">{name}</span>
        <span className="person__more">{children}</span>
      </span>
    </>
  );
}

const COPIED_SHOWN_MS = 3_000;

/** Copies, and says so for a while. */
export function CopyButton({
  label,
  onCopy,
  look = 'plain',
}: {
  readonly label: string;
  readonly onCopy: () => Promise<{ readonly ok: boolean }>;
  readonly look?: ButtonLook;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const result = await onCopy();
    setCopied(result.ok);
    if (result.ok) setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
  };
  return (
    <>
      <Button look={look} onClick={() => void copy()}>
        {copied && <Check size={20} aria-hidden />}
        {copied ? t('common.copied') : label}
      </Button>
      {/* Beside the button: a region that is read out gives the button around it no name. */}
      <span className="visually-hidden" role="status">
        {copied && t('common.copied')}
      </span>
    </>
  );
}
