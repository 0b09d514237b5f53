import type { DesktopSupport } from '../../../src/facts/desktop.ts';
import { describe, expect, it } from 'vitest';
import type { MessengerErrorCode } from '../../../src/main/messenger/contract.ts';
import { isWordKey, t } from '../../../src/words/words.ts';
import { fieldProblem, generalProblem, problemOf, problemText } from '../../../src/renderer/app/problem.ts';
import {
  connectionText,
  desktopReason,
  endedSentence,
  headline,
  nextAction,
  nextStep,
  phaseHint,
  stepText,
} from '../../../src/renderer/app/session/session-words.ts';
import { WAYS } from '../../../src/main/connection/ways/ways.ts';
import type { Role, SessionConnection, WayFailure } from '../../../src/protocol/assistance/status.ts';
import { verifiedText } from '../../../src/renderer/app/session/verified-line.tsx';
import { wayText } from '../../../src/renderer/app/session/way-words.ts';
import { CONNECTED, END_REASONS, NOW_MS, ROLES, RUNNING_PHASES, session } from './fixtures.ts';

const { peer } = session('expert', CONNECTED);
const MESSENGER_CODES: Readonly<Record<MessengerErrorCode, true>> = {
  UNREACHABLE: true,
  WRONG_KEY: true,
  NOT_PROTECTED: true,
  WRONG_CREDENTIALS: true,
  SIGNED_IN_ELSEWHERE: true,
  CONNECTION_LOST: true,
  PROTOCOL: true,
  NO_SUCH_USER: true,
  CONTACT_OFFLINE: true,
  CONTACT_LIST_FULL: true,
  NOT_SIGNED_IN: true,
  TOO_LARGE: true,
  TIMEOUT: true,
  REFUSED: true,
};
const COMMAND_CODES = [
  'BUSY',
  'NOT_SIGNED_IN',
  'UNKNOWN_INVITATION',
  'NO_SESSION',
  'WRONG_ROLE',
  'DESKTOP_UNAVAILABLE',
  'NO_CHANNEL',
  'INVALID_ARGUMENT',
  'REFUSED',
  'INTERNAL',
  'ALREADY_EXISTS',
  'NO_ACCOUNT',
  'NOT_HOSTING',
  'PORT_IN_USE',
  'STORAGE',
  'FORBIDDEN',
];
const DESKTOP_REASONS: Readonly<Record<NonNullable<DesktopSupport['reason']>, true>> = {
  'desktop.noDisplay': true,
  'desktop.wayland': true,
  'desktop.noInjection': true,
  'desktop.needsPermission': true,
  'desktop.colours': true,
};
const whole = (text: string | undefined): void => {
  expect(text).toBeTypeOf('string');
  expect(text).not.toMatch(/[{}]/);
  expect(text).toMatch(/\S/);
};

describe('a sentence for everything', () => {
  it.each([...Object.keys(MESSENGER_CODES), ...COMMAND_CODES])('code %s has its own', (code) => {
    expect(isWordKey(`problem.${code}`)).toBe(true);
    whole(problemText({ code }));
  });

  it('a code without words is an internal error, never the bare code', () => {
    expect(problemText({ code: 'SURPRISE' })).toBe(t('problem.INTERNAL'));
    expect(problemText({ code: 'toString' })).toBe(t('problem.INTERNAL'));
  });

  for (const role of ROLES) {
    it.each(END_REASONS)(`${role}: %s has a reason and a next step`, (reason) => {
      for (const suffix of ['', '.next']) expect(isWordKey(`ended.${role}.${reason}${suffix}`)).toBe(true);
      whole(endedSentence(role, reason, 'Anna'));
      whole(nextStep(role, reason, 'Anna'));
      expect(nextStep(role, reason, 'Anna')).not.toBe(endedSentence(role, reason, 'Anna'));
    });

    it(`${role}: every phase and step`, () => {
      for (const phase of RUNNING_PHASES) {
        whole(headline(session(role, phase)));
        whole(phaseHint(session(role, phase), NOW_MS));
      }
      whole(headline(session(role, CONNECTED, { viewing: true, control: 'granted' })));
      const texts = ([1, 2, 3, 4, 5, 6, 7] as const).map((step) => stepText(role, step, 'Anna'));
      texts.forEach(whole);
      expect(new Set(texts).size).toBe(7);
      for (const by of ['reverse', 'forward'] as const)
        expect(connectionText({ by, address: '192.0.2.7:5000' }, { role, peer })).toContain('192.0.2.7:5000');
    });
  }

  it.each(Object.keys(DESKTOP_REASONS))('%s', (reason) => whole(desktopReason(reason)));
  it('a desktop reason nobody wrote shows nothing', () => expect(desktopReason('desktop.moon')).toBeUndefined());
});

