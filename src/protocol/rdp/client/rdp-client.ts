import { ProtocolError } from '../../bytes/errors.ts';
import type { Channel, Urgency } from '../channels/contract.ts';
import { GraphicsClient } from '../channels/graphics/graphics-client.ts';
import { asStatic, type ChannelChunk, StaticChannels } from '../channels/static-channels.ts';
import { desktopLayout, type Monitor } from '../desktop-layout.ts';
import type { Rect } from '../geometry.ts';
import type { InputEvent } from '../input/events.ts';
import { encodeConfirmActive } from '../pdu/confirm-active.ts';
import { decodeDemandActive } from '../pdu/demand-active.ts';
import { type DisconnectReason, meaningOfErrorInfo, meaningOfUltimatum } from '../pdu/disconnect-reasons.ts';
import { encodeFrameAcknowledge } from '../pdu/frame-acknowledge.ts';
import { decodeDomainPdu, DISCONNECT_REASON, type DomainPdu, encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { decodeMonitorLayout } from '../pdu/monitor-layout.ts';
import { PduFramer } from '../pdu/pdu-framer.ts';
import { encodeRefreshRect } from '../pdu/refresh-rect.ts';
import { decodeSetErrorInfo } from '../pdu/set-error-info.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE } from '../pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2 } from '../pdu/share-data.ts';
import { encodeSuppressOutput } from '../pdu/suppress-output.ts';
import { decodeX224Data, encodeX224Data } from '../pdu/x224.ts';
import { ActiveSession, fastPathInput, slowPathInput } from './active-session.ts';
import { type ChannelPlan, connectInitial, readConnectResponse } from './basic-settings.ts';
import { clientCapabilities, readServerAbilities, type ServerAbilities } from './capabilities-exchange.ts';
import { attachUser, ChannelJoins } from './channel-connection.ts';
import { connectionRequest, readConnectionConfirm, type ServerOffer } from './connection-initiation.ts';
import type { RdpClientConfig, RdpClientMachine, RdpClientOutput } from './contract.ts';
import { finalizationPdus } from './finalization.ts';
import { readLicence } from './licensing.ts';
import { readMessageChannel } from './message-channel.ts';
import { clientInfo } from './secure-settings.ts';
import { ServerPresence } from './server-presence.ts';

/** The channels and our own id, from channel connection on. */
interface Joined {
  readonly plan: ChannelPlan;
  readonly userId: number;
}

interface Shared extends Joined {
  readonly shareId: number;
  readonly abilities: ServerAbilities;
}

/** What may wait for a reactivation to end: far more than a hand does in a round trip or two. */
const MAX_HELD = 1024;

/** Where the connection stands. The names are those of the phases in [MS-RDPBCGR] 1.3.1.1. */
type State =
  | { readonly tag: 'idle' }
  | { readonly tag: 'awaitingConnectionConfirm' }
  | { readonly tag: 'awaitingTls' }
  | { readonly tag: 'awaitingConnectResponse' }
  | { readonly tag: 'awaitingAttachUserConfirm'; readonly plan: ChannelPlan }
  | { readonly tag: 'joiningChannels'; readonly plan: ChannelPlan; readonly joins: ChannelJoins }
  /** `answered`: the server's request for a licence, with an error that ends licensing. */
  | ({ readonly tag: 'licensing'; readonly answered: boolean } & Joined)
  /** `reactivating`: after Deactivate-All. */
  | ({ readonly tag: 'awaitingDemandActive'; readonly reactivating: boolean } & Joined)
  | ({ readonly tag: 'finalizing'; readonly reactivating: boolean } & Shared)
  | ({ readonly tag: 'active' } & Shared)
  | { readonly tag: 'over' };

