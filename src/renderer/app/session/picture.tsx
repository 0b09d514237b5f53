import { type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { t } from '../../../words/words.ts';
import type { MonitorArea, mountViewer, Scaling, Typing, ViewerHandle, ViewerOptions, ViewerPorts } from '../../viewer/viewer.ts';

/** What the toolbar does with the picture's keyboard. */
export type PictureKeyboard = Pick<ViewerHandle, 'sendKeys' | 'releaseKeys' | 'setMarks' | 'watchShares' | 'setVolume' | 'keepSoundAhead'>;

export interface PictureProps {
  readonly scaling: Scaling;
  /** The monitor that fills the window; the whole picture where it is left out. */
  readonly looking: MonitorArea | undefined;
  readonly name: string;
  readonly platform: ViewerOptions['platform'];
  readonly typing: Typing;
  /** Filled while the picture is there. */
  readonly keyboard: RefObject<PictureKeyboard | null>;
  readonly controlGranted: boolean;
  readonly fullScreen: boolean;
  readonly openViewer: () => Promise<unknown>;
  readonly nextPorts: (signal: AbortSignal) => Promise<ViewerPorts>;
  readonly mount: typeof mountViewer;
  readonly onInputWithoutControl: () => void;
  readonly onLeave: () => void;
  readonly onTextTooLong: () => void;
  readonly onFailure: () => void;
  readonly onSoundFailure: () => void;
  readonly onMonitors: ViewerOptions['onMonitors'];
}

/** Where the novice's desktop is drawn. The picture itself lives outside React's state. */
export function Picture(props: PictureProps) {
  const { scaling, looking, typing, keyboard, controlGranted, fullScreen, openViewer, nextPorts, mount } = props;
  const host = useRef<HTMLDivElement>(null);
  const mounted = useRef<ViewerHandle>(undefined);
  const newest = useRef(props);
  useLayoutEffect(() => {
    newest.current = props;
  });

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const stop = new AbortController();
    // The ports are waited for before they are asked for, so that none is missed.
    const show = async (): Promise<void> => {
      const ports = await nextPorts(stop.signal).catch(() => undefined);
      if (ports === undefined) return;
      if (stop.signal.aborted) {
        ports.pictures.close();
        ports.steering.close();
        return;
      }
      mounted.current = mount(element, ports, {
        label: t('viewer.label', { name: newest.current.name }),
        keyboardHint: t('viewer.leaveHint'),
        scaling: newest.current.scaling,
        platform: newest.current.platform,
        typing: newest.current.typing,
        onInputWithoutControl: () => newest.current.onInputWithoutControl(),
        onLeave: () => newest.current.onLeave(),
        onTextTooLong: () => newest.current.onTextTooLong(),
        onFailure: () => newest.current.onFailure(),
        onSoundFailure: () => newest.current.onSoundFailure(),
        onMonitors: (monitors) => newest.current.onMonitors(monitors),
      });
      mounted.current.focus();
    };
    void show();
    void openViewer();
    return () => {
      stop.abort();
      mounted.current?.dispose();
      mounted.current = undefined;
    };
  }, [mount, nextPorts, openViewer]);

  useEffect(() => mounted.current?.setScaling(scaling), [scaling]);
  useEffect(() => mounted.current?.setTyping(typing), [typing]);
  useEffect(() => mounted.current?.look(looking), [looking]);
  useImperativeHandle(
    keyboard,
    () => ({
      sendKeys: (codes) => mounted.current?.sendKeys(codes),
      releaseKeys: () => mounted.current?.releaseKeys(),
      setMarks: (on) => mounted.current?.setMarks(on),
      setVolume: (volume) => mounted.current?.setVolume(volume),
      keepSoundAhead: (ms) => mounted.current?.keepSoundAhead(ms),
      watchShares: (listener) => mounted.current?.watchShares(listener) ?? (() => undefined),
    }),
    [],
  );

  // The button that was pressed for it has the focus; what the expert wants next is the picture.
  useEffect(() => {
    if (controlGranted || fullScreen) mounted.current?.focus();
  }, [controlGranted, fullScreen]);

  return <div className="viewing__host" ref={host} />;
}
