import { ArrowUpDown, ChevronDown, ChevronUp, Hand, Monitor, MousePointerClick, ShieldCheck, Square, Unplug } from 'lucide-react';
import { timeOfDay } from '../../../words/locale.ts';
import { sharedScreenName, titleInWords } from '../../../words/sharing.ts';
import { t } from '../../../words/words.ts';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { Elapsed } from '../clock.tsx';
import { Button, ProblemLine } from '../design/controls.tsx';
import { shortcutText } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import { CodeDialogue } from './code-dialogue.tsx';
import { EndedCard } from './ended-card.tsx';
import { OwnSound, SoundIsOn } from './own-sound.tsx';
import { NoviceDetails } from './novice-details.tsx';
import { headline } from './session-words.ts';
import { hasSomethingElse } from './sharing-words.ts';
import { usePhaseHint } from './phase-hint.ts';
import { Steps } from './steps.tsx';
import { VerifiedLine } from './verified-line.tsx';
import { TalkButton } from './talk-button.tsx';
import './session-card.css';
import './novice-panel.css';

export interface NovicePanelProps {
  readonly session: SessionStatus;
  /** Undefined where no keys are surely ours. */
  readonly stopShortcut: string | undefined;
  readonly states: Readonly<Record<'session' | 'control' | 'sound' | 'code' | 'sharing', ActionState>>;
  readonly onCode: (typed: string) => void;
  /** A slim bar, while the screen is shared. */
  readonly folded: boolean;
  /** Of what the expert has written; undefined where one cannot write to them. */
  readonly unread: number | undefined;
  readonly onFold: (on: boolean) => void;
  readonly onMove: () => void;
  readonly onTalk: () => void;
  readonly onStop: () => void;
  readonly onOfferControl: () => void;
  readonly onTakeBackControl: () => void;
  readonly onSound: (on: boolean) => void;
  readonly onStillHelping: () => void;
  /** The novice would show something else; main asks what. */
  readonly onChangeShared: () => void;
  readonly onClose: () => void;
}

/** The novice's small window that stays on top: who sees what, and the way to stop it. */
export function NovicePanel(props: NovicePanelProps) {
  const { session } = props;
  if (session.phase.tag === 'ended') {
    return (
      <main className="panel">
        <SeenLine session={session} />
        <div className="panel__body" role="region" aria-label={t('session.aboutRegion')} tabIndex={0}>
          <EndedCard compact session={session} {...props.states.session} onClose={props.onClose} />
        </div>
      </main>
    );
  }
  return session.phase.tag === 'connected' ? <Sharing {...props} sinceMs={session.phase.sinceMs} /> : <Connecting {...props} />;
}

/** Red while someone sees the screen, green while nobody does; the words say the same. */
function SeenLine({ session, sinceMs }: { readonly session: SessionStatus; readonly sinceMs?: number }) {
  const seen = session.phase.tag === 'connected' && session.viewing && session.sharing?.state !== 'gone';
  const words =
    session.phase.tag === 'connected' ? headline(session.viewing ? { ...session, control: 'no' } : session) : t('phase.novice.nobody');
  return (
    <header className={seen ? 'seen seen--live' : 'seen'}>
      <span className={`dot dot--${seen ? 'live' : 'safe'}`} aria-hidden />
      <div className="grow" role="status" aria-live="assertive">
        <h1 className="break">
          <Titled words={words} title={titleInWords(session.sharing ?? {})} />
        </h1>
      </div>
      {sinceMs !== undefined && (
        <span className="seen__time" role="timer" aria-label={t('session.duration')}>
          <Elapsed sinceMs={sinceMs} />
        </span>
      )}
    </header>
  );
}

/** What is said, in which a window's title is not read out each time that it is another one. */
function Titled({ words, title }: { readonly words: string; readonly title: string }) {
  const at = title === '' ? -1 : words.lastIndexOf(title);
  if (at < 0) return words;
  return (
    <>
      {words.slice(0, at)}
      <span aria-live="off">{title}</span>
      {words.slice(at + title.length)}
    </>
  );
}

