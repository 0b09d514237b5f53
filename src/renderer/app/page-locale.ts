import type { StoreApi } from 'zustand/vanilla';
import { language, setLocale } from '../../words/locale.ts';
import type { WindowState } from './store.ts';

/** Keeps this page in the locale that main says, from before the state with it is drawn. Returns the way to stop. */
export function followLocale(store: StoreApi<WindowState>, root: { lang: string }): () => void {
  return store.subscribe(({ app }) => {
    if (app === undefined) return;
    setLocale(app.locale);
    root.lang = language();
  });
}
