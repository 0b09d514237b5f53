import { ByteReader } from '../../bytes/reader.ts';
import { type AutoDetectRequest, decodeRttResponse, encodeAutoDetectRequest } from '../pdu/auto-detect.ts';
import { EARLY_CAPABILITY } from '../pdu/client-data.ts';
import { decodeSecurityHeader, encodeSecurityHeader, SEC } from '../pdu/security-header.ts';
import { Silence, type SilenceLimits, type SilenceNews } from '../silence.ts';
import type { RdpServerOutput } from './contract.ts';
import { sendOn } from './server-domain.ts';
import type { Session } from './server-state.ts';

const SEQUENCES = 0x1_0000;
/** Requests whose time of sending is still known. */
const MAX_OUTSTANDING = 16;

/** From one question to the next: a side that is silent is to be noticed in less than two seconds. */
const ASK_EVERY_MS = 250;
/** What came of it is told no oftener: the other side shows it to people. */
const TELL_EVERY_MS = 1_000;

/**
 * Round trips by network characteristics detection ([MS-RDPBCGR] 1.3.8, 2.2.14) on the message channel, and from them whether the peer is
 * silent. A client that never answers may just not know the requests: then its system is judged.
 */
export class RoundTrip {
  private readonly silence: Silence;
  private readonly sentAt = new Map<number, number>();
  private sequence = 0;
  private answered = false;
  private lastAskedMs: number | undefined;
  private told: { readonly atMs: number; readonly ms: number } | undefined;

  constructor(limits: SilenceLimits) {
    this.silence = new Silence(limits);
  }

  /** Anything at all came from the peer, or it is not being asked at present. */
  heard(nowMs: number): void {
    this.silence.heard(nowMs);
  }

  /** What has changed about the line. `owedMs`: see {@link Signs}. */
  judge(nowMs: number, owedMs: number): SilenceNews | undefined {
    return this.silence.judge(nowMs, { measured: this.answered, owedMs });
  }

  /** The next RTT Measure Request, if it is time for one and the client has said that it takes part and has joined the channel for it. */
  request(session: Session, phase: 'connectTime' | 'continuous', nowMs: number): RdpServerOutput[] {
    const takesPart = (session.core.earlyCapabilityFlags & EARLY_CAPABILITY.netcharAutodetect) !== 0;
    if (!takesPart || session.messageChannelId === undefined || !session.joined.has(session.messageChannelId)) return [];
    if (this.lastAskedMs !== undefined && Math.abs(nowMs - this.lastAskedMs) < ASK_EVERY_MS) return [];
    this.lastAskedMs = nowMs;
    const sequence = this.sequence;
    this.sequence = (sequence + 1) % SEQUENCES;
    if (this.sentAt.size >= MAX_OUTSTANDING) for (const oldest of this.sentAt.keys()) if (this.sentAt.delete(oldest)) break;
    this.sentAt.set(sequence, nowMs);
    return [onMessageChannel(session.messageChannelId, { tag: 'rttRequest', sequence, phase })];
  }

  /** What came on the message channel. An answer to a request of ours becomes `roundTrip`; with `tell` the client learns it too, where it is another. */
  receive(session: Session, data: Uint8Array, tell: boolean, nowMs: number): RdpServerOutput[] {
    const reader = new ByteReader(data);
    const flags = decodeSecurityHeader(reader);
    if ((flags & SEC.autodetectRsp) === 0 || session.messageChannelId === undefined) return [];
    const sequence = decodeRttResponse(reader.rest());
    const sentAtMs = sequence === undefined ? undefined : this.sentAt.get(sequence);
    if (sequence === undefined || sentAtMs === undefined) return [];
    this.sentAt.delete(sequence);
    this.answered = true;
    const ms = Math.max(0, nowMs - sentAtMs);
    const averageRttMs = Math.round(ms);
    if (!tell || !this.isNews(averageRttMs, nowMs)) return [{ tag: 'roundTrip', ms }];
    this.told = { atMs: nowMs, ms: averageRttMs };
    return [{ tag: 'roundTrip', ms }, onMessageChannel(session.messageChannelId, { tag: 'characteristics', sequence, averageRttMs })];
  }

  private isNews(ms: number, nowMs: number): boolean {
    const { told } = this;
    return told === undefined || (told.ms !== ms && Math.abs(nowMs - told.atMs) >= TELL_EVERY_MS);
  }
}

function onMessageChannel(channelId: number, request: Exclude<AutoDetectRequest, { readonly tag: 'other' }>): RdpServerOutput {
  const header = encodeSecurityHeader(SEC.autodetectReq);
  const body = encodeAutoDetectRequest(request);
  const data = new Uint8Array(header.length + body.length);
  data.set(header);
  data.set(body, header.length);
  return sendOn(channelId, data);
}
