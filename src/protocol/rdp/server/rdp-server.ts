import { ProtocolError } from '../../bytes/errors.ts';
import type { Channel, Urgency } from '../channels/contract.ts';
import { asStatic, type ConnectionChannels, StaticChannels } from '../channels/static-channels.ts';
import { type DesktopLayout, isSameLayout, isSameSize } from '../desktop-layout.ts';
import type { GraphicsUpdate } from '../graphics/contract.ts';
import type { PointerShape } from '../pointer-shape.ts';
import { encodeDeactivateAll } from '../pdu/deactivate-all.ts';
import { type DisconnectReason, errorInfoOf, ultimatumReasonOf } from '../pdu/disconnect-reasons.ts';
import { EARLY_CAPABILITY } from '../pdu/client-data.ts';
import { decodeFastPathInput } from '../pdu/fast-path-input.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { decodeDomainPdu, type DomainPdu } from '../pdu/mcs-domain.ts';
import { fastPathPdus, type Framed, PduFramer } from '../pdu/pdu-framer.ts';
import { encodePointerPosition } from '../pdu/pointer-update.ts';
import { encodeSetErrorInfo } from '../pdu/set-error-info.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE, type ShareControl } from '../pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2 } from '../pdu/share-data.ts';
import { decodeX224Data } from '../pdu/x224.ts';
import { clamped, inputOutputs, receiveActiveData, ultimatum } from './active-session.ts';
import { receiveConnectInitial } from './basic-settings.ts';
import { demandActive, licensed, readsMonitorLayout, receiveConfirmActive } from './capabilities-exchange.ts';
import { receiveChannelConnection } from './channel-connection.ts';
import { receiveConnectionRequest } from './connection-initiation.ts';
import type { RdpServerConfig, RdpServerMachine, RdpServerOutput } from './contract.ts';
import { receiveFinalization } from './finalization.ts';
import { RoundTrip } from './round-trip.ts';
import { IO_CHANNEL_ID, sendChunk, sendOn, SERVER_CHANNEL_ID, SHARE_ID } from './server-domain.ts';
import { ServerGraphics } from './server-graphics.ts';
import { type Admitted, illegal, type ServerState, type StateOf, type Step } from './server-state.ts';

type AdmittedState = StateOf<'capabilities' | 'finalization' | 'active'>;

const NO_CHANNELS: ConnectionChannels = {
  list: [],
  openPort: ({ name }) => {
    throw new ProtocolError('UNEXPECTED', 'channel', 'none', name);
  },
};

/**
 * The RDP server: a phase is a state, and each phase has its file. Whatever `receive` throws ends the connection; the machine is not to be
 * used after it.
 */
export class RdpServer implements RdpServerMachine {
  private readonly framer = new PduFramer();
  private readonly roundTrip: RoundTrip;
  private state: ServerState = { tag: 'connectionInitiation' };
  private channels: StaticChannels | undefined;
  /** From `admit` on. */
  private graphics: ServerGraphics | undefined;
  /** A resize that came while an activation was under way; the newest counts. */
  private nextDesktop: DesktopLayout | undefined;

  constructor(config: RdpServerConfig) {
    this.roundTrip = new RoundTrip(config.silence);
  }

  receive(bytes: Uint8Array, nowMs: number): RdpServerOutput[] {
    const outputs: RdpServerOutput[] = [];
    if (this.state.tag === 'closed') return outputs;
    this.roundTrip.heard(nowMs);
    for (const framed of this.framer.push(bytes)) {
      outputs.push(...this.receiveFramed(framed, nowMs));
      if (this.isClosed()) return outputs;
    }
    return outputs;
  }

  tick(nowMs: number, owedMs = 0): RdpServerOutput[] {
    const { state } = this;
    if (state.tag === 'closed') return [];
    const measured = measures(state);
    // Nothing is measured in between, but in a reactivation Demand Active has been sent and is to be answered.
    if (!measured && !('wasActive' in state && state.wasActive)) this.roundTrip.heard(nowMs);
    const news = this.roundTrip.judge(nowMs, owedMs);
    if (news === 'over') return this.close('peerGone');
    const told: RdpServerOutput[] = news === undefined ? [] : [{ tag: 'line', silent: news === 'silent' }];
    if (!measured) return told;
    if (state.tag === 'active' && this.graphics?.tick(nowMs) === true) told.push(...this.activation(state));
    return [...told, ...this.roundTrip.request(state.session, state.tag === 'active' ? 'continuous' : 'connectTime', nowMs)];
  }

  moving(nowMs: number): void {
    this.roundTrip.heard(nowMs);
  }

  tlsEstablished(): RdpServerOutput[] {
    if (this.state.tag !== 'tlsHandshake') throw illegal(this.state, 'TLS');
    this.state = { tag: 'basicSettings', requestedProtocols: this.state.requestedProtocols };
    return [];
  }

