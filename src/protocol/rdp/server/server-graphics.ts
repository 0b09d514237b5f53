import type { StaticChannels } from '../channels/static-channels.ts';
import { DRDYNVC } from '../channels/drdynvc/drdynvc.ts';
import { GraphicsServer } from '../channels/graphics/graphics-server.ts';
import { chooseGraphics } from '../graphics/choose-graphics.ts';
import type { ClientGraphicsCapabilities } from '../graphics/client-capabilities.ts';
import type { GraphicsSettings, GraphicsUpdate } from '../graphics/contract.ts';
import { EARLY_CAPABILITY } from '../pdu/client-data.ts';
import { allowsAvc420, type GfxCapabilitySet } from '../pdu/rdpgfx/capabilities.ts';
import { encodeSegmentedData, plainSegments } from '../pdu/rdpgfx/segmented-data.ts';
import { encodeDeleteSurface } from '../pdu/rdpgfx/surfaces.ts';
import { ProtocolError } from '../../bytes/errors.ts';
import type { RdpServerOutput } from './contract.ts';
import { sendChunk } from './server-domain.ts';
import type { Session } from './server-state.ts';

/** A client that has announced the graphics channel answers on it within three round trips. */
export const GRAPHICS_CHANNEL_DEADLINE_MS = 4_000;

/** What the graphics channel has brought since it was asked. */
export interface GraphicsNews {
  readonly acknowledged: readonly RdpServerOutput[];
  /** `begun`: the client has said (again) what it takes, or the picture has to begin anew. `refused`: it does not have the channel. `ended`: it has it no more. */
  readonly change: 'begun' | 'refused' | 'ended' | undefined;
}

/**
 * Which way the picture goes on one connection: on the graphics channel where the client has announced it ([MS-RDPBCGR] 2.2.1.3.2) and answers
 * on it in time, else in updates.
 */
export class ServerGraphics {
  /** To be opened with the connection's other channels; undefined where the client has not announced it. */
  readonly channel: GraphicsServer | undefined;
  private set: GfxCapabilitySet | undefined;
  private waiting: boolean;
  private deadlineMs: number | undefined;
  private acknowledged: RdpServerOutput[] = [];
  private change: GraphicsNews['change'];
  /** What the client has of the picture's surfaces. */
  private surfaces: readonly number[] = [];

  constructor(session: Session) {
    const announced = (session.core.earlyCapabilityFlags & EARLY_CAPABILITY.dynvcGfx) !== 0;
    const carrier = session.channels.find(({ name }) => name === DRDYNVC);
    this.waiting = announced && carrier !== undefined && session.joined.has(carrier.id);
    this.channel = this.waiting
      ? new GraphicsServer({
          confirmed: (set) => this.begin(set),
          acknowledged: ({ frameId, suspended }) => {
            this.acknowledged.push({ tag: 'frameAcknowledged', frameId, ...(suspended ? { suspended } : {}) });
          },
          interrupted: () => this.interrupt(),
          closed: () => this.end(),
        })
      : undefined;
  }

  /** The picture goes on the channel. */
  get inUse(): boolean {
    return this.set !== undefined;
  }

  /** The client's answer is still to come, and no picture goes out before. */
  get isAwaited(): boolean {
    return this.waiting;
  }

  settings(client: ClientGraphicsCapabilities): GraphicsSettings {
    const { set } = this;
    return chooseGraphics(set === undefined ? client : { ...client, channel: { avc420: allowsAvc420(set) } });
  }

  /** Called several times a second while the session is active; true once, when the answer has been waited for long enough. */
  tick(nowMs: number): boolean {
    if (!this.waiting) return false;
    this.deadlineMs ??= nowMs + GRAPHICS_CHANNEL_DEADLINE_MS;
    if (nowMs < this.deadlineMs) return false;
    this.waiting = false;
    return true;
  }

  news(): GraphicsNews {
    const { acknowledged, change } = this;
    this.acknowledged = [];
    this.change = undefined;
    return { acknowledged, change };
  }

  /** `active` is being said: what has changed so far is in it. The encoder that begins now finds no surfaces. */
  activated(channels: StaticChannels): RdpServerOutput[] {
    this.change = undefined;
    return this.clear(channels);
  }

  /** Another encoder begins: what the one before has made is taken away, and the client hears of it before the first frame. */
  private clear(channels: StaticChannels): RdpServerOutput[] {
    const { channel, surfaces } = this;
    if (channel === undefined || !this.inUse || surfaces.length === 0) return [];
    this.surfaces = [];
    const messages = surfaces.map((surfaceId) => encodeSegmentedData(plainSegments(encodeDeleteSurface(surfaceId))));
    return channels.sendDynamic(channel, messages, 'picture').map(sendChunk);
  }

  /** @throws ProtocolError ILLEGAL_TRANSITION while the picture does not go on the channel */
  send({ bytes, surfaces, first }: Extract<GraphicsUpdate, { route: 'channel' }>, channels: StaticChannels): RdpServerOutput[] {
    const { channel } = this;
    if (channel === undefined || !this.inUse) throw new ProtocolError('ILLEGAL_TRANSITION', 'graphics', 'the graphics channel', 'none');
    const cleared = first === true ? this.clear(channels) : [];
    this.surfaces = surfaces;
    return [...cleared, ...channels.sendDynamic(channel, [bytes], 'picture').map(sendChunk)];
  }

  private begin(set: GfxCapabilitySet): void {
    this.set = set;
    this.waiting = false;
    this.surfaces = [];
    this.change = 'begun';
  }

  /** Before the first frame nothing refers to anything. */
  private interrupt(): void {
    if (this.inUse && this.surfaces.length > 0) this.change = 'begun';
  }

  private end(): void {
    if (this.inUse) this.change = 'ended';
    else if (this.waiting) this.change = 'refused';
    this.set = undefined;
    this.waiting = false;
  }
}
