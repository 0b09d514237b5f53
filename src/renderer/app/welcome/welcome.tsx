import type { Reach } from '../../../facts/hosting.ts';
import type { HomeFor } from '../../../facts/preferences.ts';
import { HandHelping, KeyRound, LifeBuoy } from 'lucide-react';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { t } from '../../../words/words.ts';
import type { HostingView, TransportView, TypedAccount } from '../../../preload/contract.ts';
import { Banner, Button, ProblemLine } from '../design/controls.tsx';
import { BrandMark } from '../design/brand.tsx';
import { problemText, type ActionState, type Problem } from '../problem.ts';
import type { IssuedAccount, WelcomeStep } from '../store.ts';
import { linkedAccount, linkProblem } from '../linked-account.ts';
import { serverInvitationIn, type ServerInvitation } from '../server-invitation.ts';
import { hasHelpLink } from '../../../protocol/xmpp/help-link.ts';
import { hasContactLink } from '../../../protocol/xmpp/invitation-link.ts';
import { GuestForm, type GuestFormProps } from '../home/guest-form.tsx';
import { NewAccountForm } from './account-form.tsx';
import { HostForm } from './host-start.tsx';
import { IssuedAccountCard } from './issued-account.tsx';
import { OtherForm } from './other-form.tsx';
import { WelcomeFrame } from './welcome-frame.tsx';
import './welcome.css';

export interface WelcomeProps {
  /** The part about invitation files, for people without a messenger. */
  readonly files: ReactNode;
  /** What a person did with a file was refused; the fold opens to say so. */
  readonly filesRefused: boolean;
  readonly step: WelcomeStep;
  readonly transports: readonly TransportView[];
  /** Of the person's own account on this computer's messenger; undefined before it has been made. */
  readonly address: string | undefined;
  readonly hosting: HostingView;
  readonly issued: IssuedAccount | undefined;
  readonly states: { readonly account: ActionState; readonly hosting: ActionState; readonly hostedAccounts: ActionState };
  readonly onStep: (step: WelcomeStep) => void;
  /** An account of this person signs in for the first time. */
  readonly trying: boolean;
  /** `home` says whom Home is for from now on, where the person has said. */
  readonly onSaveAccount: (account: TypedAccount, make: boolean, home?: HomeFor) => Promise<{ readonly ok: boolean }>;
  /** Of a server, where one was pasted. */
  readonly invitation: ServerInvitation | undefined;
  readonly onInvitation: (invitation: ServerInvitation) => void;
  readonly onKeepTrying: () => void;
  readonly onBeginHosting: (friendlyName: string, reach: Reach) => void;
  readonly onCreateOther: (account: { address: string; friendlyName: string }) => void;
  readonly onCopyIssued: (issued: IssuedAccount) => Promise<{ readonly ok: boolean }>;
  readonly onDone: () => void;
  /** Asking without an account. */
  readonly guest: GuestFormProps;
  /** A pasted message leads to somebody who helps without an account being needed. */
  readonly onOfferLink: (text: string) => void;
}

/** The sentence above the form: the transport's own, or the one that says that there is a choice. */
function leadOf(transports: readonly TransportView[]): string {
  const [first, ...others] = transports;
  return t(first === undefined || others.length > 0 ? 'account.whichLead' : first.lead);
}

