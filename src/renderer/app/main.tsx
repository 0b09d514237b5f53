import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createActions } from './actions.ts';
import { App } from './app.tsx';
import { followInvitations } from './invitation-sound.ts';
import { followLocale } from './page-locale.ts';
import { createWindowStore } from './store.ts';
import { bridge } from './window-bridge.ts';

const store = createWindowStore();
const actions = createActions(store, bridge);
followLocale(store, document.documentElement);
actions.connect();
followInvitations(store);

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App store={store} actions={actions} />
    </StrictMode>,
  );