describe('what a session says', () => {
  it('has a general sentence for what a later version wrote', () => {
    expect(connectionText({ by: 'pigeon', address: 'x:1' }, { role: 'novice', peer })).toBe(
      t('way.other.connected.novice', { address: 'x:1' }),
    );
    expect(wayText('pigeon', 'failed.broken', {})).toBe(t('way.other.failed.broken'));
    expect(endedSentence('expert', 'hawk', 'Anna')).toBe(t('ended.unknown'));
  });

  it('has a sentence of its own for every way there is and every failure of it', () => {
    const failures: Readonly<Record<WayFailure, true>> = {
      silent: true,
      unavailable: true,
      unreachable: true,
      otherSecurity: true,
      broken: true,
      stranger: true,
    };
    for (const { id } of WAYS)
      for (const failure of Object.keys(failures) as WayFailure[])
        expect(wayText(id, `failed.${failure}`, {})).not.toBe(wayText('pigeon', `failed.${failure}`, {}));
  });

  it('says what each way met in words for people: who was called, and no guess at whose fault it is', () => {
    expect(wayText('reverse', 'failed.silent', {})).toBe('A call to the helper’s computer (reverse connect): none came through.');
    expect(wayText('forward', 'failed.silent', {})).toBe('A call to the computer that needs help (forward connect): none came through.');
    expect(wayText('ice', 'failed.silent', {})).toBe('Both computers calling at the same moment (ICE): nothing came from the other one.');
    expect(wayText('relay', 'failed.silent', {})).toBe('Meeting at a server (relay): the other computer did not come.');
    for (const key of ['way.relay.connected.novice', 'way.relay.connected.expert'] as const)
      expect(t(key, { address: 'x:1' })).not.toMatch(/router|firewall/);
    for (const key of ['way.forward.mappedInstead.novice', 'way.forward.mappedInstead.expert'] as const)
      expect(t(key, { name: 'Anna', address: 'x:1' })).not.toMatch(/lets nothing/);
    expect(t('way.relay.between')).not.toMatch(/router|firewall/);
    expect(t('way.ice.failed.unreachable')).not.toMatch(/router/);
  });

  it('names who called whom from each side', () => {
    expect(connectionText({ by: 'reverse', address: 'x:1' }, { role: 'novice', peer })).toBe(
      t('way.reverse.connected.novice', { address: 'x:1' }),
    );
    expect(connectionText({ by: 'reverse', address: 'x:1' }, { role: 'expert', peer })).toBe(
      t('way.reverse.connected.expert', { address: 'x:1' }),
    );
  });

  it('says which router opened a door, and that a server passes the bytes on', () => {
    const text = (connection: Omit<SessionConnection, 'address'>, role: Role): string =>
      connectionText({ ...connection, address: 'x:1' }, { role, peer });
    expect(text({ by: 'forward', mapped: true }, 'novice')).toBe(
      'Your router opened a door, and Anna’s computer called there: a direct connection (x:1)',
    );
    // That a call got nowhere is known; what let it go nowhere is not.
    expect(text({ by: 'forward', mapped: true, reverseFailed: true }, 'novice')).toBe(
      'Your computer did not get through to Anna’s, but your router opened a door, and Anna’s computer called there: a direct connection (x:1)',
    );
    expect(text({ by: 'forward', reverseFailed: true }, 'expert')).toBe(
      'Anna’s computer did not get through to yours, so yours called x:1 (forward connect)',
    );
    expect(text({ by: 'reverse', mapped: true }, 'expert')).toBe(
      'Your router opened a door, and Anna’s computer called there: a direct connection (x:1)',
    );
    expect(text({ by: 'relay', relayed: true }, 'novice')).toMatch(
      /^Through the server x:1, because your two computers did not reach each other directly/,
    );
    expect(text({ by: 'ice', relayed: true, hidden: 'here' }, 'novice')).toMatch(/^Through a server in between, because you keep/);
    expect(text({ by: 'relay', relayed: true, hidden: 'there' }, 'novice')).toMatch(
      /^Through the server x:1, because Anna’s computer named no address/,
    );
    expect(text({ by: 'ice' }, 'novice')).toMatch(/direct connection \(x:1\)$/);
    expect(text({ by: 'ice', relayed: true }, 'expert')).toBe(t('way.relay.between'));
    expect(text({ by: 'pigeon', mapped: true }, 'novice')).toBe(t('way.other.connected.novice', { address: 'x:1' }));
  });

  it('counts down to the forward connect and then stops counting', () => {
    const waiting = session('expert', { tag: 'connecting', way: 'reverse', next: { way: 'forward', atMs: NOW_MS + 2_100 } });
    expect(phaseHint(waiting, NOW_MS)).toBe('If no call comes, your computer calls in 3 seconds.');
    expect(phaseHint(waiting, NOW_MS + 1_500)).toBe('If no call comes, your computer calls in 1 second.');
    expect(phaseHint(waiting, NOW_MS + 9_000)).toBe(t('way.reverse.hint.expert'));
  });

  it('does not claim that the screen is seen while it is not', () => {
    expect(headline(session('novice', CONNECTED, { viewing: false }))).toBe(t('phase.novice.notViewing', { name: 'Anna' }));
    expect(headline(session('novice', CONNECTED, { viewing: true }))).toBe(t('phase.novice.connected', { name: 'Anna' }));
  });

  it('says on which other computer it was answered, where that has a name', () => {
    for (const role of ROLES) {
      const ended = { tag: 'ended', reason: 'answeredElsewhere', atMs: NOW_MS } as const;
      expect(headline(session(role, { ...ended, answeredOn: 'laptop' }))).toBe('You answered Anna on another of your computers: “laptop”.');
      expect(headline(session(role, ended))).toBe('You answered Anna on another of your computers.');
      expect(endedSentence(role, 'declined', 'Anna', undefined, 'laptop')).not.toMatch(/laptop/);
    }
  });

  it('uses the address of a person without a name', () => {
    expect(headline(session('novice', { tag: 'inviting' }, { peer: { address: 'a@b.c', friendlyName: ' ' } }))).toContain('a@b.c');
  });

  it('offers a novice someone else where asking again would not help', () => {
    expect(nextAction('novice', 'declined')).toBe('askSomeoneElse');
    expect(nextAction('novice', 'noConnection')).toBe('askAgain');
    expect(nextAction('novice', 'closedByExpert')).toBe('close');
    expect(nextAction('expert', 'noConnection')).toBe('close');
  });
});