/** The first start: two choices, and the way through each of them. */
export function Welcome(props: WelcomeProps) {
  // The last page speaks of the own account, so it waits for it.
  const step = props.step === 'hostReady' && props.address === undefined ? 'host' : props.step;
  switch (step) {
    case 'choose':
      return <Choose {...props} />;
    case 'need':
      return (
        <WelcomeFrame title={t('need.title')} lead={t('need.lead')} onBack={() => props.onStep('choose')}>
          <NeedForm
            {...props.states.account}
            files={props.files}
            filesRefused={props.filesRefused}
            onSave={(account) => void props.onSaveAccount(account, false, 'need')}
            onPaste={props.onOfferLink}
            onInvitation={props.onInvitation}
            onStep={props.onStep}
            keepTrying={<KeepTrying {...props} />}
            guest={props.guest}
          />
        </WelcomeFrame>
      );
    case 'account':
      return (
        <WelcomeFrame title={t('account.title')} lead={leadOf(props.transports)} onBack={() => props.onStep('choose')}>
          <NewAccount {...props} />
        </WelcomeFrame>
      );
    case 'host':
      return (
        <WelcomeFrame title={t('hostStart.title')} lead={t('hostStart.lead')} onBack={() => props.onStep('choose')}>
          <HostForm {...props.states.hosting} onBegin={props.onBeginHosting} onElsewhere={() => props.onStep('elsewhere')} />
        </WelcomeFrame>
      );
    case 'elsewhere':
      return (
        <WelcomeFrame title={t('account.title')} lead={t('hostStart.elsewhereLead')} onBack={() => props.onStep('host')}>
          <NewAccount {...props} transports={props.transports.filter(isReachedFromAnywhere)} home="give" />
        </WelcomeFrame>
      );
    default:
      return <HostReady {...props} address={props.address ?? ''} />;
  }
}

/** Servers of the internet's, on which people make accounts; a messenger on somebody's computer is in one network. */
const isReachedFromAnywhere = ({ makesAccounts }: TransportView): boolean => makesAccounts === true;

function NewAccount({ home, ...props }: WelcomeProps & { readonly home?: HomeFor }) {
  return (
    <div className="stack">
      <NewAccountForm
        key={props.invitation?.link}
        transports={props.transports}
        invitation={props.invitation}
        {...props.states.account}
        onSave={(account, make) => props.onSaveAccount(account, make, home)}
      />
      <KeepTrying {...props} />
    </div>
  );
}

function Choose({ files, filesRefused, onStep }: Pick<WelcomeProps, 'files' | 'filesRefused' | 'onStep'>) {
  const [filesOpen, setFilesOpen] = useState(false);
  return (
    <div className="welcome">
      <div className="welcome__hello">
        <BrandMark size={76} />
        <h1>{t('welcome.title')}</h1>
        <p className="welcome__lead">{t('welcome.lead')}</p>
      </div>
      <h2 id="welcome-question">{t('welcome.question')}</h2>
      <div className="welcome__choices" role="group" aria-labelledby="welcome-question">
        <BigChoice
          icon={<LifeBuoy size={30} aria-hidden />}
          title={t('welcome.need')}
          hint={t('welcome.needHint')}
          onChoose={() => onStep('need')}
        />
        <BigChoice
          icon={<HandHelping size={30} aria-hidden />}
          title={t('welcome.give')}
          hint={t('welcome.giveHint')}
          onChoose={() => onStep('host')}
        />
      </div>
      <details
        className="fold"
        open={filesOpen || filesRefused}
        onToggle={(event) => {
          setFilesOpen(event.currentTarget.open);
          if (event.currentTarget.open) event.currentTarget.scrollIntoView({ block: 'start' });
        }}
      >
        <summary>{t('welcome.other')}</summary>
        <div className="stack">
          <HaveAccount onStep={onStep} />
          {files}
        </div>
      </details>
    </div>
  );
}

function HaveAccount({ onStep }: Pick<WelcomeProps, 'onStep'>) {
  return (
    <div>
      <Button onClick={() => onStep('account')}>
        <KeyRound size={20} aria-hidden />
        {t('welcome.haveAccount')}
      </Button>
    </div>
  );
}

/** What trying again does not mend. */
const FOR_GOOD: readonly string[] = ['WRONG_CREDENTIALS', 'WRONG_KEY', 'NOT_PROTECTED'];

/** Nothing is wrong with what was typed where the other computer is only not there now. */
function KeepTrying({ trying, states, onKeepTrying }: Pick<WelcomeProps, 'trying' | 'states' | 'onKeepTrying'>) {
  const { problem } = states.account;
  if (!trying || problem === undefined || FOR_GOOD.includes(problem.code)) return null;
  return (
    <div>
      <Button onClick={onKeepTrying}>{t('need.keepTrying')}</Button>
    </div>
  );
}

