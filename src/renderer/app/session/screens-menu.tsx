import { Monitor } from 'lucide-react';
import { useRef } from 'react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';
import { displayName } from '../selectors.ts';
import { expertSees, sharedScreenName } from './sharing-words.ts';
import './keyboard-menu.css';

export type WishedPart = { readonly tag: 'all' } | { readonly tag: 'screen'; readonly id: string };

export interface ScreensMenuProps {
  readonly session: SessionStatus;
  readonly onWish: (part: WishedPart) => void;
}

/** Which screens the novice has, which of them is seen, and the way to ask for another; nothing where there is no other. */
export function ScreensMenu({ session, onWish }: ScreensMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const { sharing, peer, partWish } = session;
  if (sharing === undefined || (sharing.screens.length < 2 && sharing.part.tag !== 'window')) return null;
  const name = displayName(peer);
  const { part, screens } = sharing;
  const others = screens.filter(({ id }) => screens.length > 1 && !(part.tag === 'screen' && part.id === id));
  const close = (): void => {
    if (menu.current !== null) menu.current.open = false;
  };
  const ask = (wished: WishedPart): void => {
    close();
    onWish(wished);
  };
  return (
    <details
      className="keyboard-menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || menu.current?.open !== true) return;
        close();
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary className="tool" aria-label={t('sharing.expert.menu')} title={t('sharing.expert.menu')}>
        <Monitor size={20} aria-hidden />
      </summary>
      <div className="keyboard-menu__sheet card">
        <h2>{t('sharing.expert.menu')}</h2>
        <p className="break">
          {t('sharing.expert.screens', { name, count: screens.length })} {expertSees(sharing)}
        </p>
        {others.map(({ id }) => (
          <Button key={id} wide disabled={partWish === 'asked'} onClick={() => ask({ tag: 'screen', id })}>
            {t('sharing.expert.ask', { screen: sharedScreenName(sharing, id) ?? id })}
          </Button>
        ))}
        {part.tag !== 'all' && (
          <Button wide disabled={partWish === 'asked'} onClick={() => ask({ tag: 'all' })}>
            {t('sharing.expert.askAll')}
          </Button>
        )}
        {partWish !== undefined && <p className="soft break">{t(`sharing.expert.${partWish}`, { name })}</p>}
      </div>
    </details>
  );
}
