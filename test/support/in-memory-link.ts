import { Emitter } from '../../src/main/emitter.ts';
import type { ExpertLink, ExpertLinkEvent, LinkEnd, NoviceLink, NoviceLinkEvent } from '../../src/main/connection/contract.ts';
import { ConnectionError } from '../../src/main/connection/contract.ts';
import type { SessionConnection } from '../../src/protocol/assistance/status.ts';
import type { Rect, Size } from '../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings, GraphicsUpdate } from '../../src/protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import type { RdpDisconnectReason } from '../../src/protocol/rdp/server/contract.ts';

/* RDP without a byte of it: what either end of one connection says, the other hears a little later. */

/** The connection between two links. */
export interface Wire {
  readonly net: { readonly channels: readonly string[]; readonly hasChannels: boolean; readonly graphics: GraphicsSettings };
  readonly noviceLink: FakeNoviceLink | undefined;
  readonly expertLink: FakeExpertLink | undefined;
  /** Runs when it has arrived, unless the connection is gone by then. */
  later(run: () => void): void;
  /** Both sides hear their end at once. */
  end(forNovice: LinkEnd, forExpert: LinkEnd): void;
}

const ENDS: Record<RdpDisconnectReason, LinkEnd> = {
  userRequested: 'userRequested',
  denied: 'denied',
  timeout: 'timeout',
  protocolError: 'protocolError',
  desktopUnavailable: 'desktopUnavailable',
};

export class FakeNoviceLink implements NoviceLink {
  readonly connection: SessionConnection;
  readonly emitter = new Emitter<NoviceLinkEvent>();
  readonly sent: (readonly GraphicsUpdate[])[] = [];
  readonly positions: { readonly x: number; readonly y: number }[] = [];
  bytesSent = 0;
  wasActive = false;
  desktop: Size | undefined;
  private active = false;
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
  admit(desktop: Size): void {
    this.activate(desktop);
  }
  resize(desktop: Size): void {
    this.active = false;
    this.activate(desktop);
  }
  private activate(desktop: Size): void {
    const { net } = this.wire;
    this.desktop = desktop;
    this.wire.later(() => {
      this.wire.expertLink?.emitter.emit({ tag: 'active', desktop, channels: net.channels });
      this.active = true;
      this.wasActive = true;
      this.emitter.emit({ tag: 'active', graphics: net.graphics, desktop, channels: net.channels });
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
  sendPointerShape(): void {
    if (!this.active) throw new Error('pointer outside the active session');
  }
  sendPointerPosition(x: number, y: number): void {
    if (!this.active) throw new Error('pointer outside the active session');
    this.positions.push({ x, y });
  }
  sendChannel(name: string, data: Uint8Array): void {
    this.wire.later(() => this.wire.expertLink?.emitter.emit({ tag: 'channel', name, data }));
  }
  close(reason: RdpDisconnectReason): Promise<void> {
    // Before the session is active there is no word for it (pdu/disconnect-reasons.ts).
    if (!this.over) this.wire.end('disconnected', reason === 'desktopUnavailable' && !this.active ? 'protocolError' : ENDS[reason]);
    return Promise.resolve();
  }
  ended(end: LinkEnd): void {
    this.over = true;
    this.emitter.emit({ tag: 'ended', end });
  }
}

export class FakeExpertLink implements ExpertLink {
  readonly connection: SessionConnection;
  readonly emitter = new Emitter<ExpertLinkEvent>();
  readonly hasChannels: boolean;
  readonly acknowledged: number[] = [];
  private readonly wire: Wire;
  private over = false;

  constructor(wire: Wire, connection: SessionConnection) {
    this.wire = wire;
    this.hasChannels = wire.net.hasChannels;
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
  sendChannel(name: string, data: Uint8Array): void {
    this.toNovice({ tag: 'channel', name, data });
  }
  close(): Promise<void> {
    if (!this.over) this.wire.end('userRequested', 'disconnected');
    return Promise.resolve();
  }
  ended(end: LinkEnd): void {
    this.over = true;
    this.emitter.emit({ tag: 'ended', end });
  }
  private toNovice(event: NoviceLinkEvent): void {
    this.wire.later(() => this.wire.noviceLink?.emitter.emit(event));
  }
}
