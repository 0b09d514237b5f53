import type { ViewerSink } from './contract.ts';
import type { ExpertSession } from './expert-session.ts';

/** The one viewer of an expert's session. It may come before the connection; the picture starts when there is one. */
export class ViewerSeat {
  private viewer: { readonly sink: ViewerSink; detach: () => void } | undefined;
  private session: ExpertSession | undefined;

  /** Takes the seat, from whoever has it, until the returned function is called. */
  attach(sink: ViewerSink): () => void {
    this.viewer?.detach();
    const viewer = { sink, detach: this.session?.attach(sink) ?? ((): void => {}) };
    this.viewer = viewer;
    return () => {
      viewer.detach();
      if (this.viewer === viewer) this.viewer = undefined;
    };
  }

  /** There is a connection. */
  connect(session: ExpertSession): void {
    this.session = session;
    if (this.viewer !== undefined) this.viewer.detach = session.attach(this.viewer.sink);
  }
}
