import { chooseLocale, setLocale, type SystemLocale } from '../../words/locale.ts';
import type { AppModel } from './app-model.ts';

/**
 * Makes what the system says now the locale of this process and of the state, which everything shown follows. The returned function looks
 * again: no system tells programs of a change, so it is called where a person may come back from having made one.
 */
export function followSystemLocale(model: Pick<AppModel, 'facts' | 'update'>, read: () => SystemLocale): () => void {
  const look = (): void => {
    const locale = chooseLocale(read());
    // Words first: whoever hears of the change draws at once.
    setLocale(locale);
    if (locale !== model.facts.locale) model.update({ locale });
  };
  look();
  return look;
}
