import { Keyboard } from 'lucide-react';
import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';
import type { PictureProps } from './picture.tsx';
import { closeToolMenu, ToolMenu } from './tool-menu.tsx';

type Typing = PictureProps['typing'];

/** What desktops and this window keep for themselves, by UI Events `code`. */
const CHORDS = {
  ctrlAltDelete: ['ControlLeft', 'AltLeft', 'Delete'],
  super: ['MetaLeft'],
  altTab: ['AltLeft', 'Tab'],
  altF4: ['AltLeft', 'F4'],
  print: ['PrintScreen'],
  f11: ['F11'],
  ctrlAltHome: ['ControlLeft', 'AltLeft', 'Home'],
} as const;
const CHORD_NAMES = ['ctrlAltDelete', 'super', 'altTab', 'altF4', 'print', 'f11', 'ctrlAltHome'] as const;

export interface KeyboardMenuProps {
  readonly name: string;
  readonly granted: boolean;
  /** Of the novice's keyboard, where their program says it. */
  readonly layout: SessionStatus['keyboard'];
  readonly typing: Typing;
  readonly onTyping: (typing: Typing) => void;
  readonly onSend: (codes: readonly string[]) => void;
}

/** Keys that never reach the picture, whether keys travel by position, and the way out. */
export function KeyboardMenu({ name, granted, layout, typing, onTyping, onSend }: KeyboardMenuProps) {
  return (
    <ToolMenu label={t('viewer.keys')} icon={<Keyboard size={20} aria-hidden />}>
      <h2>{t('viewer.sendKeys')}</h2>
      <p className="soft">{granted ? t('viewer.sendKeysHint') : t('viewer.sendKeysNotYet')}</p>
      <div className="tool-menu__keys">
        {CHORD_NAMES.map((chord) => (
          <Button
            key={chord}
            disabled={!granted}
            onClick={(event) => {
              closeToolMenu(event.currentTarget);
              onSend(CHORDS[chord]);
            }}
          >
            {t(`viewer.chord.${chord}`)}
          </Button>
        ))}
      </div>
      {layout !== undefined && <p className="break">{layoutLine(name, layout)}</p>}
      <label className="tool-menu__switch">
        <input
          type="checkbox"
          role="switch"
          checked={typing === 'positions'}
          aria-describedby="positions-hint"
          onChange={(event) => onTyping(event.target.checked ? 'positions' : 'text')}
        />
        {t('viewer.positions')}
      </label>
      <p className="soft" id="positions-hint">
        {t('viewer.positionsHint', { name })}
      </p>
      {granted && <p>{t('viewer.leaveHint')}</p>}
    </ToolMenu>
  );
}

/** With the code where there is one: two layouts may have the same name. */
function layoutLine(name: string, { code, name: layout }: NonNullable<SessionStatus['keyboard']>): string {
  if (code === '' || layout === '') return t('viewer.layout', { name, layout: code + layout });
  return t('viewer.layoutCoded', { name, layout, short: code });
}
