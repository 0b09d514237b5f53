import type { ViewerSink } from './contract.ts';
import type { ExpertSession } from './expert-session.ts';

/** The one viewer of an expert's session. It may come before the connection; the picture starts when there is one. */
export class ViewerSeat {
  private viewer: { readonly sink: ViewerSink; wanted: boolean; detach: () => void } | undefined;
  private session: ExpertSession | undefined;

  /** Takes the seat, from whoever has it, until the returned function is called. */
  attach(sink: ViewerSink): () => void {
    this.viewer?.detach();
    const viewer = { sink, wanted: true, detach: (): void => {} };
    viewer.detach =
      this.session?.attach(sink, viewer.wanted) ??
      // Who waits for a connection puts the window away.
      sink.onEvent((event) => {
        if (event.tag === 'displayWanted') viewer.wanted = event.wanted;
      });
    this.viewer = viewer;
    return () => {
      viewer.detach();
      if (this.viewer === viewer) this.viewer = undefined;
    };
  }

  /** There is a connection. */
  connect(session: ExpertSession): void {
    this.session = session;
    const { viewer } = this;
    if (viewer === undefined) return;
    viewer.detach();
    viewer.detach = session.attach(viewer.sink, viewer.wanted);
  }

  /** The session is over: nobody is heard any more. */
  close(): void {
    this.viewer?.detach();
    this.viewer = undefined;
  }
}
