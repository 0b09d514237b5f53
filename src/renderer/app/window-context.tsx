/* What every page of a window can reach: its state, what a person can do, and how things stand with each of these. */
import { createContext, use, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Actions } from './actions.ts';
import type { ActionState } from './problem.ts';
import { actionAt } from './selectors.ts';
import type { Place, WindowState, WindowStore } from './store.ts';

interface WindowParts {
  readonly store: WindowStore;
  readonly actions: Actions;
}

const Parts = createContext<WindowParts | undefined>(undefined);

export function WindowProvider({ store, actions, children }: WindowParts & { readonly children: ReactNode }) {
  return <Parts value={{ store, actions }}>{children}</Parts>;
}

function useParts(): WindowParts {
  const parts = use(Parts);
  if (parts === undefined) throw new Error('there is no WindowProvider around this');
  return parts;
}

export const useActions = (): Actions => useParts().actions;

/** All but the traffic: whoever uses it is not drawn anew each second. */
export const useWindowState = (): Omit<WindowState, 'traffic'> =>
  useStore(
    useParts().store,
    useShallow(({ app, loadFailed, ui }) => ({ app, loadFailed, ui })),
  );

export const useTraffic = (): WindowState['traffic'] => useStore(useParts().store, ({ traffic }) => traffic);

/** How things stand with what a person does at `place`; a refusal at one of the places `beside` it is shown with it. Spread it into the component that shows both. */
export const useAction = (place: Place, ...beside: readonly Place[]): ActionState => actionAt(useWindowState(), place, ...beside);
