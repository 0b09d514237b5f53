import { useCallback, useEffect, useState } from 'react';
import { t } from '../../words/words.ts';
import type { Actions } from './actions.ts';
import { displayName, shownSettings, stopKeysPromised } from './selectors.ts';
import { ExpertWindow } from './session/expert-window.tsx';
import { NovicePanel } from './session/novice-panel.tsx';
import { Picture, type PictureProps } from './session/picture.tsx';
import type { WindowStore } from './store.ts';
import { nextViewerPorts } from './viewer-ports.ts';
import { useAction, useActions, useWindowState, WindowProvider } from './window-context.tsx';
import './design/design.css';
import './app.css';

export interface SessionAppProps extends Pick<PictureProps, 'mount' | 'platform'> {
  readonly store: WindowStore;
  readonly actions: Actions;
}

/** The session window, for either role. */
export function SessionApp({ store, actions, ...picture }: SessionAppProps) {
  return (
    <WindowProvider store={store} actions={actions}>
      <SessionWindow {...picture} />
    </WindowProvider>
  );
}

function SessionWindow({ mount, platform }: Pick<PictureProps, 'mount' | 'platform'>) {
  const state = useWindowState();
  const actions = useActions();
  const states = {
    session: useAction('session'),
    control: useAction('control'),
    sound: useAction('sound'),
    viewer: useAction('viewer'),
    code: useAction('code'),
    sharing: useAction('sharing'),
  };
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
  const close = () => void actions.dismissSession();
  if (session.role === 'novice') {
    return (
      <NovicePanel
        session={session}
        stopShortcut={stopKeysPromised(state.app)}
        folded={state.app.panelFolded}
        unread={state.app.unreadInSession}
        states={states}
        onCode={(typed) => void actions.enterCode(typed)}
        onFold={(on) => void actions.foldPanel(on)}
        onMove={() => void actions.moveBar()}
        onTalk={() => void actions.openConversation()}
        onStop={() => void actions.endSession()}
        onOfferControl={() => void actions.offerControl()}
        onSound={(on) => void actions.setSound(on)}
        onStillHelping={() => void actions.stillHelping()}
        onChangeShared={() => void actions.changeShared()}
        onTakeBackControl={() => void actions.takeBackControl()}
        onClose={close}
      />
    );
  }
  return (
    <ExpertWindow
      session={session}
      scaling={settings.viewerScaling}
      unread={state.app.unreadInSession}
      onTalk={() => void actions.openConversation()}
      fullScreen={fullScreen}
      states={states}
      renderPicture={(own) => (
        <Picture
          {...own}
          key={session.id}
          scaling={settings.viewerScaling}
          name={displayName(session.peer)}
          platform={platform}
          controlGranted={session.control === 'granted' && session.search === undefined}
          fullScreen={fullScreen}
          openViewer={actions.openViewer}
          nextPorts={nextViewerPorts}
          mount={mount}
          onFailure={() => void actions.endSession()}
        />
      )}
      onCode={(typed) => void actions.enterCode(typed)}
      onCancel={() => void actions.endSession()}
      onEnd={() => void actions.endSession()}
      onRequestControl={() => void actions.requestControl()}
      onReleaseControl={() => void actions.releaseControl()}
      onScaling={(viewerScaling) => void actions.saveSettings({ viewerScaling })}
      onQuality={(quality) => void actions.choosePicture(quality)}
      onWish={(part) => void actions.wishForPart(part)}
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