/** RDP client of the expert: see {@link RdpClientMachine}. Whatever `receive` throws is the end of this connection. */
export class RdpClient implements RdpClientMachine {
  private readonly config: RdpClientConfig;
  private readonly framer = new PduFramer();
  private readonly session = new ActiveSession();
  private wanted: readonly Channel[] = [];
  /** Announced where the server has it. */
  private graphics: GraphicsClient | undefined;
  /** What has come on it in the message that is being read. */
  private drawn: RdpClientOutput[] = [];
  private channels: StaticChannels | undefined;
  private readonly presence: ServerPresence;
  private state: State = { tag: 'idle' };
  private errorInfo: DisconnectReason | undefined;
  /** As the server has said since its last Demand Active. */
  private monitors: readonly Monitor[] = [];
  /** What was asked for while the session is reactivated: a key that goes up then must not stay down. */
  private held: ((state: Shared) => RdpClientOutput[])[] = [];

  constructor(config: RdpClientConfig) {
    this.config = config;
    this.presence = new ServerPresence(config.silence);
  }

  start(nowMs: number): RdpClientOutput[] {
    if (this.state.tag !== 'idle') throw this.illegal('start');
    this.presence.heard(nowMs);
    this.state = { tag: 'awaitingConnectionConfirm' };
    return [send(connectionRequest())];
  }

  receive(bytes: Uint8Array, nowMs: number): RdpClientOutput[] {
    const outputs: RdpClientOutput[] = [];
    if (this.isOver()) return outputs;
    this.presence.heard(nowMs);
    for (const framed of this.framer.push(bytes)) {
      if (framed.tag === 'tpkt') outputs.push(...this.readTpkt(framed.payload, nowMs));
      else if (this.state.tag === 'active') outputs.push(...this.session.readFastPath(framed.bytes));
      else if (this.state.tag !== 'finalizing' && this.state.tag !== 'awaitingDemandActive') throw this.illegal('fast-path output');
      // A server may still be drawing around Deactivate-All; the next picture is a whole one.
      if (this.isOver()) break;
    }
    return outputs;
  }

  tick(nowMs: number, owedMs = 0): RdpClientOutput[] {
    if (this.isOver()) return [];
    const news = this.presence.judge(nowMs, this.state.tag === 'active', owedMs);
    if (news !== 'over') return news === undefined ? [] : [{ tag: 'line', silent: news === 'silent' }];
    this.state = { tag: 'over' };
    return [{ tag: 'closed', reason: 'peerGone' }];
  }

  unread(nowMs: number): void {
    this.presence.heard(nowMs);
  }

  tlsEstablished(nowMs: number): RdpClientOutput[] {
    if (this.state.tag !== 'awaitingTls') throw this.illegal('tlsEstablished');
    this.presence.heard(nowMs);
    this.state = { tag: 'awaitingConnectResponse' };
    return [send(connectInitial(this.config, this.wanted, this.graphics !== undefined))];
  }

  sendInput(events: readonly InputEvent[]): RdpClientOutput[] {
    // Where the pointer was on the old desktop is not worth keeping.
    const wanted = this.state.tag === 'active' ? events : events.filter((event) => event.tag !== 'pointerMove');
    if (wanted.length === 0) return [];
    return this.whenActive((state) =>
      state.abilities.fastPathInput
        ? fastPathInput(wanted).map(send)
        : slowPathInput(wanted).map((body) => shareData(state, PDU_TYPE_2.input, body)),
    );
  }

  acknowledgeFrame(frameId: number): RdpClientOutput[] {
    return this.whenActive((state) => {
      const { graphics, channels } = this;
      if (graphics?.isOpen === true && channels !== undefined)
        return channels.sendDynamic(graphics, [graphics.acknowledge(frameId)], 'control').map((chunk) => sendChunk(state, chunk));
      return state.abilities.frameAcknowledge ? [shareData(state, PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(frameId))] : [];
    });
  }

  setDisplayWanted(wanted: boolean): RdpClientOutput[] {
    return this.whenActive((state) =>
      state.abilities.suppressOutput
        ? [shareData(state, PDU_TYPE_2.suppressOutput, encodeSuppressOutput(wanted, state.abilities.desktop))]
        : [],
    );
  }

