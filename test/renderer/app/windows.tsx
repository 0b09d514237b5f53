/* A window in a page of its own (happy-dom), with a test in place of main. */
import { act, cleanup, render, screen } from '@testing-library/react';
import { userEvent, type UserEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';
import type { AppState } from '../../../src/preload/contract.ts';
import { createActions } from '../../../src/renderer/app/actions.ts';
import { App } from '../../../src/renderer/app/app.tsx';
import { SessionApp } from '../../../src/renderer/app/session-app.tsx';
import { createWindowStore, INITIAL_UI, type UiState, type WindowStore } from '../../../src/renderer/app/store.ts';
import { fakeBridge, NOW_MS } from './fixtures.ts';

export interface OpenWindow {
  /** Mouse and keyboard. */
  readonly user: UserEvent;
  /** The commands that main was given, with their arguments, oldest first. Being asked for its state is none. */
  readonly calls: () => readonly unknown[][];
  readonly store: WindowStore;
  /** Main has news. */
  readonly send: (app: AppState) => void;
}

type Answers = Parameters<typeof fakeBridge>[0];

// The windows show how long ago and how much longer; only timers are real.
beforeEach(() => void vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** What a person sees and can press in the main window. One window at a time: a second one takes the place of the first. */
export function openMainWindow(app: AppState | undefined, ui: Partial<UiState> = {}, answers: Answers = {}): OpenWindow {
  return open(app, ui, answers, (store, actions) => <App store={store} actions={actions} />);
}

const neverMounted = () => {
  throw new Error('a picture needs a port, and no test sends one');
};

/** The session window, in which nothing is drawn. */
export function openSessionWindow(app: AppState, answers: Answers = {}): OpenWindow {
  return open(app, {}, answers, (store, actions) => <SessionApp store={store} actions={actions} mount={neverMounted} platform="linux" />);
}

function open(
  app: AppState | undefined,
  ui: Partial<UiState>,
  answers: Answers,
  content: (store: WindowStore, actions: ReturnType<typeof createActions>) => ReactNode,
): OpenWindow {
  cleanup();
  const { bridge, calls, send } = fakeBridge({ ...answers, getState: { ok: true, value: app } });
  const store = createWindowStore({ app, ui: { ...INITIAL_UI, ...ui } });
  const actions = createActions(store, bridge);
  if (app !== undefined) actions.connect();
  render(content(store, actions));
  return {
    user: userEvent.setup({ delay: null }),
    calls: () => calls.filter(([name]) => name !== 'getState'),
    store,
    send: (next) => act(() => send(next)),
  };
}

/** The button that a person would press by these words, all of them, or undefined. */
export const button = (name: string): HTMLElement | undefined => screen.queryByRole('button', { name }) ?? undefined;

/** The same where it must be there. */
export const theButton = (name: string): HTMLElement => screen.getByRole('button', { name });

/** Everything that is written in the window, with one space between words. */
export const words = (): string => (document.body.textContent ?? '').replaceAll(/\s+/g, ' ');