it('a code may have letters: what says that one has made sure speaks of no digits', () => {
  const sure = { ...peer, verification: { tag: 'code' } } as const;
  expect(verifiedText(sure)).toBe('Made sure with the code');
  expect(t('history.verified.code')).toBe('made sure with a code');
});

describe('where a refusal is shown', () => {
  it('at the field it names, once', () => {
    const problem = problemOf({ ok: false, code: 'INVALID_ARGUMENT', field: 'server', message: '' });
    expect(fieldProblem(problem, 'server')).toBe(t('problem.field.server'));
    expect(fieldProblem(problem, 'address')).toBeUndefined();
    expect(generalProblem(problem, ['server'])).toBeUndefined();
  });

  it('at the field it is about when it names none', () => {
    expect(fieldProblem({ code: 'WRONG_CREDENTIALS' }, 'accessToken')).toBe(t('problem.WRONG_CREDENTIALS'));
    expect(fieldProblem({ code: 'UNREACHABLE' }, 'server')).toBe(t('problem.UNREACHABLE'));
    expect(generalProblem({ code: 'TIMEOUT' }, ['server'])).toBe(t('problem.TIMEOUT'));
  });

  it('nowhere when all went well', () => expect(problemOf({ ok: true, value: undefined })).toBeUndefined());
});
