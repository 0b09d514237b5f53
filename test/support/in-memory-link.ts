import { Emitter } from '../../src/main/emitter.ts';
import type { ExpertLink, ExpertLinkEvent, LineState, LinkEnd, NoviceLink, NoviceLinkEvent } from '../../src/main/connection/contract.ts';
import { ConnectionError } from '../../src/main/connection/contract.ts';
import type { Channel, ChannelOutput, ChannelPort } from '../../src/protocol/rdp/channels/contract.ts';
import type { SessionConnection } from '../../src/protocol/assistance/status.ts';
import type { DesktopLayout } from '../../src/protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings, GraphicsUpdate } from '../../src/protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import type { DisconnectReason } from '../../src/protocol/rdp/pdu/disconnect-reasons.ts';

/* RDP without a byte of it: what either end of one connection says, the other hears a little later. */

/** The channels of one end: as a real link has them, nobody calls one while it is at work. */
class FakeChannels {
  private readonly send: (name: string, message: Uint8Array) => void;
  private readonly broken: () => void;
  private list: readonly Channel[] = [];
  private readonly open = new Set<Channel>();
  private later: (() => void)[] = [];
  private working = false;

  constructor(send: (name: string, message: Uint8Array) => void, broken: () => void) {
    this.send = send;
    this.broken = broken;
  }

  use(list: readonly Channel[]): void {
    this.list = list;
  }

  get names(): readonly string[] {
    return this.list.map(({ name }) => name);
  }

  /** Those of these names that have not been started yet. */
  start(names: readonly string[]): void {
    for (const channel of this.list) {
      if (!names.includes(channel.name) || this.open.has(channel)) continue;
      this.open.add(channel);
      this.work(channel, () => channel.start(this.portOf(channel)));
    }
  }

  receive(name: string, message: Uint8Array): void {
    for (const channel of this.open) if (channel.name === name) this.work(channel, () => channel.receive(message));
  }

  end(): void {
    for (const channel of this.open) channel.close();
    this.open.clear();
  }

  whenIdle(act: () => void): void {
    if (this.working) this.later.push(act);
    else act();
  }

  private work(channel: Channel, act: () => readonly ChannelOutput[]): void {
    this.working = true;
    try {
      for (const output of act()) if (output.tag === 'send') this.send(channel.name, output.message);
    } catch {
      this.broken();
    }
    this.working = false;
    for (const next of this.later.splice(0)) next();
  }

  private portOf(channel: Channel): ChannelPort {
    return {
      send: (messages) => {
        this.whenIdle(() => {
          if (this.open.has(channel)) for (const message of messages) this.send(channel.name, message);
        });
        return Promise.resolve();
      },
      close: () => this.open.delete(channel) && channel.close(),
    };
  }
}

/** The connection between two links. */
export interface Wire {
  readonly net: { readonly channels: readonly string[]; readonly graphics: GraphicsSettings };
  readonly noviceLink: FakeNoviceLink | undefined;
  readonly expertLink: FakeExpertLink | undefined;
  /** Runs when it has arrived, unless the connection is gone by then. */
  later(run: () => void): void;
  /** Both sides hear their end at once. */
  end(forNovice: LinkEnd, forExpert: LinkEnd): void;
}

export class FakeNoviceLink implements NoviceLink {
  readonly connection: SessionConnection;
  readonly emitter = new Emitter<NoviceLinkEvent>();
  readonly sent: (readonly GraphicsUpdate[])[] = [];
  readonly positions: { readonly x: number; readonly y: number }[] = [];
  bytesSent = 0;
  /** One without bounds, unless a test says otherwise. */
  line: LineState = { roomBytes: Number.MAX_SAFE_INTEGER, queuedBytes: 0 };
  wasActive = false;
  desktop: Size | undefined;
  readonly channels = new FakeChannels(
    (name, message) => this.sendChannel(name, message),
    () => this.wire.end('protocolError', 'protocolError'),
  );
  private active = false;
  /** Channel messages wait for a change of resolution. */
  private held: (() => void)[] = [];
  private readonly wire: Wire;
  private over = false;

  constructor(wire: Wire, connection: SessionConnection) {
    this.wire = wire;
    this.connection = connection;
  }

