import { type ReactNode, useEffect, useRef } from 'react';
import './tool-menu.css';

export interface ToolMenuProps {
  readonly label: string;
  readonly icon: ReactNode;
  /** Shown under the mouse in place of the label. */
  readonly hint?: string | undefined;
  /** What the sheet shows. */
  readonly children: ReactNode;
}

/** Sheets of the toolbar lie in the same place: of those with this name one is open at a time. */
export const ONE_SHEET = 'toolbar-sheet';

/**
 * A button of the toolbar that opens a sheet below it. Escape closes that, and the button has the keyboard again; a press beside it closes it too, since
 * Escape goes to the other computer once the picture has the keyboard.
 */
export function ToolMenu({ label, icon, hint, children }: ToolMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const onPress = ({ target }: PointerEvent): void => {
      if (menu.current !== null && !(target instanceof Node && menu.current.contains(target))) menu.current.open = false;
    };
    window.addEventListener('pointerdown', onPress, true);
    return () => window.removeEventListener('pointerdown', onPress, true);
  }, []);
  return (
    <details
      ref={menu}
      name={ONE_SHEET}
      className="tool-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary className="tool" aria-label={label} title={hint ?? label}>
        {icon}
      </summary>
      <div className="toolbar__sheet card">{children}</div>
    </details>
  );
}

/** Closes the menu that this lies in. Whoever has come to it by keyboard goes on from its button. */
export function closeToolMenu(inside: Element): void {
  const menu = inside.closest('details');
  if (menu === null) return;
  const byKeyboard = inside.matches(':focus-visible');
  menu.open = false;
  if (byKeyboard) menu.querySelector('summary')?.focus();
}