/** Why the account of a pasted message does not sign in: nobody has typed a server or a token. */
function needProblem(problem: Problem | undefined): string | undefined {
  if (problem?.code === 'WRONG_CREDENTIALS') return t('need.refused');
  if (problem?.code === 'UNREACHABLE' && problem.carrier === undefined) return t('need.unreachable');
  return problemText(problem);
}

/** The message that the helper's program has made, pasted whole. */
function NeedForm({
  pending,
  problem,
  files,
  filesRefused,
  onSave,
  onPaste,
  onInvitation,
  onStep,
  keepTrying,
  guest,
}: ActionState &
  Pick<WelcomeProps, 'files' | 'filesRefused' | 'onInvitation' | 'onStep'> & {
    readonly onSave: (account: TypedAccount) => void;
    readonly onPaste: (text: string) => void;
    readonly keepTrying: ReactNode;
    readonly guest: GuestFormProps;
  }) {
  const id = useId();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const error = wrong ?? needProblem(problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (hasHelpLink(text)) return onPaste(text);
    const invitation = serverInvitationIn(text);
    if (invitation !== undefined) return onInvitation(invitation);
    if (hasContactLink(text)) return onPaste(text);
    try {
      onSave(linkedAccount(text));
    } catch (refused) {
      setWrong(linkProblem(refused));
    }
  };
  return (
    <div className="stack stack--wide">
      <section className="stack" aria-labelledby={`${id}-guest`}>
        <h2 id={`${id}-guest`}>{t('guest.title')}</h2>
        <p className="soft">{t('guest.lead')}</p>
        <GuestForm {...guest} />
      </section>
      <form className="stack" onSubmit={submit}>
        <h2>{t('guest.message')}</h2>
        <label className="field__label" htmlFor={id}>
          {t('need.message')}
        </label>
        <textarea
          id={id}
          className="input"
          rows={5}
          value={text}
          spellCheck={false}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          onChange={(event) => {
            setText(event.target.value);
            setWrong(undefined);
          }}
        />
        <ProblemLine id={`${id}-error`} text={error} />
        <div>
          <Button type="submit" busy={pending} disabled={text.trim() === ''}>
            {pending ? t('status.connecting') : t('need.begin')}
          </Button>
        </div>
      </form>
      {keepTrying}
      <details className="fold" open={filesRefused || undefined}>
        <summary>{t('need.nothing')}</summary>
        <div className="stack">
          <HaveAccount onStep={onStep} />
          {files}
        </div>
      </details>
    </div>
  );
}

function BigChoice({
  icon,
  title,
  hint,
  onChoose,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly hint: string;
  readonly onChoose: () => void;
}) {
  return (
    <button type="button" className="big-choice" onClick={onChoose}>
      <span className="big-choice__icon">{icon}</span>
      <span className="big-choice__title">{title}</span>
      <span className="big-choice__hint">{hint}</span>
    </button>
  );
}

function HostReady({ address, hosting, issued, states, onCreateOther, onCopyIssued, onDone }: WelcomeProps & { readonly address: string }) {
  if (issued !== undefined) {
    return (
      <WelcomeFrame title={t('hostStart.readyTitle')} lead={t('hostStart.readyLead', { address })}>
        <IssuedAccountCard issued={issued} doneLabel={t('hostStart.done')} onCopy={onCopyIssued} onDone={onDone} />
      </WelcomeFrame>
    );
  }
  return (
    <WelcomeFrame title={t('hostStart.readyTitle')} lead={t('hostStart.readyLead', { address })}>
      <div className="stack stack--wide">
        {hosting.tag === 'on' && hosting.reach === 'loopback' && <Banner kind="info">{t('hostStart.loopbackNote')}</Banner>}
        <OtherForm
          taken={hosting.tag === 'on' ? hosting.accounts.map((account) => account.address) : []}
          {...states.hostedAccounts}
          onCreate={onCreateOther}
        />
        <Button look="quiet" onClick={onDone}>
          {t('hostStart.later')}
        </Button>
      </div>
    </WelcomeFrame>
  );
}