  admit(desktop: DesktopLayout, channels: ConnectionChannels = NO_CHANNELS): RdpServerOutput[] {
    if (this.state.tag !== 'awaitingAdmission') throw illegal(this.state, 'admit');
    const { session } = this.state;
    const graphics = new ServerGraphics(session);
    this.graphics = graphics;
    const list = graphics.channel === undefined ? channels.list : [...channels.list, graphics.channel];
    const joined = asStatic(list, 'server').flatMap((channel) => {
      const asked = session.channels.find(({ name, id }) => name === channel.name && session.joined.has(id));
      return asked === undefined ? [] : [{ channel, channelId: asked.id }];
    });
    this.channels = new StaticChannels(joined, channels.openPort);
    const step = demandActive({ session, channels: this.channels, desktop, wasActive: false });
    return [licensed(), ...this.take(step)];
  }

  disconnect(reason: DisconnectReason): RdpServerOutput[] {
    const { state } = this;
    switch (state.tag) {
      case 'closed':
        return [];
      case 'connectionInitiation':
      case 'tlsHandshake':
      case 'basicSettings':
        return this.close('disconnected');
      default: {
        const wasActive = 'wasActive' in state && state.wasActive;
        const reads = (state.session.core.earlyCapabilityFlags & EARLY_CAPABILITY.errInfoPdu) !== 0;
        const why = wasActive && reads ? [shareData(PDU_TYPE_2.setErrorInfo, encodeSetErrorInfo(errorInfoOf(reason)))] : [];
        return [...why, ultimatum(ultimatumReasonOf(reason, wasActive)), ...this.close('disconnected')];
      }
    }
  }

  sendGraphics(updates: readonly GraphicsUpdate[]): RdpServerOutput[] {
    const { state, graphics } = this;
    if (state.tag !== 'active' || graphics === undefined || graphics.isAwaited) throw illegal(state, 'graphics');
    // PDU by PDU, so that what is more urgent can go between them.
    return updates.flatMap((update): RdpServerOutput[] =>
      update.route === 'channel'
        ? graphics.send(update, state.channels)
        : fastPathPdus(update.bytes).map((bytes) => ({ tag: 'send', bytes, urgency: 'picture' })),
    );
  }

  sendPointerShape(shape: PointerShape | null, onlyKnown = false): RdpServerOutput[] {
    if (this.state.tag !== 'active') throw illegal(this.state, 'pointer shape');
    const bytes = this.state.pointers.encode(shape, onlyKnown);
    return bytes.length === 0 ? [] : [{ tag: 'send', bytes }];
  }

  sendPointerPosition(x: number, y: number): RdpServerOutput[] {
    if (this.state.tag !== 'active') throw illegal(this.state, 'pointer position');
    const at = clamped({ x, y }, this.state.desktop);
    return [{ tag: 'send', bytes: encodeFastPathUpdate(FAST_PATH_UPDATE.pointerPosition, encodePointerPosition(at.x, at.y)) }];
  }

  resize(desktop: DesktopLayout): RdpServerOutput[] {
    const { state } = this;
    switch (state.tag) {
      case 'active':
        this.nextDesktop = undefined;
        if (this.graphics?.inUse === true || (isSameSize(desktop, state.desktop) && !readsMonitorLayout(state.session))) {
          // The graphics channel says the new layout itself, and some clients do not want to know of monitors: nothing is reactivated.
          const resized = { ...state, desktop };
          return this.take({ state: resized, outputs: this.activation(resized) });
        }
        return this.reactivate({ ...state, desktop });
      case 'capabilities':
      case 'finalization':
        this.nextDesktop = isSameLayout(desktop, state.desktop) ? undefined : desktop;
        return [];
      default:
        throw illegal(state, 'resize');
    }
  }

  sendChannel(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): RdpServerOutput[] {
    const { state } = this;
    if (!('wasActive' in state) || !state.wasActive) throw illegal(state, 'channel data');
    return state.channels.send(channel, messages, urgency).map(sendChunk);
  }

  closeChannel(channel: Channel): void {
    this.channels?.close(channel);
  }

  gone(): void {
    this.channels?.closeAll();
  }

  /** The session is active, and it is known which way the picture goes. */
  private activation({ abilities, channels, desktop }: StateOf<'active'>): RdpServerOutput[] {
    const { graphics } = this;
    if (graphics === undefined || graphics.isAwaited) return [];
    return [...graphics.activated(channels), { tag: 'active', graphics: graphics.settings(abilities.graphics), desktop }];
  }

  private reactivate(admitted: Admitted): RdpServerOutput[] {
    return [
      { tag: 'suspended' },
      sendOn(IO_CHANNEL_ID, encodeDeactivateAll(SHARE_ID, SERVER_CHANNEL_ID)),
      ...this.take(demandActive(admitted)),
    ];
  }

  private graphicsNews(): RdpServerOutput[] {
    const { acknowledged, change } = this.graphics?.news() ?? { acknowledged: [], change: undefined };
    const { state } = this;
    if (change === undefined || state.tag !== 'active') return [...acknowledged];
    // Without the channel the client's desktop is again what an activation says.
    return [...acknowledged, ...(change === 'ended' ? this.reactivate(state) : this.activation(state))];
  }