function Connecting({ session, states, onCode, onStop }: NovicePanelProps) {
  const hint = usePhaseHint(session);
  return (
    <main className="panel">
      <SeenLine session={session} />
      <div className="panel__body" role="region" aria-label={t('session.aboutRegion')} tabIndex={0}>
        <div className="stack stack--tight">
          <div role="status" aria-live="polite">
            <h2 className="break">{headline(session)}</h2>
          </div>
          {hint !== undefined && <p className="soft break">{hint}</p>}
          <VerifiedLine peer={session.peer} />
        </div>
        <CodeDialogue session={session} {...states.code} onCode={onCode} />
        <details className="fold">
          <summary>{t('session.details')}</summary>
          <Steps session={session} />
        </details>
      </div>
      <footer className="panel__foot">
        <ProblemLine text={problemText(states.session.problem)} />
        <Button wide busy={states.session.pending} onClick={onStop}>
          {t('session.cancel')}
        </Button>
      </footer>
    </main>
  );
}

function Sharing({
  session,
  sinceMs,
  stopShortcut,
  states,
  folded,
  unread,
  onFold,
  onMove,
  onTalk,
  onStop,
  onOfferControl,
  onTakeBackControl,
  onSound,
  onStillHelping,
  onChangeShared,
}: NovicePanelProps & { readonly sinceMs: number }) {
  const name = displayName(session.peer);
  const granted = session.control === 'granted';
  const missing = session.search !== undefined;
  // Nothing that the expert does arrives anywhere, and what helps is to show something else.
  const gone = session.sharing?.state === 'gone';
  const changes = !missing && session.sharing !== undefined && hasSomethingElse(session.sharing);
  const { sound } = session;
  const ownSound = sound === undefined ? null : <OwnSound name={name} sound={sound} state={states.sound} onSound={onSound} />;
  return (
    <main className={folded ? `panel panel--folded${gone ? ' panel--gone' : ''}` : 'panel'}>
      <SeenLine session={session} sinceMs={sinceMs} />
      <div className="panel__body" role="region" aria-label={t('session.aboutRegion')} tabIndex={0}>
        <VerifiedLine peer={session.peer} />
        <MissingLine session={session} />
        {session.wishedPart !== undefined && session.sharing !== undefined && (
          <p className="panel__hint" role="status" aria-live="polite">
            <Monitor size={22} aria-hidden />
            <span className="break">{wishWords(session.sharing, session.wishedPart, name)}</span>
          </p>
        )}
        {session.attendance !== undefined && (
          <section className="attendance">
            <p className="break" role="status" aria-live="polite">
              {t(`attendance.${session.attendance}`, { name })}
            </p>
            <Button onClick={onStillHelping}>{t('attendance.yes')}</Button>
          </section>
        )}
        {session.endsAtMs !== undefined && (
          <p className="attendance__end break" role="status" aria-live="polite">
            {t('attendance.ends', { time: timeOfDay(session.endsAtMs) })}
          </p>
        )}
        {missing || gone ? null : (
          <section className={granted ? 'hands hands--given' : 'hands'} data-control={session.control}>
            <p className="hands__state break" role="status" aria-live="assertive">
              {granted ? <MousePointerClick size={26} aria-hidden /> : <Hand size={26} aria-hidden />}
              <span>
                {session.controlPause === undefined
                  ? handsWords(session, name)
                  : t('control.novice.paused', { name, count: session.controlPause.quietSeconds })}
              </span>
            </p>
            {session.controlWished === true && (
              <p className="hands__wish soft break" role="status" aria-live="polite">
                {t('control.novice.wished', { name })}
              </p>
            )}
            {session.control === 'asked' || session.control === 'offered' ? null : granted ? (
              <Button look="primary" wide busy={states.control.pending} onClick={onTakeBackControl}>
                {t('control.novice.takeBack')}
              </Button>
            ) : (
              <Button wide busy={states.control.pending} onClick={onOfferControl}>
                {t('control.novice.give', { name })}
              </Button>
            )}
            <ProblemLine text={problemText(states.control.problem)} />
          </section>
        )}
        {changes && (
          <Button wide className="change" look={gone ? 'primary' : 'plain'} busy={states.sharing.pending} onClick={onChangeShared}>
            <Monitor size={22} aria-hidden />
            {t('sharing.novice.change')}
          </Button>
        )}
        <ProblemLine text={problemText(states.sharing.problem)} />
        {missing || sound?.state === 'unavailable' ? null : ownSound}
        <p className="panel__hint">
          <ShieldCheck size={22} aria-hidden />
          <span>{t('session.scamHint')}</span>
        </p>
        {sound?.state === 'unavailable' ? ownSound : null}
        <NoviceDetails session={session} seen={!folded} />
      </div>
      <div className="panel__tools" role="group" aria-label={t('panel.tools')}>
        {changes && folded && !gone && (
          <Button
            look="icon"
            aria-label={t('sharing.novice.change')}
            title={t('sharing.novice.change')}
            busy={states.sharing.pending}
            onClick={onChangeShared}
          >
            <Monitor size={22} aria-hidden />
          </Button>
        )}
        {unread !== undefined && <TalkButton look="icon" name={name} unread={unread} onTalk={onTalk} />}
        {folded && sound !== undefined && <SoundIsOn name={name} sound={sound} onSound={onSound} />}
        {folded && (
          <Button look="icon" aria-label={t('panel.move')} title={t('panel.move')} onClick={onMove}>
            <ArrowUpDown size={22} aria-hidden />
          </Button>
        )}
        <FoldButton folded={folded} onFold={onFold} />
      </div>
      <footer className="panel__foot">
        <ProblemLine text={problemText(states.session.problem)} />
        <Button
          look="danger"
          size="large"
          wide
          busy={states.session.pending}
          onClick={onStop}
          {...(stopShortcut === undefined ? {} : { 'aria-describedby': 'stop-keys' })}
        >
          <Square size={22} fill="currentColor" aria-hidden />
          {t('session.stopLong')}
        </Button>
        {stopShortcut !== undefined && (
          <p className="panel__keys" id="stop-keys">
            {t('session.stopShortcut', { shortcut: shortcutText(stopShortcut) })}
          </p>
        )}
      </footer>
    </main>
  );
}

