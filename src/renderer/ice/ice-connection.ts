import { DATA_CHANNEL, type FromIcePage, type IcePairEnd, type ToIcePage } from '../../protocol/ice/page-messages.ts';

/** So much lies with the browser at most; main has as much again on its way here. */
const MOST_BUFFERED_BYTES = 512 * 1024;
const REFILL_BELOW_BYTES = 256 * 1024;
const SDP_MID = '0';

/** From closing the connection to the last word; below what main waits for it. */
const FAREWELL_MS = 200;

/** One RTCPeerConnection with its two channels, told what to do by main. */
export class IceConnection {
  private readonly say: (message: FromIcePage) => void;
  private peer: RTCPeerConnection | undefined;
  private data: RTCDataChannel | undefined;
  private control: RTCDataChannel | undefined;
  private readonly waiting: Uint8Array<ArrayBuffer>[] = [];
  /** Descriptions and candidates are taken one after the other. */
  private turn: Promise<void> = Promise.resolve();
  private offers = false;
  private isOpen = false;
  private closing = false;
  private over = false;

  constructor(say: (message: FromIcePage) => void) {
    this.say = say;
  }

  told(message: ToIcePage): void {
    if (this.over) return;
    if (message.tag === 'data') {
      this.waiting.push(message.bytes as Uint8Array<ArrayBuffer>);
      this.fill();
    } else if (message.tag === 'control') this.send(this.control, message.bytes as Uint8Array<ArrayBuffer>);
    else if (message.tag === 'close') this.close(message.flush);
    else this.turn = this.turn.then(() => this.negotiate(message)).catch((error: unknown) => this.fail(String(error)));
  }

  private async negotiate(message: Extract<ToIcePage, { tag: 'begin' | 'remote' | 'candidate' }>): Promise<void> {
    if (message.tag === 'begin') await this.begin(message);
    else if (message.tag === 'remote') await this.takeRemote(message.sdp);
    else await this.addCandidate(message.line ?? '');
  }

  private async addCandidate(candidate: string): Promise<void> {
    try {
      await this.peer?.addIceCandidate({ candidate, sdpMid: SDP_MID });
    } catch {
      // One address that this browser will not have leaves the others.
    }
  }

  private async begin({ offers, relayOnly, servers }: Extract<ToIcePage, { tag: 'begin' }>): Promise<void> {
    this.offers = offers;
    const peer = new RTCPeerConnection({ iceServers: [...servers], iceTransportPolicy: relayOnly ? 'relay' : 'all' });
    this.peer = peer;
    peer.addEventListener('icecandidate', ({ candidate }) => {
      // An empty one only says that one group of them is complete.
      if (candidate?.candidate !== '') this.say({ tag: 'candidate', line: candidate?.candidate });
    });
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'failed') this.fail('no pair of addresses connects the two');
    });
    this.data = this.channel(peer, 'data');
    this.control = this.channel(peer, 'control');
    this.data.bufferedAmountLowThreshold = REFILL_BELOW_BYTES;
    this.data.addEventListener('bufferedamountlow', () => this.fill());
    if (offers) await this.describe(peer);
  }

  private async takeRemote(sdp: string): Promise<void> {
    const { peer } = this;
    if (peer === undefined) return;
    await peer.setRemoteDescription({ type: this.offers ? 'answer' : 'offer', sdp });
    if (!this.offers) await this.describe(peer);
  }

  private async describe(peer: RTCPeerConnection): Promise<void> {
    const description = this.offers ? await peer.createOffer() : await peer.createAnswer();
    // Before the candidates, which gathering begins to find.
    this.say({ tag: 'local', sdp: description.sdp ?? '' });
    await peer.setLocalDescription(description);
  }

  private channel(peer: RTCPeerConnection, name: keyof typeof DATA_CHANNEL): RTCDataChannel {
    const channel = peer.createDataChannel(name, { negotiated: true, id: DATA_CHANNEL[name], ordered: true });
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('open', () => this.opened(peer));
    channel.addEventListener('close', () => {
      // The data channel may be closed while the last words are still under way on the other.
      if (name === 'control' || !this.closing) this.fail(`the ${name} channel closed`);
    });
    channel.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) this.say({ tag: name, bytes: new Uint8Array(data) });
    });
    return channel;
  }

  private opened(peer: RTCPeerConnection): void {
    if (this.isOpen || this.data?.readyState !== 'open' || this.control?.readyState !== 'open') return;
    this.isOpen = true;
    const transport = peer.sctp?.transport.iceTransport;
    transport?.addEventListener('selectedcandidatepairchange', () => this.tellPair(transport));
    if (transport !== undefined) this.tellPair(transport);
    this.say({ tag: 'open' });
    this.fill();
  }

  private tellPair(transport: RTCIceTransport): void {
    const { local, remote } = transport.getSelectedCandidatePair() ?? {};
    if (local !== undefined && remote !== undefined) this.say({ tag: 'pair', local: endOf(local), remote: endOf(remote) });
  }

  private fill(): void {
    let sent = 0;
    while (this.isOpen && (this.data?.bufferedAmount ?? MOST_BUFFERED_BYTES) < MOST_BUFFERED_BYTES) {
      const bytes = this.waiting.shift();
      if (bytes === undefined || !this.send(this.data, bytes)) break;
      sent += bytes.length;
    }
    if (sent > 0) this.say({ tag: 'sent', bytes: sent });
  }

  private send(channel: RTCDataChannel | undefined, bytes: Uint8Array<ArrayBuffer>): boolean {
    try {
      channel?.send(bytes);
      return true;
    } catch (error) {
      this.fail(String(error));
      return false;
    }
  }

  /** A channel that is closed sends what it has first. */
  private close(flush: boolean): void {
    if (!flush || this.control?.readyState !== 'open') return this.leave();
    this.closing = true;
    this.data?.close();
    this.control.close();
  }

  /** The page is closed at its last word, and the other side's goodbye is still on its way out then. */
  private leave(): void {
    if (this.over) return;
    this.over = true;
    this.peer?.close();
    setTimeout(() => this.say({ tag: 'failed', why: 'closed' }), FAREWELL_MS);
  }

  private fail(why: string): void {
    if (this.over) return;
    this.over = true;
    this.say({ tag: 'failed', why: why.slice(0, 500) });
    this.peer?.close();
  }
}

function endOf({ type, address, port }: RTCIceCandidate): IcePairEnd {
  return { kind: type ?? '', address: address ?? '', port: port ?? 0 };
}
