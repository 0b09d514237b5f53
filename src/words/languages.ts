import english from '../../assets/locales/en.json' with { type: 'json' };

export type WordKey = keyof typeof english;

/** The forms of a sentence with a `{count}`, by the plural category of the count in the list's language ([CLDR] Language Plural Rules). */
export type PluralForms = { readonly other: string } & { readonly [C in Exclude<Intl.LDMLPluralRule, 'other'>]?: string };

/** Every sentence in one language. */
export type WordList = Readonly<Record<WordKey, string | PluralForms>>;

/** The languages that there are words in, by their BCP 47 tag. A further one is one file in `assets/locales` and one line here. */
export const LANGUAGES: Readonly<Record<string, WordList>> = {
  en: english,
};
