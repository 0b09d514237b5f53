import { createRoot } from 'react-dom/client';
import { mountViewer } from '../viewer/viewer.ts';
import { createActions } from './actions.ts';
import { SessionApp } from './session-app.tsx';
import { followLocale } from './page-locale.ts';
import { createWindowStore } from './store.ts';
import { bridge } from './window-bridge.ts';

const store = createWindowStore();
const actions = createActions(store, bridge);
followLocale(store, document.documentElement);
actions.connect();

const platform = navigator.platform.startsWith('Mac') ? 'mac' : navigator.platform.startsWith('Win') ? 'windows' : 'linux';

// Not in StrictMode: mounting twice would ask main for two pictures.
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<SessionApp store={store} actions={actions} mount={mountViewer} platform={platform} />);
