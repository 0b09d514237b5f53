import { Keyboard } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { t } from '../../../words/words.ts';
import { acceleratorOf } from '../accelerator.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { shortcutText } from '../figures.ts';
import { problemText, type Problem } from '../problem.ts';

/** The Stop shortcut: press the button, then the new keys. Escape and Tab keep the old ones. */
export function ShortcutField({
  value,
  unsure,
  problem,
  onValue,
}: {
  readonly value: string;
  /** The desktop may keep the keys from us. */
  readonly unsure: boolean;
  readonly problem: Problem | undefined;
  readonly onValue: (accelerator: string) => void;
}) {
  const [listening, setListening] = useState(false);
  const [tooFew, setTooFew] = useState(false);
  const press = (event: KeyboardEvent) => {
    if (!listening || event.key === 'Tab') return;
    event.preventDefault();
    const plain = !event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
    if (event.key === 'Escape' && plain) {
      setListening(false);
      return;
    }
    const accelerator = acceleratorOf(event);
    if (accelerator === undefined) return;
    setTooFew(accelerator === null);
    if (accelerator === null) return;
    setListening(false);
    onValue(accelerator);
  };
  const text = tooFew ? t('problem.field.stopShortcut') : problemText(problem);
  return (
    <div className="field">
      <span className="field__label" id="stop-keys">
        {t('settings.stopShortcut')}
      </span>
      <div className="row">
        <kbd className="keys" aria-labelledby="stop-keys">
          {shortcutText(value)}
        </kbd>
        <Button
          aria-describedby="stop-keys-hint"
          aria-pressed={listening}
          onClick={() => {
            setListening(true);
            setTooFew(false);
          }}
          onKeyDown={press}
          onBlur={() => setListening(false)}
        >
          <Keyboard size={20} aria-hidden />
          <span aria-live="polite">{listening ? t('settings.stopShortcutPress') : t('settings.stopShortcutChange')}</span>
        </Button>
      </div>
      <span className="field__hint" id="stop-keys-hint">
        {t('settings.stopShortcutHint')}
      </span>
      {unsure && <span className="field__hint">{t('settings.stopShortcutUnsure')}</span>}
      <ProblemLine text={text} />
    </div>
  );
}