  get traffic() {
    return { bytesSent: this.bytesSent, bytesReceived: 0 };
  }
  onEvent(listener: (event: NoviceLinkEvent) => void): () => void {
    return this.emitter.on(listener);
  }
  admit(desktop: DesktopLayout, channels: readonly Channel[] = []): void {
    this.channels.use(channels);
    this.activate(desktop);
  }
  resize(desktop: DesktopLayout): void {
    this.active = false;
    this.activate(desktop);
  }
  private activate(desktop: DesktopLayout): void {
    const { net } = this.wire;
    this.desktop = desktop;
    this.wire.later(() => {
      const { expertLink } = this.wire;
      expertLink?.channels.start(net.channels);
      expertLink?.emitter.emit({ tag: 'active', desktop });
      this.active = true;
      this.wasActive = true;
      this.channels.start(net.channels.filter((name) => expertLink?.channels.names.includes(name)));
      for (const send of this.held.splice(0)) send();
      this.emitter.emit({ tag: 'active', graphics: net.graphics, desktop });
    });
  }
  async sendGraphics(updates: readonly GraphicsUpdate[]): Promise<void> {
    if (this.over) throw new ConnectionError('SOCKET', 'closed');
    if (!this.active) throw new Error('graphics outside the active session');
    this.sent.push(updates);
    for (const update of updates) {
      this.bytesSent += update.bytes.length;
      this.wire.later(() =>
        this.wire.expertLink?.emitter.emit({ tag: 'graphics', graphics: { tag: 'update', updateCode: 4, data: update.bytes } }),
      );
    }
    await Promise.resolve();
  }
  sendPointerShape(): number {
    if (!this.active) throw new Error('pointer outside the active session');
    return 0;
  }
  sendPointerPosition(x: number, y: number): void {
    if (!this.active) throw new Error('pointer outside the active session');
    this.positions.push({ x, y });
  }
  sendChannel(name: string, data: Uint8Array): void {
    const send = (): void => this.wire.later(() => this.wire.expertLink?.channels.receive(name, data));
    if (this.active) send();
    else this.held.push(send);
  }
  close(reason: DisconnectReason): Promise<void> {
    // Before the session is active there is no word for it (pdu/disconnect-reasons.ts).
    this.channels.whenIdle(() => {
      if (!this.over) this.wire.end(reason, reason === 'desktopUnavailable' && !this.active ? 'protocolError' : reason);
    });
    return Promise.resolve();
  }
  ended(end: LinkEnd): void {
    this.over = true;
    this.channels.end();
    this.emitter.finish({ tag: 'ended', end });
  }
}

export class FakeExpertLink implements ExpertLink {
  readonly connection: SessionConnection;
  readonly emitter = new Emitter<ExpertLinkEvent>();
  readonly acknowledged: number[] = [];
  readonly channels = new FakeChannels(
    (name, message) => this.sendChannel(name, message),
    () => this.wire.end('userRequested', 'protocolError'),
  );
  reading = true;
  private readonly wire: Wire;
  private over = false;

  constructor(wire: Wire, connection: SessionConnection, channels: readonly Channel[]) {
    this.wire = wire;
    this.channels.use(channels);
    this.connection = connection;
  }

  get traffic() {
    return { bytesSent: 0, bytesReceived: this.wire.noviceLink?.bytesSent ?? 0 };
  }
  onEvent(listener: (event: ExpertLinkEvent) => void): () => void {
    return this.emitter.on(listener);
  }
  sendInput(events: readonly InputEvent[]): void {
    this.toNovice({ tag: 'input', events });
  }
  acknowledgeFrame(frameId: number): void {
    this.acknowledged.push(frameId);
    this.toNovice({ tag: 'frameAcknowledged', frameId });
  }
  setDisplayWanted(wanted: boolean): void {
    this.toNovice({ tag: 'display', wanted });
  }
  refresh(areas: readonly Rect[]): void {
    this.toNovice({ tag: 'refresh', areas });
  }
  setReading(reading: boolean): void {
    this.reading = reading;
  }
  sendChannel(name: string, data: Uint8Array): void {
    this.wire.later(() => this.wire.noviceLink?.channels.receive(name, data));
  }
  close(): Promise<void> {
    this.channels.whenIdle(() => {
      if (!this.over) this.wire.end('disconnected', 'userRequested');
    });
    return Promise.resolve();
  }
  ended(end: LinkEnd): void {
    this.over = true;
    this.channels.end();
    this.emitter.finish({ tag: 'ended', end });
  }
  private toNovice(event: NoviceLinkEvent): void {
    this.wire.later(() => this.wire.noviceLink?.emitter.emit(event));
  }
}
