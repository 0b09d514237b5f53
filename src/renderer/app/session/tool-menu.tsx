import type { ReactNode } from 'react';
import './tool-menu.css';

export interface ToolMenuProps {
  readonly label: string;
  readonly icon: ReactNode;
  /** What the sheet shows. */
  readonly children: ReactNode;
}

/** A button of the toolbar that opens a sheet below it. Escape closes that, and the button has the keyboard again. */
export function ToolMenu({ label, icon, children }: ToolMenuProps) {
  return (
    <details
      className="tool-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary className="tool" aria-label={label} title={label}>
        {icon}
      </summary>
      <div className="toolbar__sheet card">{children}</div>
    </details>
  );
}

/** Closes the menu that this lies in. */
export function closeToolMenu(inside: Element): void {
  const menu = inside.closest('details');
  if (menu !== null) menu.open = false;
}
