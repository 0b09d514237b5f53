import { useEffect, useLayoutEffect, useRef } from 'react';
import { t } from '../../../words/words.ts';
import type { mountViewer, Scaling, ViewerHandle, ViewerOptions, ViewerPorts } from '../../viewer/viewer.ts';

export interface PictureProps {
  readonly scaling: Scaling;
  readonly name: string;
  readonly platform: ViewerOptions['platform'];
  readonly controlGranted: boolean;
  readonly fullScreen: boolean;
  readonly openViewer: () => Promise<unknown>;
  readonly nextPorts: (signal: AbortSignal) => Promise<ViewerPorts>;
  readonly mount: typeof mountViewer;
  readonly onInputWithoutControl: () => void;
  readonly onFailure: () => void;
}

/** Where the novice's desktop is drawn. The picture itself lives outside React's state. */
export function Picture(props: PictureProps) {
  const { scaling, controlGranted, fullScreen, openViewer, nextPorts, mount } = props;
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
        scaling: newest.current.scaling,
        platform: newest.current.platform,
        onInputWithoutControl: () => newest.current.onInputWithoutControl(),
        onFailure: () => newest.current.onFailure(),
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

  // The button that was pressed for it has the focus; what the expert wants next is the picture.
  useEffect(() => {
    if (controlGranted || fullScreen) mounted.current?.focus();
  }, [controlGranted, fullScreen]);

  return <div className="viewing__host" ref={host} />;
}