  refresh(areas: readonly Rect[]): RdpClientOutput[] {
    if (areas.length === 0) return [];
    return this.whenActive((state) =>
      state.abilities.refreshRect ? [shareData(state, PDU_TYPE_2.refreshRect, encodeRefreshRect(areas))] : [],
    );
  }

  sendChannel(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): RdpClientOutput[] {
    const { state } = this;
    if (!this.hasBeenActive() || !('userId' in state) || this.channels === undefined)
      throw this.illegal(`data for channel ${channel.name}`);
    return this.channels.send(channel, messages, urgency).map((chunk) => sendChunk(state, chunk));
  }

  closeChannel(channel: Channel): void {
    this.channels?.close(channel);
  }

  gone(): void {
    this.channels?.closeAll();
  }

  disconnect(): RdpClientOutput[] {
    const { tag } = this.state;
    this.state = { tag: 'over' };
    const closed: RdpClientOutput = { tag: 'closed', reason: 'disconnected' };
    const beforeMcs = tag === 'idle' || tag === 'awaitingConnectionConfirm' || tag === 'awaitingTls' || tag === 'awaitingConnectResponse';
    if (tag === 'over' || beforeMcs) return tag === 'over' ? [] : [closed];
    return [send(encodeX224Data(encodeDomainPdu({ tag: 'disconnectProviderUltimatum', reason: DISCONNECT_REASON.userRequested }))), closed];
  }

  /** The channels that are asked for: the graphics channel among them where the server has it. */
  private ask({ graphicsChannel }: ServerOffer): void {
    const { list } = this.config.channels;
    this.graphics = graphicsChannel ? list.find((channel) => channel instanceof GraphicsClient) : undefined;
    this.wanted = asStatic(
      list.filter((channel) => channel === this.graphics || !(channel instanceof GraphicsClient)),
      'client',
    );
  }

  private isOver(): boolean {
    return this.state.tag === 'over';
  }

  private hasBeenActive(): boolean {
    return this.state.tag === 'active' || ('reactivating' in this.state && this.state.reactivating);
  }

  /** Now, or when the session is active again; never before it has been active once. */
  private whenActive(act: (state: Shared) => RdpClientOutput[]): RdpClientOutput[] {
    if (this.state.tag === 'active') return act(this.state);
    if (this.hasBeenActive() && this.held.length < MAX_HELD) this.held.push(act);
    return [];
  }

  private readTpkt(payload: Uint8Array, nowMs: number): RdpClientOutput[] {
    const { state } = this;
    if (state.tag === 'awaitingConnectionConfirm') {
      this.ask(readConnectionConfirm(payload));
      this.state = { tag: 'awaitingTls' };
      return [{ tag: 'startTls' }];
    }
    if (state.tag === 'idle' || state.tag === 'awaitingTls') throw this.illegal('a PDU');
    const mcs = decodeX224Data(payload);
    if (state.tag === 'awaitingConnectResponse') {
      this.state = { tag: 'awaitingAttachUserConfirm', plan: readConnectResponse(mcs, this.wanted) };
      return attachUser().map(send);
    }
    return this.readDomainPdu(decodeDomainPdu(mcs), nowMs);
  }

  private readDomainPdu(pdu: DomainPdu, nowMs: number): RdpClientOutput[] {
    const { state } = this;
    if (pdu.tag === 'disconnectProviderUltimatum') {
      const reason = this.errorInfo ?? this.meaningOf(state, pdu.reason) ?? 'disconnected';
      this.state = { tag: 'over' };
      return [{ tag: 'closed', reason }];
    }
    switch (state.tag) {
      case 'awaitingAttachUserConfirm':
        if (pdu.tag !== 'attachUserConfirm') throw this.illegal(pdu.tag);
        return this.join(state.plan, new ChannelJoins(pdu.initiator, state.plan));
      case 'joiningChannels':
        if (pdu.tag !== 'channelJoinConfirm') throw this.illegal(pdu.tag);
        state.joins.confirm(pdu);
        return this.join(state.plan, state.joins);
      case 'licensing':
      case 'awaitingDemandActive':
      case 'finalizing':
      case 'active':
        if (pdu.tag !== 'sendDataIndication') throw this.illegal(pdu.tag);
        return this.readChannel(state, pdu.channelId, pdu.data, nowMs);
      default:
        throw this.illegal(pdu.tag);
    }
  }

