import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { t } from '../../words/words.ts';
import type { Actions } from './actions.ts';
import { displayName, isPending, problemAt, shownSettings } from './selectors.ts';
import { ExpertWindow } from './session/expert-window.tsx';
import { NovicePanel } from './session/novice-panel.tsx';
import { Picture, type PictureProps } from './session/picture.tsx';
import type { WindowStore } from './store.ts';
import { nextViewerPort } from './viewer-port.ts';
import './design/design.css';
import './app.css';

/** The session window, for either role. */
export function SessionApp({
  store,
  actions,
  mount,
  platform,
}: {
  readonly store: WindowStore;
  readonly actions: Actions;
  readonly mount: PictureProps['mount'];
  readonly platform: PictureProps['platform'];
}) {
  const state = useStore(store);
  const session = state.app?.session;
  const [fullScreen, setFullScreen] = useFullScreen(actions);
  if (state.app === undefined || session === undefined) {
    return (
      <main className="opening">
        {state.app === undefined ? (
          <p role="status" className="soft">
            {state.loadFailed ? t('app.openFailed') : t('app.loading')}
          </p>
        ) : (
          <>
            <p>{t('session.none')}</p>
            <p className="soft">{t('session.noneHint')}</p>
          </>
        )}
      </main>
    );
  }
  const settings = shownSettings(state.app, state.ui.chosen);
  const pending = { session: isPending(state, 'session'), control: isPending(state, 'control') };
  const problems = { session: problemAt(state, 'session'), control: problemAt(state, 'control'), viewer: problemAt(state, 'viewer') };
  const close = () => void actions.dismissSession();
  if (session.role === 'novice') {
    return (
      <NovicePanel
        session={session}
        stopShortcut={settings.stopShortcut}
        pending={pending}
        problems={problems}
        onStop={() => void actions.endSession()}
        onOfferControl={() => void actions.offerControl()}
        onTakeBackControl={() => void actions.takeBackControl()}
        onClose={close}
      />
    );
  }
  return (
    <ExpertWindow
      session={session}
      scaling={settings.viewerScaling}
      fullScreen={fullScreen}
      pending={pending}
      problems={problems}
      renderPicture={(onInputWithoutControl) => (
        <Picture
          key={session.id}
          scaling={settings.viewerScaling}
          name={displayName(session.peer)}
          platform={platform}
          controlGranted={session.control === 'granted'}
          fullScreen={fullScreen}
          openViewer={actions.openViewer}
          nextPort={nextViewerPort}
          mount={mount}
          onInputWithoutControl={onInputWithoutControl}
          onFailure={() => void actions.endSession()}
        />
      )}
      onCancel={() => void actions.endSession()}
      onEnd={() => void actions.endSession()}
      onRequestControl={() => void actions.requestControl()}
      onReleaseControl={() => void actions.releaseControl()}
      onScaling={(viewerScaling) => void actions.saveSettings({ viewerScaling })}
      onFullScreen={setFullScreen}
      onClose={close}
    />
  );
}

/** What was asked for, corrected by what the window manager did: leaving full screen by its own means shows in the size. */
function useFullScreen(actions: Actions): readonly [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onResize = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setOn((now) => now && window.innerHeight >= window.screen.height - 1), 400);
    };
    window.addEventListener('resize', onResize);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('resize', onResize);
    };
  }, []);
  const change = useCallback(
    (next: boolean) => {
      const ask = async (): Promise<void> => {
        const result = await actions.setFullScreen(next);
        if (result.ok) setOn(next);
      };
      void ask();
    },
    [actions],
  );
  return [on, change];
}
