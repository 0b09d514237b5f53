import { Monitor } from 'lucide-react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';
import { displayName } from '../selectors.ts';
import { expertSees, sharedScreenName } from './sharing-words.ts';
import { closeToolMenu, ToolMenu } from './tool-menu.tsx';

export type WishedPart = { readonly tag: 'all' } | { readonly tag: 'screen'; readonly id: string };

export interface ScreensMenuProps {
  readonly session: SessionStatus;
  readonly onWish: (part: WishedPart) => void;
}

/** Which screens the novice has, which of them is seen, and the way to ask for another; nothing where there is no other. */
export function ScreensMenu({ session, onWish }: ScreensMenuProps) {
  const { sharing, peer, partWish } = session;
  if (sharing === undefined || (sharing.screens.length < 2 && sharing.part.tag !== 'window')) return null;
  const name = displayName(peer);
  const { part, screens } = sharing;
  const others = screens.filter(({ id }) => screens.length > 1 && !(part.tag === 'screen' && part.id === id));
  const ask = (inside: Element, wished: WishedPart): void => {
    closeToolMenu(inside);
    onWish(wished);
  };
  return (
    <ToolMenu label={t('sharing.expert.menu')} icon={<Monitor size={20} aria-hidden />}>
      <h2>{t('sharing.expert.menu')}</h2>
      <p className="break">
        {t('sharing.expert.screens', { name, count: screens.length })} {expertSees(sharing)}
      </p>
      {others.map(({ id }) => (
        <Button key={id} wide disabled={partWish === 'asked'} onClick={(event) => ask(event.currentTarget, { tag: 'screen', id })}>
          {t('sharing.expert.ask', { screen: sharedScreenName(sharing, id) ?? id })}
        </Button>
      ))}
      {part.tag !== 'all' && (
        <Button wide disabled={partWish === 'asked'} onClick={(event) => ask(event.currentTarget, { tag: 'all' })}>
          {t('sharing.expert.askAll')}
        </Button>
      )}
      {partWish !== undefined && <p className="soft break">{t(`sharing.expert.${partWish}`, { name })}</p>}
    </ToolMenu>
  );
}
