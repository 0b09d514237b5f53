import { Monitor } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { sharedScreenName } from '../../../words/sharing.ts';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';
import { displayName } from '../selectors.ts';
import { MonitorChoice, type MonitorLook } from './monitor-choice.tsx';
import { ScreensSign } from './screens-sign.tsx';
import { expertMisses, expertSees, seesInWords } from './sharing-words.ts';
import { closeToolMenu, ToolMenu } from './tool-menu.tsx';

export type WishedPart = { readonly tag: 'all' } | { readonly tag: 'screen'; readonly id: string };

export interface ScreensMenuProps {
  readonly session: SessionStatus;
  readonly look: MonitorLook;
  readonly onWish: (part: WishedPart) => void;
}

/**
 * Which screens the novice has, which of them is seen, which of those that are fills the window, and the way to ask for another; nothing where there is
 * no other.
 */
export function ScreensMenu({ session, look, onWish }: ScreensMenuProps) {
  const { sharing } = session;
  const choice = look.monitors.length > 1 && <MonitorChoice {...look} />;
  const hasOthers = sharing !== undefined && (sharing.screens.length > 1 || sharing.part.tag === 'window');
  if (!hasOthers && choice === false) return null;
  const icon = sharing !== undefined && sharing.screens.length > 1 ? <ScreensSign {...sharing} /> : <Monitor size={20} aria-hidden />;
  return (
    <ToolMenu label={t('sharing.expert.menu')} hint={seesInWords(session)} icon={icon}>
      <h2>{t('sharing.expert.menu')}</h2>
      {hasOthers && <Shown session={session} sharing={sharing} onWish={onWish} choice={choice} />}
      {!hasOthers && choice}
    </ToolMenu>
  );
}

interface ShownProps extends Pick<ScreensMenuProps, 'session' | 'onWish'> {
  readonly sharing: NonNullable<SessionStatus['sharing']>;
  readonly choice: ReactNode;
}

/** Whoever sees all of them looks at one without asking for it. */
function Shown({ session, sharing, choice, onWish }: ShownProps) {
  const { peer, partWish } = session;
  const name = displayName(peer);
  const { part, screens } = sharing;
  const others = screens.filter(({ id }) => choice === false && screens.length > 1 && !(part.tag === 'screen' && part.id === id));
  const ask = (inside: Element, wished: WishedPart): void => {
    closeToolMenu(inside);
    onWish(wished);
  };
  return (
    <>
      <p className="break">
        {t('sharing.expert.screens', { name, count: screens.length })} {expertMisses(session) ?? expertSees(sharing)}
      </p>
      {choice}
      {others.map(({ id }) => (
        <Button key={id} wide disabled={partWish === 'asked'} onClick={(event) => ask(event.currentTarget, { tag: 'screen', id })}>
          {t('sharing.expert.ask', { screen: sharedScreenName(sharing, id) ?? id })}
        </Button>
      ))}
      {part.tag !== 'all' && sharing.oneAtATime !== true && (
        <Button wide disabled={partWish === 'asked'} onClick={(event) => ask(event.currentTarget, { tag: 'all' })}>
          {t('sharing.expert.askAll')}
        </Button>
      )}
      {partWish !== undefined && <p className="soft break">{t(`sharing.expert.${partWish}`, { name })}</p>}
    </>
  );
}
