import { MousePointer2, MousePointerClick } from 'lucide-react';
import type { ControlState } from '../../../protocol/assistance/status.ts';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';

/** Asks for control, or gives it back; its words say how that stands. */
export function ControlButton({
  control,
  paused,
  missing,
  name,
  busy,
  onRequest,
  onRelease,
}: {
  readonly control: ControlState;
  /** The novice uses mouse or keyboard; it comes back by itself. */
  readonly paused: boolean;
  /** The other side is looked for: control goes nowhere, and there is nobody to ask. */
  readonly missing: boolean;
  readonly name: string;
  readonly busy: boolean;
  readonly onRequest: () => void;
  readonly onRelease: () => void;
}) {
  const granted = control === 'granted' && !missing;
  const asked = (control === 'asked' || control === 'offered') && !missing;
  const Icon = granted ? MousePointerClick : MousePointer2;
  const words = controlWords({ control, paused, missing, name });
  return (
    <Button
      className="toolbar__control"
      look={granted ? 'primary' : 'plain'}
      busy={busy || asked}
      disabled={missing}
      title={words}
      onClick={granted ? onRelease : onRequest}
    >
      {!busy && !asked && <Icon size={20} aria-hidden />}
      <span className="toolbar__words">{words}</span>
    </Button>
  );
}

function controlWords({
  control,
  paused,
  missing,
  name,
}: Pick<Parameters<typeof ControlButton>[0], 'control' | 'paused' | 'missing' | 'name'>) {
  if (missing) return t('control.expert.missing');
  switch (control) {
    case 'no':
      return t('control.expert.ask');
    case 'granted':
      return paused ? t('control.expert.paused', { name }) : t('control.expert.granted');
    case 'refused':
      return t('control.expert.refused', { name });
    default:
      return t('control.expert.asked', { name });
  }
}
