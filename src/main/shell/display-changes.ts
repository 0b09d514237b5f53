import { screen } from 'electron';

const CHANGES = ['display-metrics-changed', 'display-added', 'display-removed'] as const;

/** A display has come, has gone, or has another size, place, scale or rotation. */
export function onDisplayChange(listener: () => void): () => void {
  // They have listeners of different types, and this one reads none of what they are told.
  for (const change of CHANGES) screen.on(change as 'display-added', listener);
  return () => {
    for (const change of CHANGES) screen.off(change as 'display-added', listener);
  };
}
