import { useRef } from 'react';
import { screenTitle } from '../../../words/screens.ts';
import { t } from '../../../words/words.ts';
import type { MonitorArea } from '../../viewer/viewer.ts';
import { closeToolMenu } from './tool-menu.tsx';
import './live-figures.css';

/** Which of the picture's monitors fills the window: this person's own affair, the other side hears nothing of it. */
export interface MonitorLook {
  /** At least two, or none: then there is nothing to choose. */
  readonly monitors: readonly MonitorArea[];
  /** Undefined: the whole picture. */
  readonly looking: MonitorArea | undefined;
  readonly onLook: (monitor: MonitorArea | undefined) => void;
}

/** All of the picture, or one of its monitors as large as the window allows. */
export function MonitorChoice({ monitors, looking, onLook }: MonitorLook) {
  // Arrow keys lead past what lies between, so that the menu stays for them.
  const byPointer = useRef(false);
  const choose = (inside: Element, monitor: MonitorArea | undefined): void => {
    if (byPointer.current) closeToolMenu(inside);
    onLook(monitor);
  };
  return (
    <fieldset
      className="quality"
      onPointerDown={() => {
        byPointer.current = true;
      }}
      onKeyDown={() => {
        byPointer.current = false;
      }}
    >
      <legend>{t('viewer.look')}</legend>
      {[undefined, ...monitors].map((area, at) => (
        <label key={area === undefined ? 'all' : `${area.x},${area.y}`}>
          <input type="radio" name="monitor" checked={looking === area} onChange={(event) => choose(event.currentTarget, area)} />
          <span>{area === undefined ? t('part.all') : screenTitle(monitors, at - 1)}</span>
        </label>
      ))}
    </fieldset>
  );
}
