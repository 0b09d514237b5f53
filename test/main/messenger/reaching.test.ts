import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../../src/main/messenger/msnp-server/limits.ts';
import { invites, Reaching, type ReachingLimits } from '../../../src/main/messenger/msnp-server/reaching.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { RawNetwork } from './raw-network.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

describe('how often one account reaches another on the server', () => {
  const kinds = ['ring', 'invitation', 'listRequest'] as const;

  it.each(kinds)('%s: a machine soon reaches nobody, others are as before, and patience comes back', async (kind) => {
    const clock = new VirtualClock();
    const reaching = new Reaching(clock, SERVER_LIMITS.reaching);
    const tries = (from: string, to: (index: number) => string): number =>
      Array.from({ length: 1_000 }, (_, index) => reaching.admit(kind, from, to(index))).filter(Boolean).length;
    const { person, together } = SERVER_LIMITS.reaching[kind];
    expect(tries('ann@home', () => 'bob@home')).toBe(person.burst);
    expect(reaching.admit(kind, 'bob@home', 'ann@home')).toBe(true);
    expect(reaching.admit(kind, 'cy@home', 'bob@home')).toBe(true);
    expect(tries('ann@home', (index) => `n${index}@home`)).toBe(together.burst - person.burst);
    // A thousand refused ones have not made it longer.
    await clock.advance(1_000 / Math.min(person.perSecond, together.perSecond) + 1);
    expect(reaching.admit(kind, 'ann@home', 'bob@home')).toBe(true);
  });

  it('tells an invitation from its answers and from what is written', () => {
    const message = (fields: string): Uint8Array =>
      bytes(`MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n${fields}\r\n\r\n`);
    expect(invites(message('Application-Name: x\r\nInvitation-Command: INVITE\r\nInvitation-Cookie: 1'))).toBe(true);
    expect(invites(message('invitation-command:invite \r\nInvitation-Cookie: 1'))).toBe(true);
    expect(invites(message('Invitation-Command: ACCEPT'))).toBe(false);
    expect(invites(message('Invitation-Command: CANCEL\r\nCancel-Code: TIMEOUT'))).toBe(false);
    expect(invites(bytes('MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello'))).toBe(false);
  });
});

describe('on the wire', () => {
  let net: RawNetwork;
  beforeEach(async () => {
    net = await RawNetwork.open();
  });
  afterEach(() => net.close());

  const once = { person: { burst: 1, perSecond: 0 }, together: { burst: 3, perSecond: 0 } };
  const reaching: ReachingLimits = { ring: once, invitation: once, listRequest: once };

  it('who puts themselves on a list again and again is told once', async () => {
    await net.start({ reaching });
    const bob = await net.online('bob@home');
    const ann = await net.online('ann@home');
    ann.send('ADD 1 FL bob@home x', 'REM 2 FL bob@home', 'ADD 3 FL bob@home x', 'PNG');
    const answers = await ann.lines(6);
    expect(answers.filter((line) => !line.startsWith('ILN')).slice(-2)).toEqual(['ADD 3 FL 4 bob@home Bob', 'QNG']);
    bob.send('PNG');
    expect((await bob.lines(3)).map((line) => line.split(' ', 3).join(' '))).toEqual(['ADD 0 RL', 'REM 0 RL', 'QNG']);
  });

  it('a second ring and a second invitation come to nobody, and the sender is told', async () => {
    await net.start({ reaching });
    const ann = await net.online('ann@home');
    const bob = await net.online('bob@home');
    ann.send('XFR 1 SB');
    const cookie = (await ann.line()).split(' ')[5] ?? '';
    const room = await net.client();
    room.send(`USR 1 ann@home ${cookie}`, 'CAL 2 bob@home', 'CAL 3 bob@home');
    const [, ringing = '', refused] = await room.lines(3);
    expect(refused).toBe('800 3');
    const [, session = '', , , key = ''] = (await bob.line()).split(' ');
    expect(ringing).toBe(`CAL 2 RINGING ${session}`);
    const seat = await net.client();
    seat.send(`ANS 1 bob@home ${key} ${session}`);
    await seat.lines(2);
    expect(await room.line()).toBe('JOI bob@home Bob');
    const invite = 'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: INVITE\r\n\r\n';
    for (const [id, payload] of [
      [4, invite],
      [5, invite],
      [6, invite.replace('INVITE', 'CANCEL')],
    ] as const)
      room.write(`MSG ${id} A ${payload.length}\r\n${payload}`);
    expect(await room.lines(3)).toEqual(['ACK 4', 'NAK 5', 'ACK 6']);
  });
});
