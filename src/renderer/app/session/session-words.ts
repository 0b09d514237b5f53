/** Which sentence a session shows, by phase and role. */
import { timeOfDay } from '../../../words/locale.ts';
import { isWordKey, t } from '../../../words/words.ts';
import type { EndReason, Role, SessionConnection, SessionPhase, SessionStatus, StepNumber } from '../../../protocol/assistance/status.ts';
import { displayName } from '../selectors.ts';
import { secondsUntil } from '../figures.ts';
import { noviceShows } from './sharing-words.ts';
import { connectedWords, wayText } from './way-words.ts';

type RunningTag = Exclude<SessionPhase['tag'], 'ended'>;

/** One line: where we are. */
export function headline(session: SessionStatus): string {
  const name = displayName(session.peer);
  const { phase, role } = session;
  if (phase.tag === 'ended') return endedSentence(role, phase.reason, name, session.offered, phase.answeredOn);
  if (phase.tag === 'connected') {
    const missing = missingSinceMs(session);
    if (missing !== undefined) return t(`missing.${role}.headline`, { name, time: timeOfDay(missing) });
    if (session.silentSinceMs !== undefined) return t(`line.${role}.silent`, { name });
    // While nothing is shown, mouse and keyboard do nothing.
    if (session.control === 'granted' && session.sharing?.state !== 'gone') return t(`phase.${role}.controlled`, { name });
    if (role === 'expert') return t('phase.expert.connected', { name });
    return session.viewing ? (noviceShows(session) ?? t('phase.novice.connected', { name })) : t('phase.novice.notViewing', { name });
  }
  if (session.code !== undefined) return t(`phase.${role}.code`, { name });
  if (phase.tag === 'connecting') return wayText(phase.way, `trying.${role}`, { name });
  if (role === 'expert' && session.offered && phase.tag === 'inviting') return t('phase.offered.inviting', { name });
  return t(`phase.${role}.${phase.tag}`, { name });
}

/** Since when the other side is missing and looked for. */
function missingSinceMs({ search, silentSinceMs }: SessionStatus): number | undefined {
  return search === undefined ? undefined : (silentSinceMs ?? search.sinceMs);
}

/** By invitation file: nobody accepted anything over a messenger. */
export const isByFile = (session: SessionStatus): boolean => session.steps[1]?.state === 'notNeeded';

/** What that means for the person, while nothing is shown yet. */
export function phaseHint(session: SessionStatus, nowMs: number): string | undefined {
  const { phase, role } = session;
  if (phase.tag === 'ended' || phase.tag === 'connected') return undefined;
  const name = displayName(session.peer);
  if (role === 'expert' && session.offered && phase.tag === 'inviting') return t('phase.hint.offered.inviting', { name });
  if (session.code !== undefined) return t(`phase.hint.code.${session.code.tag === 'tell' ? 'tell' : 'enter'}`);
  if (phase.tag !== 'connecting') return hintOf(role, phase.tag, name);
  const left = phase.next === undefined ? 0 : secondsUntil(phase.next.atMs, nowMs);
  if (phase.next !== undefined && left > 0) return wayText(phase.next.way, 'soon', { count: left });
  // By invitation file there was no call to wait for.
  return isByFile(session) ? t('phase.hint.expert.byFile') : wayText(phase.way, `hint.${role}`, { name });
}

function hintOf(role: Role, tag: Exclude<RunningTag, 'connecting' | 'connected'>, name: string): string {
  if (role === 'novice') return tag === 'inviting' ? t('phase.hint.novice.inviting', { name }) : t(`phase.hint.novice.${tag}`);
  switch (tag) {
    case 'awaitingConsent':
      return t(`phase.hint.expert.${tag}`, { name });
    default:
      return t(`phase.hint.expert.${tag}`);
  }
}

const SEALED_STEPS: ReadonlySet<StepNumber> = new Set([3, 4, 6]);

/** `sealed`: the tickets travel sealed, so that some steps check more. */
export function stepText(role: Role, step: StepNumber, name: string, offered?: true, sealed = false): string {
  if (sealed && SEALED_STEPS.has(step)) return t(`steps.sealed.${role}.${step as 3}`, { name });
  if (offered && (step === 1 || step === 2)) return sentence(`steps.offered.${role}.${step}`, name);
  return sentence(`steps.${role}.${step}`, name);
}

/** `reason`: an EndReason, or one that a later version wrote into the history. `device`: what has answered instead, where its name is known. */
export function endedSentence(role: Role, reason: string, name: string, offered?: true, device = ''): string {
  if (reason === 'answeredElsewhere' && device !== '') return t('ended.answeredOn', { name, device });
  const key = endedKey(role, reason, offered);
  return isWordKey(key) ? sentence(key as EndedKey, name) : t('ended.unknown');
}

export function nextStep(role: Role, reason: EndReason, name: string, offered?: true): string {
  return sentence(`${endedKey(role, reason, offered)}.next` as EndedKey, name);
}

/** An expert who offered help reads other words for some ends: nobody had asked. */
function endedKey(role: Role, reason: string, offered: true | undefined): string {
  const ofOffer = `ended.offered.${reason}`;
  return offered && role === 'expert' && isWordKey(ofOffer) ? ofOffer : `ended.${role}.${reason}`;
}

/** Not every sentence of these families names the other person, so the placeholder is filled where there is one. */
function sentence(key: EndedKey | StepKey, name: string): string {
  return t(key as 'steps.novice.2', { name });
}

type EndedKey = `ended.${Role}.${EndReason}` | `ended.${Role}.${EndReason}.next`;
type StepKey = `steps.${Role}.${StepNumber}` | `steps.offered.${Role}.${1 | 2}`;

export function connectionText(connection: SessionConnection, { role, peer }: Pick<SessionStatus, 'role' | 'peer'>): string {
  return connectedWords(connection, role, displayName(peer));
}

/** Nothing connected the two: what a server that passes connections on would have done, or did. It is what works between any two homes. */
export function relayHelp({ phase, steps }: SessionStatus): 'ended.noRelay' | 'ended.relayMissed' | undefined {
  if (phase.tag !== 'ended' || phase.reason !== 'noConnection') return undefined;
  const relay = steps.flatMap(({ failures = [] }) => failures).find(({ way }) => way === 'relay');
  if (relay === undefined) return undefined;
  return relay.failure === 'unavailable' ? 'ended.noRelay' : 'ended.relayMissed';
}

/** What the button of the ended card does for a novice. */
export type NextAction = 'askAgain' | 'askSomeoneElse' | 'close';

export function nextAction(role: Role, reason: EndReason): NextAction {
  if (role === 'expert') return 'close';
  switch (reason) {
    case 'declined':
    case 'contactOffline':
    case 'appNotPresent':
    case 'peerLeftMessenger':
      return 'askSomeoneElse';
    case 'stoppedByNovice':
    case 'closedByExpert':
    case 'cancelledByYou':
      return 'close';
    default:
      return 'askAgain';
  }
}

/** The reason this computer cannot be shown, as a sentence; nothing when there is no such key. */
export function desktopReason(reason: string | undefined): string | undefined {
  return reason !== undefined && isWordKey(reason) ? t(reason as 'desktop.wayland') : undefined;
}