  /**
   * Nobody is asked at a server without a message channel, which every Ringback has: there rn-user-requested before the session is active is no
   * person's no, but how xrdp refuses what it does not like.
   */
  private meaningOf(state: State, reason: number): DisconnectReason | 'incompatible' | undefined {
    const meaning = meaningOfUltimatum(reason, this.hasBeenActive());
    return meaning === 'denied' && 'plan' in state && state.plan.messageChannelId === undefined ? 'incompatible' : meaning;
  }

  /** The next join, or, when all are done, Client Info: from here the novice is being asked. */
  private join(plan: ChannelPlan, joins: ChannelJoins): RdpClientOutput[] {
    const request = joins.request();
    if (request !== undefined) {
      this.state = { tag: 'joiningChannels', plan, joins };
      return [send(request)];
    }
    const joined: Joined = { plan, userId: joins.userId };
    this.channels = new StaticChannels(plan.joined, this.config.channels.openPort);
    // Not before: several connections of one race ask for the same channel, and only one comes so far.
    this.graphics?.onMessage((data) => this.drawn.push({ tag: 'graphics', graphics: { tag: 'channel', data } }));
    this.state = { tag: 'licensing', answered: false, ...joined };
    return [onChannel(joined, plan.ioChannelId, clientInfo(this.config)), { tag: 'presented' }];
  }

  private readChannel(state: Extract<State, Joined>, channelId: number, data: Uint8Array, nowMs: number): RdpClientOutput[] {
    if (channelId === state.plan.messageChannelId) {
      const answer = readMessageChannel(data);
      if (answer.measured !== undefined) this.presence.measured(answer.measured, nowMs);
      return [
        ...(answer.reply === undefined ? [] : [onChannel(state, channelId, answer.reply)]),
        ...(answer.roundTripMs === undefined ? [] : [{ tag: 'roundTrip', ms: answer.roundTripMs } as const]),
      ];
    }
    if (this.channels?.has(channelId) === true) {
      const answers = this.channels.receive(channelId, data).map((chunk) => sendChunk(state, chunk));
      const { drawn } = this;
      this.drawn = [];
      return [...answers, ...drawn];
    }
    if (channelId !== state.plan.ioChannelId)
      throw new ProtocolError('UNEXPECTED', 'SendDataIndication.channelId', state.plan.ioChannelId, channelId);
    if (state.tag !== 'licensing') return this.readShareControls(data);
    const step = readLicence(data);
    if (step.tag === 'answer') {
      // Once: a server that asks again after "no licence" would be answered for ever.
      if (state.answered) throw new ProtocolError('REFUSED', 'SERVER_LICENSE_REQUEST', 'one', 'another');
      this.state = { ...state, answered: true };
      return [onChannel(state, channelId, step.data)];
    }
    this.state = { tag: 'awaitingDemandActive', reactivating: false, plan: state.plan, userId: state.userId };
    return [];
  }

