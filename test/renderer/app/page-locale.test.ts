import { afterEach, expect, it } from 'vitest';
import { followLocale } from '../../../src/renderer/app/page-locale.ts';
import { createWindowStore, withApp } from '../../../src/renderer/app/store.ts';
import { chooseLocale, setLocale, timeOfDay } from '../../../src/words/locale.ts';
import { appState } from './fixtures.ts';

afterEach(() => setLocale(chooseLocale({ languages: [], formats: undefined })));

it('a page speaks as main does before it draws', () => {
  const store = createWindowStore();
  const root = { lang: '' };
  const stop = followLocale(store, root);
  const drawn: string[] = [];
  store.subscribe(() => drawn.push(timeOfDay(new Date(2026, 10, 22, 21, 28).getTime()).replace(/\s/g, ' ')));
  const show = (locale: string) => store.setState((state) => withApp(state, appState({ locale })));
  show('en-US-u-hc-h12');
  show('en-GB-u-hc-h23');
  stop();
  show('en-US-u-hc-h12');
  expect(drawn).toEqual(['9:28 PM', '21:28', '21:28']);
  expect(root.lang).toBe('en');
});
