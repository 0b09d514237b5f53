import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { Rect } from '../graphics/contract.ts';
import type { InputEvent } from '../input/events.ts';
import { encodeClientInfo, INFO } from '../pdu/client-info.ts';
import { encodeConfirmActive } from '../pdu/confirm-active.ts';
import { decodeDemandActive } from '../pdu/demand-active.ts';
import { type EndMeaning, meaningOfErrorInfo, meaningOfUltimatum } from '../pdu/disconnect-reasons.ts';
import { encodeFrameAcknowledge } from '../pdu/frame-acknowledge.ts';
import { decodeLicence } from '../pdu/licence.ts';
import { decodeDomainPdu, DISCONNECT_REASON, type DomainPdu, encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { PduFramer } from '../pdu/pdu-framer.ts';
import { encodeRefreshRect } from '../pdu/refresh-rect.ts';
import { decodeSecurityHeader, encodeSecurityHeader, SEC } from '../pdu/security-header.ts';
import { decodeSetErrorInfo } from '../pdu/set-error-info.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE } from '../pdu/share-control.ts';
import { decodeShareData, encodeShareData, PDU_TYPE_2 } from '../pdu/share-data.ts';
import { encodeSuppressOutput } from '../pdu/suppress-output.ts';
import { ChannelJoiner, encodeChannelChunks } from '../pdu/virtual-channel.ts';
import { decodeX224Data, encodeX224Data } from '../pdu/x224.ts';
import { ActiveSession, fastPathInput, slowPathInput } from './active-session.ts';
import { type ChannelPlan, connectInitial, readConnectResponse } from './basic-settings.ts';
import { clientCapabilities, readServerAbilities, type ServerAbilities } from './capabilities-exchange.ts';
import { attachUser, ChannelJoins } from './channel-connection.ts';
import { connectionRequest, readConnectionConfirm } from './connection-initiation.ts';
import type { RdpClientConfig, RdpClientMachine, RdpClientOutput } from './contract.ts';
import { finalizationPdus } from './finalization.ts';
import { readMessageChannel } from './message-channel.ts';

/** The channels and our own id, from channel connection on. */
interface Joined {
  readonly plan: ChannelPlan;
  readonly userId: number;
}

interface Shared extends Joined {
  readonly shareId: number;
  readonly abilities: ServerAbilities;
}

/** Where the connection stands. The names are those of the phases in [MS-RDPBCGR] 1.3.1.1. */
type State =
  | { readonly tag: 'idle' }
  | { readonly tag: 'awaitingConnectionConfirm' }
  | { readonly tag: 'awaitingTls' }
  | { readonly tag: 'awaitingConnectResponse' }
  | { readonly tag: 'awaitingAttachUserConfirm'; readonly plan: ChannelPlan }
  | { readonly tag: 'joiningChannels'; readonly plan: ChannelPlan; readonly joins: ChannelJoins }
  | ({ readonly tag: 'licensing' } & Joined)
  /** Also after Deactivate-All. */
  | ({ readonly tag: 'awaitingDemandActive' } & Joined)
  | ({ readonly tag: 'finalizing' } & Shared)
  | ({ readonly tag: 'active' } & Shared)
  | { readonly tag: 'over' };

/** RDP client of the expert: see {@link RdpClientMachine}. Whatever `receive` throws is the end of this connection. */
export class RdpClient implements RdpClientMachine {
  private readonly config: RdpClientConfig;
  private readonly framer = new PduFramer();
  private readonly session = new ActiveSession();
  private readonly joiners = new Map<number, { readonly name: string; readonly joiner: ChannelJoiner }>();
  private state: State = { tag: 'idle' };
  private errorInfo: EndMeaning | undefined;
  private lastHeardMs = 0;
  /** The server measures round trips: silence means that it is gone. */
  private monitored = false;

  constructor(config: RdpClientConfig) {
    this.config = config;
  }

  start(nowMs: number): RdpClientOutput[] {
    this.lastHeardMs = nowMs;
    this.state = { tag: 'awaitingConnectionConfirm' };
    return [send(connectionRequest())];
  }

  receive(bytes: Uint8Array, nowMs: number): RdpClientOutput[] {
    this.lastHeardMs = nowMs;
    const outputs: RdpClientOutput[] = [];
    for (const framed of this.framer.push(bytes)) {
      if (this.state.tag === 'over') break;
      if (framed.tag === 'tpkt') outputs.push(...this.readTpkt(framed.payload));
      else if (this.state.tag === 'active') outputs.push(...this.session.readFastPath(framed.bytes));
      else if (this.state.tag !== 'finalizing' && this.state.tag !== 'awaitingDemandActive') throw this.illegal('fast-path output');
      // A server may still be drawing around Deactivate-All; the next picture is a whole one.
    }
    return outputs;
  }

  tick(nowMs: number): RdpClientOutput[] {
    if (this.state.tag === 'over' || !this.monitored || nowMs - this.lastHeardMs <= this.config.peerGoneAfterMs) return [];
    this.state = { tag: 'over' };
    return [{ tag: 'closed', reason: 'peerGone' }];
  }

  tlsEstablished(nowMs: number): RdpClientOutput[] {
    if (this.state.tag !== 'awaitingTls') throw this.illegal('tlsEstablished');
    this.lastHeardMs = nowMs;
    this.state = { tag: 'awaitingConnectResponse' };
    return [send(connectInitial(this.config))];
  }

  sendInput(events: readonly InputEvent[]): RdpClientOutput[] {
    const { state } = this;
    if (state.tag !== 'active' || events.length === 0) return [];
    if (state.abilities.fastPathInput) return fastPathInput(events).map(send);
    return slowPathInput(events).map((body) => shareData(state, PDU_TYPE_2.input, body));
  }

  acknowledgeFrame(frameId: number): RdpClientOutput[] {
    const { state } = this;
    if (state.tag !== 'active' || !state.abilities.frameAcknowledge) return [];
    return [shareData(state, PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(frameId))];
  }

  setDisplayWanted(wanted: boolean): RdpClientOutput[] {
    const { state } = this;
    if (state.tag !== 'active' || !state.abilities.suppressOutput) return [];
    return [shareData(state, PDU_TYPE_2.suppressOutput, encodeSuppressOutput(wanted, state.abilities.desktop))];
  }

  refresh(areas: readonly Rect[]): RdpClientOutput[] {
    const { state } = this;
    if (state.tag !== 'active' || !state.abilities.refreshRect || areas.length === 0) return [];
    return [shareData(state, PDU_TYPE_2.refreshRect, encodeRefreshRect(areas))];
  }

  sendChannel(name: string, data: Uint8Array): RdpClientOutput[] {
    const { state } = this;
    if (state.tag !== 'active') throw this.illegal(`data for channel ${name}`);
    const channelId = state.plan.byName.get(name);
    if (channelId === undefined) throw new ProtocolError('UNEXPECTED', 'channel', [...state.plan.byName.keys()].join(', '), name);
    return encodeChannelChunks(data).map((chunk) => onChannel(state, channelId, chunk));
  }

  disconnect(): RdpClientOutput[] {
    const { tag } = this.state;
    this.state = { tag: 'over' };
    const closed: RdpClientOutput = { tag: 'closed', reason: 'disconnected' };
    const beforeMcs = tag === 'idle' || tag === 'awaitingConnectionConfirm' || tag === 'awaitingTls' || tag === 'awaitingConnectResponse';
    if (tag === 'over' || beforeMcs) return tag === 'over' ? [] : [closed];
    return [send(encodeX224Data(encodeDomainPdu({ tag: 'disconnectProviderUltimatum', reason: DISCONNECT_REASON.userRequested }))), closed];
  }

  private readTpkt(payload: Uint8Array): RdpClientOutput[] {
    const { state } = this;
    if (state.tag === 'awaitingConnectionConfirm') {
      readConnectionConfirm(payload);
      this.state = { tag: 'awaitingTls' };
      return [{ tag: 'startTls' }];
    }
    if (state.tag === 'idle' || state.tag === 'awaitingTls') throw this.illegal('a PDU');
    const mcs = decodeX224Data(payload);
    if (state.tag === 'awaitingConnectResponse') {
      this.state = { tag: 'awaitingAttachUserConfirm', plan: readConnectResponse(mcs, this.config) };
      return attachUser().map(send);
    }
    return this.readDomainPdu(decodeDomainPdu(mcs));
  }

  private readDomainPdu(pdu: DomainPdu): RdpClientOutput[] {
    const { state } = this;
    if (pdu.tag === 'disconnectProviderUltimatum') {
      const reason = this.errorInfo ?? meaningOfUltimatum(pdu.reason, state.tag === 'active') ?? 'disconnected';
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
        return this.readChannel(state, pdu.channelId, pdu.data);
      default:
        throw this.illegal(pdu.tag);
    }
  }

  /** The next join, or, when all are done, Client Info: from here the novice is being asked. */
  private join(plan: ChannelPlan, joins: ChannelJoins): RdpClientOutput[] {
    const request = joins.request();
    if (request !== undefined) {
      this.state = { tag: 'joiningChannels', plan, joins };
      return [send(request)];
    }
    const joined: Joined = { plan, userId: joins.userId };
    for (const [name, id] of plan.byName) this.joiners.set(id, { name, joiner: new ChannelJoiner() });
    this.state = { tag: 'licensing', ...joined };
    const { userName, password, alternateShell, workingDir } = this.config;
    const info = encodeClientInfo({
      codePage: 0,
      flags: INFO.mouse | INFO.unicode | INFO.disableCtrlAltDel | INFO.logonNotify | INFO.enableWindowsKey | INFO.mouseHasWheel | INFO.noAudioPlayback,
      domain: '',
      userName,
      password,
      alternateShell,
      workingDir,
    });
    return [onChannel(joined, plan.ioChannelId, new ByteWriter(info.length + 4).bytes(encodeSecurityHeader(SEC.infoPkt)).bytes(info).finish()), { tag: 'presented' }];
  }

  private readChannel(state: Extract<State, Joined>, channelId: number, data: Uint8Array): RdpClientOutput[] {
    if (channelId === state.plan.messageChannelId) {
      const answer = readMessageChannel(data);
      this.monitored ||= answer.heartbeat;
      return [
        ...(answer.reply === undefined ? [] : [onChannel(state, channelId, answer.reply)]),
        ...(answer.roundTripMs === undefined ? [] : [{ tag: 'roundTrip', ms: answer.roundTripMs } as const]),
      ];
    }
    const joiner = this.joiners.get(channelId);
    if (joiner !== undefined) {
      const whole = joiner.joiner.push(data);
      return whole === undefined ? [] : [{ tag: 'channel', name: joiner.name, data: whole }];
    }
    if (channelId !== state.plan.ioChannelId) throw new ProtocolError('UNEXPECTED', 'SendDataIndication.channelId', state.plan.ioChannelId, channelId);
    return state.tag === 'licensing' ? this.readLicensing(state, data) : this.readShareControls(data);
  }

  private readLicensing(state: Joined, data: Uint8Array): RdpClientOutput[] {
    const reader = new ByteReader(data);
    const flags = decodeSecurityHeader(reader);
    if ((flags & SEC.licensePkt) === 0) throw new ProtocolError('UNEXPECTED', 'TS_SECURITY_HEADER.flags', 'SEC_LICENSE_PKT', flags);
    const message = decodeLicence(reader.rest());
    if (message.tag !== 'validClient') throw new ProtocolError('REFUSED', 'LICENSE_ERROR_MESSAGE', 'STATUS_VALID_CLIENT', message.tag);
    this.state = { tag: 'awaitingDemandActive', plan: state.plan, userId: state.userId };
    return [];
  }

  private readShareControls(data: Uint8Array): RdpClientOutput[] {
    const outputs: RdpClientOutput[] = [];
    for (const { pduType, source, body } of decodeShareControls(data)) {
      const { state } = this;
      if (pduType === SHARE_CONTROL_TYPE.serverRedirect) throw new ProtocolError('REFUSED', 'TS_SHARECONTROLHEADER.pduType', 'no redirection', pduType);
      if (pduType === SHARE_CONTROL_TYPE.demandActive) {
        if (state.tag !== 'awaitingDemandActive') throw this.illegal('demandActive');
        outputs.push(...this.confirmActive(state, source, body));
      } else if (pduType === SHARE_CONTROL_TYPE.deactivateAll) {
        if (state.tag === 'active' || state.tag === 'finalizing') {
          this.session.suspend();
          this.state = { tag: 'awaitingDemandActive', plan: state.plan, userId: state.userId };
        }
      } else if (pduType === SHARE_CONTROL_TYPE.data) outputs.push(...this.readShareData(body));
    }
    return outputs;
  }

  private confirmActive(state: Joined, serverUserId: number, body: Uint8Array): RdpClientOutput[] {
    const demand = decodeDemandActive(body);
    const abilities = readServerAbilities(demand, this.config.desktop);
    const shared: Shared = { plan: state.plan, userId: state.userId, shareId: demand.shareId, abilities };
    this.state = { tag: 'finalizing', ...shared };
    const confirm = encodeConfirmActive({ shareId: demand.shareId, sets: clientCapabilities(this.config, abilities.desktop) }, state.userId);
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
    if (state.tag === 'active') return this.session.readShareData(pdu);
    if (state.tag !== 'finalizing' || pdu.pduType2 !== PDU_TYPE_2.fontMap) return [];
    this.state = { ...state, tag: 'active' };
    return [{ tag: 'active', desktop: state.abilities.desktop, channels: [...state.plan.byName.keys()] }];
  }

  private illegal(what: string): ProtocolError {
    return new ProtocolError('ILLEGAL_TRANSITION', 'RdpClient', this.state.tag, what);
  }
}

function send(bytes: Uint8Array): RdpClientOutput {
  return { tag: 'send', bytes };
}

function onChannel(joined: Joined, channelId: number, data: Uint8Array): RdpClientOutput {
  return send(encodeX224Data(encodeDomainPdu({ tag: 'sendDataRequest', initiator: joined.userId, channelId, data })));
}

function shareData(shared: Shared, pduType2: number, body: Uint8Array): RdpClientOutput {
  return onChannel(shared, shared.plan.ioChannelId, encodeShareData(shared.shareId, shared.userId, pduType2, body));
}
