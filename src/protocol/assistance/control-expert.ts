import { ProtocolError } from '../bytes/errors.ts';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import { decodeEncomsp, ENCOMSP_CHANNEL, encodeEncomsp, MAX_ENCOMSP_BYTES } from '../rdp/channels/encomsp.ts';
import type { ControlState } from './status.ts';

/** So often is control given or taken back on one connection: each time is written down. */
const MAX_CHANGES = 500;

/** Participant id for a novice's program that has named no participant; FreeRDP sends it too. */
const UNKNOWN_PARTICIPANT = 0;

export interface ControlExpertTold {
  /** `state` has changed. */
  readonly changed: () => void;
  /** This side has been named among the participants: the novice has said yes to being seen. */
  readonly named: () => void;
}

/** The expert's (client's) end of `encomsp` ([MS-RDPEMC] 3.3): asks for control, gives it back, and learns what the novice says. */
export class ControlExpert implements Channel {
  readonly name = ENCOMSP_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: MAX_ENCOMSP_BYTES };
  private readonly told: ControlExpertTold;
  private port: ChannelPort | undefined;
  private current: ControlState = 'no';
  private granted = false;
  private participantId = UNKNOWN_PARTICIPANT;
  private named = false;
  private changes = 0;

  constructor(told: ControlExpertTold) {
    this.told = told;
  }

  get state(): ControlState {
    return this.current;
  }
  /** Control has been granted at least once. */
  get wasGranted(): boolean {
    return this.granted;
  }
  /** False where the novice's program has no such channel: nothing can be asked for. */
  get negotiable(): boolean {
    return this.port !== undefined;
  }

  request(): void {
    if (this.current === 'asked' || this.current === 'granted') return;
    this.say(true);
    this.become('asked');
  }

  release(): void {
    if (!this.negotiable || this.current === 'no' || this.current === 'refused') return;
    this.become('no');
    this.say(false);
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return [];
  }

  /** @throws ProtocolError for a wrong message, and where control changes more often than any person gives and takes it */
  receive(message: Uint8Array): readonly ChannelOutput[] {
    for (const each of decodeEncomsp(message)) {
      if (each.tag !== 'participantCreated' || !each.you) continue;
      this.participantId = each.participantId;
      // The first naming is not yet an answer: it may have crossed our request.
      const answer = this.named;
      this.named = true;
      this.told.named();
      if (each.mayInteract) this.hear('granted');
      else if (this.current === 'asked') {
        if (answer) this.hear('refused');
      } else if (this.current === 'granted') this.hear('no');
    }
    return [];
  }

  close(): void {
    this.port = undefined;
    this.current = 'no';
  }

  private say(interact: boolean): void {
    void this.port?.send([encodeEncomsp({ tag: 'controlChange', participantId: this.participantId, view: true, interact })]);
  }

  private hear(next: ControlState): void {
    if (this.current === next) return;
    this.changes += 1;
    if (this.changes > MAX_CHANGES)
      throw new ProtocolError('TOO_LARGE', 'OD_PARTICIPANT_CREATED', `<= ${MAX_CHANGES} changes of control`, this.changes);
    this.become(next);
  }

  private become(next: ControlState): void {
    if (this.current === next) return;
    this.current = next;
    if (next === 'granted') this.granted = true;
    this.told.changed();
  }
}
