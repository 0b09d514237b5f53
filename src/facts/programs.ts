/** How a person wants an activity to be done: with what works without registration, not at all, or with a line of their own. */
export type ProgramChoice = { readonly use: 'default' } | { readonly use: 'none' } | { readonly use: 'own'; readonly line: string };