  private readShareControls(data: Uint8Array): RdpClientOutput[] {
    const outputs: RdpClientOutput[] = [];
    for (const { pduType, source, body } of decodeShareControls(data)) {
      const { state } = this;
      if (pduType === SHARE_CONTROL_TYPE.serverRedirect)
        throw new ProtocolError('REFUSED', 'TS_SHARECONTROLHEADER.pduType', 'no redirection', pduType);
      if (pduType === SHARE_CONTROL_TYPE.demandActive) {
        if (state.tag !== 'awaitingDemandActive') throw this.illegal('demandActive');
        outputs.push(...this.confirmActive(state, source, body));
      } else if (pduType === SHARE_CONTROL_TYPE.deactivateAll) {
        if (state.tag === 'active' || state.tag === 'finalizing') {
          this.session.suspend();
          outputs.push({ tag: 'suspended' });
          this.state = { tag: 'awaitingDemandActive', reactivating: this.hasBeenActive(), plan: state.plan, userId: state.userId };
        }
      } else if (pduType === SHARE_CONTROL_TYPE.data) outputs.push(...this.readShareData(body));
    }
    return outputs;
  }

  private confirmActive(
    state: Extract<State, { readonly tag: 'awaitingDemandActive' }>,
    serverUserId: number,
    body: Uint8Array,
  ): RdpClientOutput[] {
    const demand = decodeDemandActive(body);
    const abilities = readServerAbilities(demand, this.config.desktop);
    if (!abilities.beginsAnew) this.graphics?.withhold();
    this.monitors = [];
    const shared: Shared = { plan: state.plan, userId: state.userId, shareId: demand.shareId, abilities };
    this.state = { tag: 'finalizing', reactivating: state.reactivating, ...shared };
    const confirm = encodeConfirmActive(
      { shareId: demand.shareId, sets: clientCapabilities(this.config, abilities.desktop) },
      state.userId,
    );
    return [
      onChannel(state, state.plan.ioChannelId, confirm),
      ...finalizationPdus(serverUserId).map((pdu) => shareData(shared, pdu.pduType2, pdu.body)),
    ];
  }

  private readShareData(body: Uint8Array): RdpClientOutput[] {
    const pdu = decodeShareData(body);
    if (pdu.pduType2 === PDU_TYPE_2.setErrorInfo) {
      this.errorInfo = meaningOfErrorInfo(decodeSetErrorInfo(pdu.body)) ?? this.errorInfo;
      return [];
    }
    const { state } = this;
    if (pdu.pduType2 === PDU_TYPE_2.monitorLayout) {
      this.monitors = decodeMonitorLayout(pdu.body);
      return state.tag === 'active' ? [{ tag: 'monitors', monitors: this.monitors }] : [];
    }
    if (state.tag === 'active') return this.session.readShareData(pdu);
    if (state.tag !== 'finalizing' || pdu.pduType2 !== PDU_TYPE_2.fontMap) return [];
    const { plan, userId, shareId, abilities } = state;
    const shared: Shared = { plan, userId, shareId, abilities };
    this.state = { tag: 'active', ...shared };
    const { held } = this;
    this.held = [];
    return [
      ...held.flatMap((act) => act(shared)),
      ...(this.channels?.start() ?? []).map((chunk) => sendChunk(shared, chunk)),
      { tag: 'active', desktop: desktopLayout(abilities.desktop, this.monitors) },
    ];
  }

  private illegal(what: string): ProtocolError {
    return new ProtocolError('ILLEGAL_TRANSITION', 'RdpClient', this.state.tag, what);
  }
}

function send(bytes: Uint8Array): Extract<RdpClientOutput, { readonly tag: 'send' }> {
  return { tag: 'send', bytes };
}

function onChannel(joined: Joined, channelId: number, data: Uint8Array): Extract<RdpClientOutput, { readonly tag: 'send' }> {
  return send(encodeX224Data(encodeDomainPdu({ tag: 'sendDataRequest', initiator: joined.userId, channelId, data })));
}

function sendChunk(joined: Joined, { channelId, chunk, urgency }: ChannelChunk): RdpClientOutput {
  return { ...onChannel(joined, channelId, chunk), urgency };
}

function shareData(shared: Shared, pduType2: number, body: Uint8Array): RdpClientOutput {
  return onChannel(shared, shared.plan.ioChannelId, encodeShareData(shared.shareId, shared.userId, pduType2, body));
}
