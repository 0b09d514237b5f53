/**
 * What can be said of the global keys that stop a session: `held` by us now; `none`, when there is nothing to stop or another program has them; `unsure`
 * all the time where the desktop may keep them from us without saying so.
 */
export type StopKeys = 'held' | 'unsure' | 'none';
