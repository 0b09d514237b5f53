import { describe, expect, it } from 'vitest';
import type { MessengerEvent, RendezvousSession } from '../../../../src/main/messenger/contract.ts';
import { Invitations } from '../../../../src/main/messenger/xmpp/invitations.ts';
import { jingleMessageIn, writeJingleMessage } from '../../../../src/protocol/xmpp/jingle-message.ts';
import type { Stanza } from '../../../../src/protocol/xmpp/stanza.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { REMOTE_ASSISTANCE } from '../people.ts';

const ERIK = 'erik@home/desk';

describe('invitations of one sign-in', () => {
  const told: string[] = [];
  const rung: RendezvousSession[] = [];
  const clock = new VirtualClock();
  const invitations = new Invitations({
    clock,
    stream: { jid: 'nora@home/pc', send: () => {}, request: () => new Promise<Stanza>(() => {}) },
    applications: [REMOTE_ASSISTANCE.guid],
    self: () => ({ nick: 'Nora', guest: false }),
    presence: () => ({ sees: true, devices: 1, unable: 1 }),
    greet: (to) => void told.push(`greet ${to}`),
    dismiss: (to) => void told.push(`dismiss ${to}`),
    peer: (address, friendlyName = address) => ({ transport: 'xmpp', address, friendlyName }),
    isContact: () => true,
    admitsGuest: () => false,
    emit: (event: MessengerEvent) => {
      if (event.tag === 'invitation') rung.push(event.session);
    },
  });
  const { guid, name } = REMOTE_ASSISTANCE;
  const description = { guid, name, url: undefined, expiresS: 120, features: undefined, contextData: undefined, guest: undefined };
  function propose(id: string): RendezvousSession {
    const message = writeJingleMessage('nora@home', { tag: 'propose', id, description, nick: undefined });
    invitations.heard(jingleMessageIn(message) as Stanza, message, { from: ERIK, direct: true, delayedMs: undefined });
    return rung.at(-1) as RendezvousSession;
  }

  it('tell a program that we go once the one ends for which it was told that we are here, and not by another that is declined or comes to nothing', async () => {
    propose('1').accept();
    expect(told).toEqual([`greet ${ERIK}`]);
    propose('2').decline();
    const sent = invitations.invite('erik@home', REMOTE_ASSISTANCE, {});
    await clock.advance(1);
    expect(sent.state).toBe('DECLINED');
    expect(told).toEqual([`greet ${ERIK}`]);
    invitations.close();
    expect(told).toEqual([`greet ${ERIK}`, `dismiss ${ERIK}`]);
  });
});
