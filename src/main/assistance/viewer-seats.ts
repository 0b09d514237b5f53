import type { ViewerSink } from './contract.ts';
import type { ExpertSession } from './expert-session.ts';

interface Seat {
  readonly sink: ViewerSink;
  wanted: boolean;
  detach: () => void;
}

/** The viewers of an expert's session. They may come before the connection; the picture starts when there is one. */
export class ViewerSeats {
  private readonly seats = new Set<Seat>();
  private session: ExpertSession | undefined;

  /** Until the returned function is called, or another comes that sets the pace as well. */
  attach(sink: ViewerSink): () => void {
    if (sink.pace === 'sets') for (const seat of this.seats) if (seat.sink.pace === 'sets') this.leave(seat);
    const seat: Seat = { sink, wanted: true, detach: () => undefined };
    this.seats.add(seat);
    seat.detach =
      this.session?.attach(sink, seat.wanted) ??
      // A person who waits for the connection may minimise the window.
      sink.onEvent((event) => {
        if (event.tag === 'displayWanted') seat.wanted = event.wanted;
      });
    return () => this.leave(seat);
  }

  /** The connection exists: attached viewers get its picture. */
  connect(session: ExpertSession): void {
    this.session = session;
    for (const seat of this.seats) {
      seat.detach();
      seat.detach = session.attach(seat.sink, seat.wanted);
    }
  }

  /** The session has ended: detaches every viewer. */
  close(): void {
    for (const seat of this.seats) this.leave(seat);
  }

  private leave(seat: Seat): void {
    if (this.seats.delete(seat)) seat.detach();
  }
}
