import type { Preferences } from '../../../facts/preferences.ts';
import { Expand, EyeOff, Info, Maximize, Minimize, Unplug, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { timeOfDay } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import { cameByFile } from '../../../protocol/applications/peer.ts';
import type { ControlState, SessionStatus } from '../../../protocol/assistance/status.ts';
import { Button } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';
import { displayName } from '../selectors.ts';
import type { WatchShares } from './codec-figures.tsx';
import { ControlButton } from './control-button.tsx';
import { Details } from './details.tsx';
import { EndedCard } from './ended-card.tsx';
import { KeyboardMenu } from './keyboard-menu.tsx';
import type { MonitorLook } from './monitor-choice.tsx';
import { useMonitorLook } from './monitor-look.ts';
import type { PictureKeyboard, PictureProps } from './picture.tsx';
import { ProgressCard } from './progress-card.tsx';
import { ScreensMenu, type WishedPart } from './screens-menu.tsx';
import { headline } from './session-words.ts';
import { expertMisses, seesInWords, whatIsShown } from './sharing-words.ts';
import { SoundInStep } from './sound-in-step.ts';
import { FULL_LOUDNESS, type Loudness, SoundMenu } from './sound-menu.tsx';
import { TalkButton } from './talk-button.tsx';
import { leadsOut } from '../../viewer/keyboard-listeners.ts';
import './expert-window.css';

type Scaling = Preferences['viewerScaling'];
const HINT_MS = 5_000;

export interface ExpertWindowProps {
  readonly session: SessionStatus;
  readonly scaling: Scaling;
  /** Of what the novice has written; undefined where one cannot write to them. */
  readonly unread: number | undefined;
  readonly onTalk: () => void;
  readonly fullScreen: boolean;
  readonly states: Readonly<Record<'session' | 'control' | 'viewer' | 'code' | 'sharing', ActionState>>;
  readonly onCode: (typed: string) => void;
  /** The element that fills the window with the novice's desktop. */
  readonly renderPicture: (
    own: Pick<
      PictureProps,
      'typing' | 'keyboard' | 'looking' | 'onMonitors' | 'onInputWithoutControl' | 'onLeave' | 'onTextTooLong' | 'onSoundFailure'
    >,
  ) => ReactNode;
  readonly onCancel: () => void;
  readonly onEnd: () => void;
  readonly onRequestControl: () => void;
  readonly onReleaseControl: () => void;
  readonly onScaling: (scaling: Scaling) => void;
  readonly onQuality: (quality: NonNullable<SessionStatus['quality']>) => void;
  /** Would like to see this instead. */
  readonly onWish: (part: WishedPart) => void;
  readonly onFullScreen: (on: boolean) => void;
  readonly onClose: () => void;
}

/** The expert's window: the steps, then the picture with a slim toolbar, then how it ended. */
export function ExpertWindow(props: ExpertWindowProps) {
  const { session } = props;
  switch (session.phase.tag) {
    case 'ended':
      return (
        <main className="expert-page">
          <div className="card">
            <EndedCard session={session} {...props.states.session} onClose={props.onClose} />
          </div>
        </main>
      );
    case 'connected':
      return <Viewing {...props} sinceMs={session.phase.sinceMs} />;
    default:
      return (
        <main className="expert-page">
          <div className="card">
            <ProgressCard
              session={session}
              {...props.states.session}
              codeState={props.states.code}
              onCode={props.onCode}
              onCancel={props.onCancel}
            />
          </div>
        </main>
      );
  }
}

function Viewing(props: ExpertWindowProps & { readonly sinceMs: number }) {
  const { session, scaling, fullScreen, states, onFullScreen } = props;
  const { search } = session;
  const silent = session.silentSinceMs !== undefined || search !== undefined;
  const name = displayName(session.peer);
  const { hint, say } = usePassingHint(session.control, displayName(session.peer), session.search !== undefined);
  const [chosen, setTyping] = useState<PictureProps['typing']>();
  const typing = chosen ?? (session.takesText === true ? 'text' : 'positions');
  const keyboard = useRef<PictureKeyboard>(null);
  /** For developers: how each part of the picture came is shown in colours. */
  const marked = useRef(false);
  const toolbar = useRef<HTMLDivElement>(null);
  const watchShares = useCallback<WatchShares>((listener) => keyboard.current?.watchShares(listener) ?? (() => undefined), []);
  const leave = useCallback(() => {
    toolbar.current?.querySelector<HTMLElement>('button:enabled, summary')?.focus();
    say(t('viewer.left'));
  }, [say]);
  const refused = states.control.problem ?? states.session.problem ?? states.viewer.problem ?? states.sharing.problem;
  const misses = expertMisses(session);
  const { onMonitors, ...look } = useMonitorLook();

  // Goes away by itself like every hint, because it lies on the picture.
  useEffect(() => {
    if (refused !== undefined) say(problemText(refused));
  }, [refused, say]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F11') return;
      event.preventDefault();
      event.stopPropagation();
      if (event.type !== 'keydown' || event.repeat) return;
      // What is held together with it was meant for this window.
      keyboard.current?.releaseKeys();
      if (event.ctrlKey && event.shiftKey) {
        marked.current = !marked.current;
        keyboard.current?.setMarks(marked.current);
      } else onFullScreen(!fullScreen);
    };
    // Before the viewer sees it: F11 is ours in both directions.
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('keyup', onKey, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('keyup', onKey, true);
    };
  }, [fullScreen, onFullScreen]);

  useEffect(() => {
    // What comes as far as this was not pressed in the picture.
    const onKey = (event: KeyboardEvent) => {
      if (!leadsOut(event)) return;
      event.preventDefault();
      leave();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [leave]);

  const [loudness, setLoudness] = useState(FULL_LOUDNESS);
  useEffect(() => keyboard.current?.setVolume(loudness.muted ? 0 : (loudness.volume / 100) ** 2), [loudness]);
  const heard = session.sound?.state === 'on';
  const wasHeard = useRef(heard);
  useEffect(() => {
    if (wasHeard.current !== heard) say(t(heard ? 'sound.expert.nowOn' : 'sound.expert.nowOff', { name }));
    wasHeard.current = heard;
  }, [heard, name, say]);

  const kept = session.keptAway;
  const keptTold = useRef(0);
  useEffect(() => {
    if (kept === undefined || kept.count === keptTold.current) return;
    keptTold.current = kept.count;
    // While nothing new is shown, that is said already.
    if (misses !== undefined && kept.what !== 'pointer' && kept.what !== 'keys') return;
    say(t(`control.expert.keptAway.${kept.what}`));
  }, [kept, misses, say]);

  const sees = seesInWords(session);
  const shown = whatIsShown(session);
  const shownTold = useRef<string>(undefined);
  useEffect(() => {
    if (shownTold.current === shown) return;
    shownTold.current = shown;
    if (sees !== undefined) say(sees);
  }, [shown, sees, say]);
  const { partWish } = session;
  useEffect(() => {
    if (partWish !== undefined) say(t(`sharing.expert.${partWish}`, { name }));
  }, [partWish, name, say]);

  useEffect(() => {
    if (fullScreen) say(t('viewer.fullScreenHint'));
  }, [fullScreen, say]);

  return (
    <main className={fullScreen ? 'viewing viewing--full' : 'viewing'}>
      <SoundInStep picture={keyboard} />
      <Toolbar
        {...props}
        place={toolbar}
        watchShares={watchShares}
        look={look}
        loudness={loudness}
        onLoudness={setLoudness}
        keyboardMenu={
          <KeyboardMenu
            name={displayName(session.peer)}
            granted={session.control === 'granted' && search === undefined}
            layout={session.keyboard}
            typing={typing}
            onTyping={setTyping}
            onSend={(codes) => keyboard.current?.sendKeys(codes)}
          />
        }
      />
      <div
        className={`viewing__picture viewing__picture--${scaling}${silent ? ' viewing__picture--silent' : ''}${session.sharing?.state === 'gone' ? ' viewing__picture--gone' : ''}`}
      >
        {props.renderPicture({
          typing,
          keyboard,
          looking: look.looking,
          onMonitors,
          onInputWithoutControl: () =>
            say(search !== undefined ? t('missing.expert.hint', { name }) : silent ? t('line.expert.hint') : controlHint(session)),
          onLeave: leave,
          onTextTooLong: () => say(t('viewer.textTooLong')),
          onSoundFailure: () => say(t('sound.expert.cannotPlay')),
        })}
        <div className="viewing__line" role="status" aria-live="assertive">
          {silent && (
            <div>
              <Unplug size={28} aria-hidden />
              <div>
                <h2 className="break">{headline(session)}</h2>
                <p>
                  {search === undefined ? t('line.expert.waiting') : t('missing.expert.now', { name, time: timeOfDay(search.untilMs) })}
                </p>
              </div>
            </div>
          )}
          {!silent && misses !== undefined && (
            <div>
              <EyeOff size={28} aria-hidden />
              <h2 className="break">{misses}</h2>
            </div>
          )}
        </div>
        <div className="viewing__hint" role="status" aria-live="polite">
          {hint !== undefined && (
            <p>
              <Info size={20} aria-hidden />
              <span>{hint}</span>
            </p>
          )}
        </div>
      </div>
    </main>
  );
}

function controlHint({ control, controlPause, peer }: SessionStatus): string {
  const name = displayName(peer);
  if (controlPause !== undefined) return t('control.expert.hintPaused', { name, count: controlPause.quietSeconds });
  switch (control) {
    case 'asked':
      return t('control.expert.hintAsked', { name });
    case 'refused':
      return t('control.expert.hintRefused', { name });
    default:
      return t('control.expert.hintNo', { name });
  }
}

/** A sentence that goes away by itself, and when the connection goes or comes back; also says when control comes and goes. */
function usePassingHint(
  control: ControlState,
  name: string,
  missing: boolean,
): { readonly hint: string | undefined; readonly say: (text: string) => void } {
  const [said, setSaid] = useState<{ readonly text: string; readonly missing: boolean }>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const nowMissing = useRef(missing);
  useEffect(() => {
    nowMissing.current = missing;
  }, [missing]);
  const [say] = useState(() => (text: string) => {
    clearTimeout(timer.current);
    setSaid({ text, missing: nowMissing.current });
    timer.current = setTimeout(() => setSaid(undefined), HINT_MS);
  });
  const before = useRef(control);
  useEffect(() => {
    if (before.current === control) return;
    if (control === 'granted') say(t('control.expert.nowGranted', { name }));
    else if (before.current === 'granted') say(t('control.expert.nowLost'));
    else if (control === 'refused') say(t('control.expert.hintRefused', { name }));
    before.current = control;
  }, [control, name, say]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { hint: said?.missing === missing ? said.text : undefined, say };
}

function Toolbar({
  session,
  sinceMs,
  scaling,
  fullScreen,
  states,
  unread,
  onTalk,
  onEnd,
  onRequestControl,
  onReleaseControl,
  onScaling,
  onQuality,
  onWish,
  onFullScreen,
  place,
  watchShares,
  look,
  loudness,
  onLoudness,
  keyboardMenu,
}: ExpertWindowProps & {
  readonly sinceMs: number;
  readonly place: RefObject<HTMLDivElement | null>;
  readonly watchShares: WatchShares;
  readonly look: MonitorLook;
  readonly loudness: Loudness;
  readonly onLoudness: (loudness: Loudness) => void;
  readonly keyboardMenu: ReactNode;
}) {
  const name = displayName(session.peer);
  return (
    <div className="toolbar" role="toolbar" aria-label={t('viewer.toolbar')} aria-keyshortcuts="Control+Alt+Home" ref={place}>
      <span className="toolbar__name" title={cameByFile(session.peer) ? name : session.peer.address}>
        {name}
      </span>
      {session.peer.verification?.tag === 'unverified' && <span className="unverified">{t('verified.unverifiedShort')}</span>}
      <ControlButton
        control={session.control}
        paused={session.controlPause !== undefined}
        missing={session.search !== undefined}
        name={name}
        busy={states.control.pending}
        onRequest={onRequestControl}
        onRelease={onReleaseControl}
      />
      <span className="toolbar__gap" />
      <Details session={session} sinceMs={sinceMs} onQuality={onQuality} watchShares={watchShares} />
      <ScreensMenu session={session} look={look} onWish={onWish} />
      {session.sound !== undefined && session.search === undefined && (
        <SoundMenu name={name} sound={session.sound} loudness={loudness} onLoudness={onLoudness} />
      )}
      {keyboardMenu}
      {unread !== undefined && <TalkButton look="tool" name={name} unread={unread} onTalk={onTalk} />}
      <span className="toolbar__pair">
        <ToolButton label={t('viewer.fit')} pressed={scaling === 'fit'} onClick={() => onScaling('fit')}>
          <Expand size={20} aria-hidden />
        </ToolButton>
        <ToolButton label={t('viewer.actual')} pressed={scaling === 'actual'} onClick={() => onScaling('actual')}>
          <span className="tool__one-to-one" aria-hidden />
        </ToolButton>
      </span>
      <ToolButton
        label={fullScreen ? t('viewer.leaveFullScreen') : t('viewer.fullScreen')}
        keys="F11"
        onClick={() => onFullScreen(!fullScreen)}
      >
        {fullScreen ? <Minimize size={20} aria-hidden /> : <Maximize size={20} aria-hidden />}
      </ToolButton>
      <Button look="danger" busy={states.session.pending} onClick={onEnd}>
        <X size={20} aria-hidden />
        {t('session.end')}
      </Button>
    </div>
  );
}

function ToolButton({
  label,
  keys,
  pressed,
  onClick,
  children,
}: {
  readonly label: string;
  readonly keys?: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={label}
      aria-keyshortcuts={keys}
      title={keys === undefined ? label : `${label} (${keys})`}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
