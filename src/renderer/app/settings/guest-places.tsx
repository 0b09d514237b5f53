import { useState, type FormEvent } from 'react';
import type { Preferences } from '../../../facts/preferences.ts';
import { t } from '../../../words/words.ts';
import { Button, Field, ProblemLine } from '../design/controls.tsx';
import { fieldProblem, generalProblem, type ActionState } from '../problem.ts';

type Places = Pick<Preferences, 'guestServer' | 'helpPage'>;

export interface GuestPlacesProps extends ActionState {
  readonly settings: Places;
  readonly onSave: (places: Places) => void;
}

/** Where people without an account meet this person. Sent as a whole: main asks before it takes effect. */
export function GuestPlaces({ settings, pending, problem, onSave }: GuestPlacesProps) {
  const [typed, setTyped] = useState<Places>({ guestServer: settings.guestServer, helpPage: settings.helpPage });
  const changed = typed.guestServer.trim() !== settings.guestServer || typed.helpPage.trim() !== settings.helpPage;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave({ guestServer: typed.guestServer.trim().toLowerCase(), helpPage: typed.helpPage.trim() });
  };
  return (
    <form className="stack" onSubmit={submit} aria-labelledby="guest-places">
      <h3 id="guest-places">{t('settings.guestPlaces')}</h3>
      <Field
        label={t('settings.guestServer')}
        hint={t('settings.guestServerHint')}
        error={fieldProblem(problem, 'guestServer')}
        value={typed.guestServer}
        onValue={(guestServer) => setTyped((before) => ({ ...before, guestServer }))}
        maxLength={253}
        autoComplete="off"
        spellCheck={false}
      />
      <Field
        label={t('settings.helpPage')}
        hint={t('settings.helpPageHint')}
        error={fieldProblem(problem, 'helpPage')}
        value={typed.helpPage}
        onValue={(helpPage) => setTyped((before) => ({ ...before, helpPage }))}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
      />
      <ProblemLine text={generalProblem(problem, ['guestServer', 'helpPage'])} />
      <div>
        <Button type="submit" busy={pending} disabled={!changed}>
          {t('settings.saveGuestPlaces')}
        </Button>
      </div>
    </form>
  );
}