  private isClosed(): boolean {
    return this.state.tag === 'closed';
  }

  private close(reason: Extract<RdpServerOutput, { tag: 'closed' }>['reason']): RdpServerOutput[] {
    this.state = { tag: 'closed' };
    return [{ tag: 'closed', reason }];
  }

  private take(step: Step): RdpServerOutput[] {
    this.state = step.state;
    return step.outputs;
  }

  private receiveFramed(framed: Framed, nowMs: number): RdpServerOutput[] {
    const { state } = this;
    if (framed.tag === 'fastPath') return this.receiveFastPath(framed.bytes);
    switch (state.tag) {
      case 'connectionInitiation':
        return this.take(receiveConnectionRequest(framed.payload));
      case 'basicSettings':
        return this.take(receiveConnectInitial(state, decodeX224Data(framed.payload)));
      case 'tlsHandshake':
      case 'closed':
        throw illegal(state, 'data');
      default:
        return this.receiveDomain(state, decodeDomainPdu(decodeX224Data(framed.payload)), nowMs);
    }
  }

  private receiveFastPath(pdu: Uint8Array): RdpServerOutput[] {
    const { state } = this;
    if (state.tag === 'finalization' || state.tag === 'active' || (state.tag === 'capabilities' && state.wasActive)) {
      const events = decodeFastPathInput(pdu);
      // Before the first Font List input means nothing yet: rdesktop sends it all the same.
      return state.wasActive ? inputOutputs(events, state.desktop) : [];
    }
    throw illegal(state, 'fast-path input');
  }

  private receiveDomain(
    state: StateOf<'channelConnection' | 'awaitingAdmission'> | AdmittedState,
    pdu: DomainPdu,
    nowMs: number,
  ): RdpServerOutput[] {
    if (pdu.tag === 'disconnectProviderUltimatum') return this.close('peerDisconnected');
    if (pdu.tag === 'sendDataRequest' && pdu.initiator !== state.session.userId) {
      throw new ProtocolError('UNEXPECTED', 'SendDataRequest.initiator', state.session.userId, pdu.initiator);
    }
    if (state.tag === 'channelConnection') return this.take(receiveChannelConnection(state, pdu));
    if (pdu.tag !== 'sendDataRequest') throw illegal(state, pdu.tag);
    if (pdu.channelId === state.session.messageChannelId) return this.roundTrip.receive(state.session, pdu.data, measures(state), nowMs);
    if (pdu.channelId !== IO_CHANNEL_ID) {
      if (!state.session.channels.some(({ id }) => id === pdu.channelId))
        throw new ProtocolError('UNEXPECTED', 'SendDataRequest.channelId', 'a known channel', pdu.channelId);
      // Nobody who is not in yet is listened to: what a client says on a channel before it is active is dropped.
      if (!('wasActive' in state) || !state.wasActive) return [];
      return [...state.channels.receive(pdu.channelId, pdu.data).map(sendChunk), ...this.graphicsNews()];
    }
    if (state.tag === 'awaitingAdmission') throw illegal(state, 'data');
    const outputs: RdpServerOutput[] = [];
    for (const control of decodeShareControls(pdu.data)) {
      outputs.push(...this.receiveShareControl(control));
      if (this.isClosed()) break;
    }
    return outputs;
  }

  private receiveShareControl(control: ShareControl): RdpServerOutput[] {
    const state = this.state as AdmittedState;
    if (control.pduType === SHARE_CONTROL_TYPE.confirmActive) {
      if (state.tag !== 'capabilities') throw illegal(state, 'Confirm Active');
      return this.take(receiveConfirmActive(state, control.body));
    }
    if (control.pduType !== SHARE_CONTROL_TYPE.data) {
      throw new ProtocolError('UNEXPECTED', 'TS_SHARECONTROLHEADER.pduType', 'Confirm Active or Data', control.pduType);
    }
    const data = decodeShareData(control.body);
    if (state.tag === 'capabilities' && !state.wasActive) throw illegal(state, 'share data');
    const outputs: RdpServerOutput[] = [];
    if (state.wasActive) {
      outputs.push(...receiveActiveData(state, data));
      if (outputs.some((output) => output.tag === 'closed')) this.state = { tag: 'closed' };
    }
    if (state.tag === 'finalization' && !this.isClosed()) {
      outputs.push(...this.take(receiveFinalization(state, data)));
      if (this.state.tag === 'active') outputs.push(...this.activation(this.state));
      if (this.nextDesktop !== undefined && this.state.tag === 'active') outputs.push(...this.resize(this.nextDesktop));
    }
    return outputs;
  }
}

/** Only here may anything go out on the message channel: the phases between belong to their own PDUs. */
function measures(state: ServerState): state is StateOf<'awaitingAdmission' | 'active'> {
  return state.tag === 'awaitingAdmission' || state.tag === 'active';
}

function shareData(pduType2: number, body: Uint8Array): RdpServerOutput {
  return sendOn(IO_CHANNEL_ID, encodeShareData(SHARE_ID, SERVER_CHANNEL_ID, pduType2, body));
}