/** Whether the expert may use mouse and keyboard, and where. */
function handsWords({ control, sharing }: SessionStatus, name: string): string {
  const part = sharing?.part.tag ?? 'all';
  return control === 'granted' && part !== 'all' ? t(`control.novice.granted.${part}`, { name }) : t(`control.novice.${control}`, { name });
}

function wishWords(sharing: NonNullable<SessionStatus['sharing']>, wished: NonNullable<SessionStatus['wishedPart']>, name: string): string {
  const screen = wished.tag === 'screen' ? sharedScreenName(sharing, wished.id) : undefined;
  return screen === undefined ? t('sharing.novice.wishAll', { name }) : t('sharing.novice.wish', { name, screen });
}

/** What it means that nothing comes from the expert. */
function MissingLine({ session }: { readonly session: SessionStatus }) {
  const { search, silentSinceMs } = session;
  if (search === undefined && silentSinceMs === undefined) return null;
  const name = displayName(session.peer);
  return (
    <p className="panel__hint">
      <Unplug size={22} aria-hidden />
      <span>
        {search === undefined ? (
          t('line.novice.released')
        ) : (
          <>
            {t('missing.novice.now', { name })} {t('missing.novice.then', { name, time: timeOfDay(search.untilMs) })}
          </>
        )}
      </span>
    </p>
  );
}

function FoldButton({ folded, onFold }: Pick<NovicePanelProps, 'folded' | 'onFold'>) {
  const label = folded ? t('panel.unfold') : t('panel.fold');
  const Icon = folded ? ChevronUp : ChevronDown;
  return (
    <Button look="icon" aria-label={label} title={label} aria-expanded={!folded} onClick={() => onFold(!folded)}>
      <Icon size={24} aria-hidden />
    </Button>
  );
}
