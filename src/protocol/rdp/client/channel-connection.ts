import { ProtocolError } from '../../bytes/errors.ts';
import { type DomainPdu, encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { encodeX224Data } from '../pdu/x224.ts';
import type { ChannelPlan } from './basic-settings.ts';

/** Phase 3, channel connection: Erect Domain and Attach User go out together. */
export function attachUser(): Uint8Array[] {
  return [
    encodeX224Data(encodeDomainPdu({ tag: 'erectDomainRequest', subHeight: 0, subInterval: 0 })),
    encodeX224Data(encodeDomainPdu({ tag: 'attachUserRequest' })),
  ];
}

/** Joins one channel after the other, as the specification asks of clients: own user channel, I/O, message, static channels. */
export class ChannelJoins {
  readonly userId: number;
  private readonly left: number[];

  constructor(userId: number, plan: ChannelPlan) {
    this.userId = userId;
    this.left = [
      userId,
      plan.ioChannelId,
      ...(plan.messageChannelId === undefined ? [] : [plan.messageChannelId]),
      ...plan.joined.map(({ channelId }) => channelId),
    ];
  }

  /** The next join request, whole; undefined when all are joined. */
  request(): Uint8Array | undefined {
    const channelId = this.left[0];
    return channelId === undefined
      ? undefined
      : encodeX224Data(encodeDomainPdu({ tag: 'channelJoinRequest', initiator: this.userId, channelId }));
  }

  confirm(pdu: Extract<DomainPdu, { readonly tag: 'channelJoinConfirm' }>): void {
    const expected = this.left.shift();
    if (pdu.result !== 0) throw new ProtocolError('REFUSED', 'ChannelJoinConfirm.result', 'rt-successful', pdu.result);
    if (pdu.channelId !== expected)
      throw new ProtocolError('UNEXPECTED', 'ChannelJoinConfirm.channelId', expected ?? 'none', pdu.channelId);
  }
}
