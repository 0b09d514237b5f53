import { ASK_FOR_REMOTE_ASSISTANCE } from '../../../src/protocol/assistance/application.ts';
import type { RawClient } from '../../main/messenger/raw-client.ts';
import type { RawNetwork } from '../../main/messenger/raw-network.ts';
import { type InvitationMessage, readInvitation, writeInvitation } from './invitation.ts';
import { Rendezvous, type RendezvousMessage } from './rendezvous.ts';

const SESSION_ID = '{00000000-0000-4000-8000-00000000001D}';

/** An old program in a switchboard of the real server, with the invitation codec of its time. */
export class MsnpWire {
  readonly session: Rendezvous;
  /** Payloads that came, as text. */
  readonly heard: string[] = [];
  private readonly cookie: string;
  private readonly sessionId: string;
  private readonly place: RawClient;
  private count = 10;

  private constructor(place: RawClient, flag: 'INVITER' | 'INVITEE', peer: string, cookie: string, sessionId: string) {
    this.place = place;
    this.cookie = cookie;
    this.sessionId = sessionId;
    const about = { id: sessionId, flag, application: ASK_FOR_REMOTE_ASSISTANCE, peer: { address: peer, friendlyName: peer } };
    this.session = new Rendezvous(about, {}, { send: (message) => this.write(this.wire(message)), over: () => {} });
  }

  /** Calls somebody who answers by themselves, and invites them. */
  static async invite(network: RawNetwork, owner: RawClient, address: string, peer: string): Promise<MsnpWire> {
    const place = await network.switchboard(owner, address);
    place.send(`CAL 2 ${peer}`);
    for (let line = await place.line(); !line.startsWith('JOI '); line = await place.line());
    const wire = new MsnpWire(place, 'INVITER', peer, '4711', SESSION_ID);
    const { guid: applicationGuid, name: applicationName } = ASK_FOR_REMOTE_ASSISTANCE;
    wire.write({ command: 'INVITE', cookie: '4711', sessionId: SESSION_ID, applicationGuid, applicationName });
    void wire.listen();
    return wire;
  }

  /** Answers the next call and waits for the invitation. */
  static async invited(network: RawNetwork, user: RawClient, address: string, peer: string): Promise<MsnpWire> {
    const [place] = await network.answer(user, address);
    const [payload, message] = await next(place);
    const wire = new MsnpWire(place, 'INVITEE', peer, message.cookie, message.sessionId ?? SESSION_ID);
    wire.heard.push(payload);
    void wire.listen();
    return wire;
  }

  private async listen(): Promise<void> {
    for (;;) {
      const came = await next(this.place).catch(() => undefined);
      if (came === undefined) return;
      this.heard.push(came[0]);
      const message = came[1];
      if (message.command === 'ACCEPT') this.session.peerAccepted({});
      else if (message.command === 'CONTEXT') this.session.contextArrived(message.contextData);
      else if (message.command === 'CANCEL') this.session.peerCancelled(message.code);
    }
  }

  private write(message: InvitationMessage): void {
    const payload = writeInvitation(message);
    this.count += 1;
    this.place.write(Buffer.concat([Buffer.from(`MSG ${this.count} N ${payload.length}\r\n`), payload]));
  }

  private wire(message: RendezvousMessage): InvitationMessage {
    const base = { cookie: this.cookie, sessionId: this.sessionId };
    switch (message.tag) {
      case 'ACCEPT':
        return { ...base, command: 'ACCEPT', from: 'INVITEE', ipAddress: '127.0.0.1' };
      case 'LAUNCH':
        return { ...base, command: 'ACCEPT', from: 'INVITER', ipAddress: '127.0.0.1' };
      case 'CANCEL':
        return { ...base, command: 'CANCEL', code: message.code };
      case 'CONTEXT':
        return { ...base, command: 'CONTEXT', contextData: message.data };
    }
  }
}

/** The next invitation message in a switchboard. Rejects when it is closed. */
async function next(place: RawClient): Promise<readonly [string, InvitationMessage]> {
  for (;;) {
    const line = await place.line();
    if (!line.startsWith('MSG ')) continue;
    const payload = await place.payload(Number(line.split(' ')[3]));
    return [payload, readInvitation(Buffer.from(payload))];
  }
}
