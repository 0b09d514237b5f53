// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import type { KeptFrom } from '../../../src/protocol/rdp/kept-away.ts';
import { endedSentence, headline, nextStep } from '../../../src/renderer/app/session/session-words.ts';
import { timeOfDay } from '../../../src/words/locale.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, END_REASONS, LIVE, NOW_MS, onMsnp, ROLES, RUNNING_PHASES, session } from './fixtures.ts';
import { button, openMainWindow, openSessionWindow, theButton, words } from './windows.tsx';

const BOTH = [
  ['main', openMainWindow],
  ['session', openSessionWindow],
] as const;
const steps = () => within(screen.getByRole('list', { name: t('steps.title'), hidden: true })).getAllByRole('listitem', { hidden: true });
const currentSteps = () => document.querySelectorAll('[aria-current="step"]');

describe.each(ROLES)('a session as %s', (role) => {
  describe.each(BOTH)('in the %s window', (_window, open) => {
    it.each(RUNNING_PHASES)('$tag: where we are, the seven steps, the way out', async (phase) => {
      const status = session(role, phase);
      const { user, calls } = open(appState({ session: status }));
      const title = screen.getByRole('heading', { name: headline(status) });
      expect(title.closest('[aria-live]')?.getAttribute('aria-live')).toBe('polite');
      expect(steps()).toHaveLength(7);
      expect(currentSteps()).toHaveLength(1);
      await user.click(theButton(t('session.cancel')));
      expect(calls().map(([name]) => name)).toEqual(['endSession']);
    });

    it.each(END_REASONS)('ended, %s: why, and what next', async (reason) => {
      const { user, calls } = open(appState({ session: session(role, { tag: 'ended', reason, atMs: NOW_MS }) }));
      screen.getByRole('heading', { name: endedSentence(role, reason, 'Anna') });
      screen.getByText(nextStep(role, reason, 'Anna'));
      expect(currentSteps()).toHaveLength(0);
      // The session window may not ask: main would refuse it.
      expect(button(t('ended.askAgain')) !== undefined).toBe(role === 'novice' && open === openMainWindow);
      await user.click(theButton(t('ended.close')));
      expect(calls().map(([name]) => name)).toEqual(['dismissSession']);
    });
  });

  it('lasted from the connection on; what never was one did not last', () => {
    const ended = (more: object) =>
      openSessionWindow(appState({ session: session(role, { tag: 'ended', reason: 'peerGone', atMs: NOW_MS, ...more }, LIVE) }));
    ended({ sinceMs: NOW_MS - 65_000 });
    screen.getByText(t('ended.duration', { duration: '1:05' }));
    ended({});
    expect(words()).not.toContain(t('ended.duration', { duration: '' }).slice(0, 5));
  });
});

describe('what is shown of the novice’s computer', () => {
  const shown = (state: 'shown' | 'gone', part: { tag: 'screen' | 'window'; id: string }): SessionStatus['sharing'] => ({
    part,
    state,
    screens: [{ id: 'DP-1', name: 'DP-1', area: { x: 0, y: 0, width: 800, height: 600 } }],
  });
  const novice = (sharing: SessionStatus['sharing']) =>
    appState({ session: session('novice', CONNECTED, { ...LIVE, control: 'granted', ...(sharing === undefined ? {} : { sharing }) }) });

  it('is where the expert has mouse and keyboard', () => {
    openSessionWindow(novice(shown('shown', { tag: 'window', id: '' })));
    screen.getByText(t('control.novice.granted.window', { name: 'Anna' }));
    openSessionWindow(novice(shown('shown', { tag: 'screen', id: 'DP-1' })));
    screen.getByText(t('control.novice.granted.screen', { name: 'Anna' }));
    openSessionWindow(novice(undefined));
    screen.getByText(t('control.novice.granted', { name: 'Anna' }));
  });

  const titled = (title?: string): SessionStatus['sharing'] & {} => ({
    ...(shown('shown', { tag: 'window', id: '' }) as SessionStatus['sharing'] & {}),
    ...(title === undefined ? {} : { title }),
  });

  it('is called what the window is called by now, which the novice is not read out each time', () => {
    const { send } = openSessionWindow(novice(titled('Letter')));
    const heading = () => document.querySelector('.seen h1');
    const live = (element: Element | null): string | undefined => element?.closest('[aria-live]')?.getAttribute('aria-live') ?? undefined;
    const controlled = (title: string) => appState({ session: session('novice', CONNECTED, { ...LIVE, sharing: titled(title) }) });
    for (const title of ['Letter', 'Letter 2', 'one window']) {
      send(controlled(title));
      expect(heading()?.textContent).toBe(t('sharing.novice.window', { name: 'Anna', title }));
      expect(live(heading())).toBe('assertive');
      expect(live(screen.getByText(title, { exact: true, selector: 'span' }))).toBe('off');
    }
  });

  it('is told the expert once, and not again because the window is called something else by now', () => {
    const hint = () => document.querySelector('.viewing__hint')?.textContent;
    const expert = (sharing: SessionStatus['sharing'] & {}, more: Partial<SessionStatus> = {}) =>
      appState({ session: session('expert', CONNECTED, { ...LIVE, ...more, sharing }) });
    const sees = (title: string) => expect.stringContaining(t('sharing.expert.window', { title }));
    const { send } = openSessionWindow(expert(titled()));
    send(expert(titled('Letter')));
    expect(hint()).toEqual(sees('Letter'));
    const refused = { control: 'refused' } as const;
    send(expert(titled('Letter'), refused));
    const other = t('control.expert.hintRefused', { name: 'Anna' });
    expect(hint()).toBe(other);
    send(expert(titled('Letter 2'), refused));
    expect(hint()).toBe(other);
    expect(words()).toContain(t('sharing.expert.window', { title: 'Letter 2' }));
  });

  it('can be something else only where there is something else', () => {
    const changes = (sharing: Partial<SessionStatus['sharing'] & {}>) => {
      openSessionWindow(novice({ ...(shown('shown', { tag: 'screen', id: 'DP-1' }) as SessionStatus['sharing'] & {}), ...sharing }));
      return button(t('sharing.novice.change')) !== undefined;
    };
    const other = { id: 'DP-2', name: 'DP-2', area: { x: 800, y: 0, width: 800, height: 600 } };
    expect(changes({})).toBe(true);
    expect(changes({ oneAtATime: true })).toBe(false);
    expect(changes({ oneAtATime: true, screens: [other] })).toBe(true);
  });

  it('is simply the screen where there is one', () => {
    openSessionWindow(novice(shown('shown', { tag: 'screen', id: 'DP-1' })));
    expect(document.querySelector('.seen h1')?.textContent).not.toContain(t('screen.numbered', { number: 1 }));
  });

  it('once it is gone leaves nothing but to show something else, or to stop', async () => {
    const { user, calls } = openSessionWindow({ ...novice(shown('gone', { tag: 'window', id: '' })), panelFolded: true });
    screen.getByRole('heading', { name: t('sharing.novice.gone.window', { name: 'Anna' }) });
    expect(document.querySelector('.hands')).toBeNull();
    expect(document.querySelector('.seen--live')).toBeNull();
    await user.click(theButton(t('sharing.novice.change')));
    expect(calls()).toEqual([['changeShared']]);
  });
});

describe('a silent line', () => {
  const silent = { ...LIVE, control: 'granted', silentSinceMs: NOW_MS } as const;

  it.each(ROLES)('is said in the window of the %s and in the main one, and what that means', (role) => {
    const status = session(role, CONNECTED, silent);
    openSessionWindow(appState({ session: status }));
    const said = screen.getByRole('heading', { name: t(`line.${role}.silent`, { name: 'Anna' }) });
    expect(said.closest('[aria-live]')?.getAttribute('aria-live')).toBe('assertive');
    screen.getByText(role === 'novice' ? t('line.novice.released') : t('line.expert.waiting'));
    openMainWindow(appState({ session: status }));
    screen.getByRole('heading', { name: headline(status) });
  });

  it('dims the expert’s picture, and no longer when it is back', () => {
    const dimmed = () => document.querySelectorAll('.viewing__picture--silent').length;
    openSessionWindow(appState({ session: session('expert', CONNECTED, silent) }));
    expect(dimmed()).toBe(1);
    openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
    expect(dimmed()).toBe(0);
    expect(words()).not.toContain(t('line.expert.waiting'));
  });
});

describe('the other side is missing and looked for', () => {
  const missing = { ...LIVE, viewing: false, silentSinceMs: NOW_MS, search: { sinceMs: NOW_MS, untilMs: NOW_MS + 120_000 } } as const;

  it.each(ROLES)('the window of the %s and the main one say so, and what happens next; Stop is there', async (role) => {
    const status = session(role, CONNECTED, missing);
    const { user, calls } = openSessionWindow(appState({ session: status }));
    const time = timeOfDay(NOW_MS);
    const said = screen.getByRole('heading', { name: t(`missing.${role}.headline`, { name: 'Anna', time }) });
    expect(said.closest('[aria-live]')?.getAttribute('aria-live')).toBe('assertive');
    expect(words()).toContain(timeOfDay(NOW_MS + 120_000));
    if (role === 'novice') expect(words()).toContain(t('missing.novice.now', { name: 'Anna' }));
    await user.click(theButton(role === 'novice' ? t('session.stopLong') : t('session.end')));
    expect(calls()).toContainEqual(['endSession']);
    openMainWindow(appState({ session: status }));
    screen.getByRole('heading', { name: headline(status) });
  });

  it('what has just been said of control is said no longer', () => {
    const { send } = openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'asked' }) }));
    send(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted' }) }));
    expect(words()).toContain(t('control.expert.nowGranted', { name: 'Anna' }));
    send(appState({ session: session('expert', CONNECTED, { ...missing, control: 'granted' }) }));
    expect(words()).not.toContain(t('control.expert.nowGranted', { name: 'Anna' }));
  });

  it('the toolbar does not say that the expert has control, whatever was granted before', () => {
    const { send } = openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted' }) }));
    theButton(t('control.expert.granted'));
    for (const control of ['no', 'asked', 'refused', 'granted'] as const) {
      send(appState({ session: session('expert', CONNECTED, { ...missing, control }) }));
      const button = theButton(t('control.expert.missing'));
      expect([button.hasAttribute('disabled'), button.classList.contains('button--primary')]).toEqual([true, false]);
      expect(screen.queryByRole('button', { name: t('control.expert.granted') })).toBeNull();
    }
  });

  it('nobody is asked for control, and none is offered, while there is nobody', () => {
    openSessionWindow(appState({ session: session('expert', CONNECTED, { ...missing, control: 'no' }) }));
    expect(theButton(t('control.expert.missing')).hasAttribute('disabled')).toBe(true);
    openSessionWindow(appState({ session: session('novice', CONNECTED, { ...missing, control: 'no' }) }));
    expect(screen.queryByRole('button', { name: t('control.novice.give', { name: 'Anna' }) })).toBeNull();
  });
});

it.each(ROLES)('while the novice uses mouse or keyboard themselves the window of the %s says so, and no longer afterwards', (role) => {
  const paused = { ...LIVE, control: 'granted', controlPause: { quietSeconds: 3 } } as const;
  const { send } = openSessionWindow(appState({ session: session(role, CONNECTED, paused) }));
  const line = role === 'novice' ? t('control.novice.paused', { name: 'Anna', count: 3 }) : t('control.expert.paused', { name: 'Anna' });
  screen.getByText(line);
  send(appState({ session: session(role, CONNECTED, { ...LIVE, control: 'granted' }) }));
  expect(screen.queryByText(line)).toBeNull();
});

it('who was asked in vain is asked again, once the attempt has been put away', async () => {
  const { user, calls } = openMainWindow(appState({ session: session('novice', { tag: 'ended', reason: 'noConnection', atMs: NOW_MS }) }));
  await user.click(theButton(t('ended.askAgain')));
  expect(calls()).toEqual([['dismissSession'], ['askForHelp', onMsnp('anna@ringback.local')]]);
});

it.each(['off', 'noRouter', 'refused', 'doubleNat'] as const)('where nothing connected, it says what the own router did: %s', (noDoor) => {
  const { send } = openMainWindow(
    appState({ session: session('novice', { tag: 'ended', reason: 'noConnection', atMs: NOW_MS }, { noDoor }) }),
  );
  screen.getByText(t(`ended.noDoor.${noDoor}`));
  send(appState({ session: session('novice', { tag: 'ended', reason: 'noConnection', atMs: NOW_MS }) }));
  expect(screen.queryByText(t(`ended.noDoor.${noDoor}`))).toBeNull();
});

it.each([
  ['unavailable', 'ended.noRelay'],
  ['unreachable', 'ended.relayMissed'],
] as const)('where nothing connected, it says what would help, and what each way met: a relay that was %s', (failure, key) => {
  const steps = session('novice', CONNECTED).steps.map((step) =>
    step.step === 5
      ? {
          ...step,
          state: 'failed' as const,
          failures: [
            { way: 'reverse', failure: 'unreachable' as const },
            { way: 'relay', failure },
          ],
        }
      : step,
  );
  openMainWindow(appState({ session: session('novice', { tag: 'ended', reason: 'noConnection', atMs: NOW_MS }, { steps }) }));
  screen.getByText(t(key));
  expect(document.querySelector('details')?.open).toBe(true);
  screen.getByText(t('way.reverse.failed.unreachable'));
  screen.getByText(t(`way.relay.failed.${failure}`));
});

it.each([
  ['relay', 'novice', 'Step 5 · Through a server (relay)', 'Your computer and Anna’s meet at a server'],
  ['ice', 'expert', 'Step 5 · Both at once (ICE)', 'Anna’s computer and yours call each other at the same moment'],
  ['reverse', 'novice', 'Step 5 · Reverse connect', 'Your computer calls Anna’s computer'],
  ['pigeon', 'novice', 'Step 5 · Reverse connect', 'Your computer calls Anna’s computer'],
] as const)('the fifth step says what was done, when it was done by %s', (way, role, caption, text) => {
  const done = session(role, CONNECTED).steps.map((step) => (step.step === 5 ? { ...step, state: 'done' as const, way } : step));
  openSessionWindow(appState({ session: session(role, CONNECTED, { ...LIVE, steps: done }) }));
  const [, , , , fifth] = steps();
  if (fifth === undefined) throw new Error('no fifth step');
  within(fifth).getByText(caption);
  within(fifth).getByText(text);
});

it('Escape closes the details and goes back to their button', async () => {
  const { user } = openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
  const details = document.querySelector('details');
  const button = document.querySelector('summary');
  if (details === null || button === null) throw new Error('no details');
  details.open = true;
  within(details)
    .getByRole('region', { name: t('session.detailsTitle') })
    .focus();
  await user.keyboard('{Escape}');
  expect(details.open).toBe(false);
  expect(document.activeElement).toBe(button);
});

describe('somebody without a name who came by an invitation file', () => {
  const peer = { address: '127.0.0.1:32890', friendlyName: '' };
  it.each(ROLES)('is no address to the %s', (role) => {
    for (const phase of [{ tag: 'awaitingConsent' }, CONNECTED, { tag: 'ended', reason: 'peerGone', atMs: NOW_MS }] as const)
      for (const [, open] of BOTH) {
        open(appState({ session: session(role, phase, { viewing: true, peer }) }));
        expect(words()).not.toContain('127.0.0.1:32890');
        expect(words()).toMatch(/(?:T|t)he other person/);
      }
  });
});

describe('an offer of help', () => {
  const offered = (phase: SessionStatus['phase']) => session('expert', phase, { offered: true });
  it('is told the right way round', () => {
    openSessionWindow(appState({ session: offered({ tag: 'inviting' }) }));
    screen.getByRole('heading', { name: t('phase.offered.inviting', { name: 'Anna' }) });
    expect(steps()[0]?.textContent).toContain(t('steps.offered.expert.1', { name: 'Anna' }));
    expect(steps()[1]?.textContent).toContain(t('steps.offered.expert.2', { name: 'Anna' }));
    expect(words()).not.toContain(t('steps.expert.1', { name: 'Anna' }));
  });
  it('that somebody does not take is not said to lack Ringback', () => {
    openMainWindow(appState({ session: offered({ tag: 'ended', reason: 'appNotPresent', atMs: NOW_MS }) }));
    screen.getByRole('heading', { name: /^Anna’s computer does not take offers of help/ });
    openMainWindow(appState({ session: offered({ tag: 'ended', reason: 'viewRefused', atMs: NOW_MS }) }));
    screen.getByRole('heading', { name: 'Anna did not take your offer.' });
  });
});

describe('the novice’s panel', () => {
  const panel = (more: Partial<SessionStatus> = {}) =>
    openSessionWindow(appState({ session: session('novice', CONNECTED, { ...LIVE, ...more }) }));
  const isLive = () => document.querySelector('.seen--live') !== null;

  it('is red and says so while the screen is seen, green while it is not', () => {
    const { send } = panel();
    expect(isLive()).toBe(true);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Anna can see your screen');
    send(appState({ session: session('novice', CONNECTED, { ...LIVE, viewing: false }) }));
    expect(isLive()).toBe(false);
    openSessionWindow(appState({ session: session('novice', { tag: 'awaitingConsent' }, LIVE) }));
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(t('phase.novice.nobody'));
  });

  it.each(['no', 'asked', 'offered', 'refused', 'granted'] as const)('has Stop with its keys while control is %s', async (control) => {
    const { user, calls } = panel({ control });
    screen.getByText(t(`control.novice.${control}`, { name: 'Anna' }));
    const stop = theButton(t('session.stopLong'));
    expect(stop.className).toContain('button--danger');
    const keys = document.querySelector(`#${stop.getAttribute('aria-describedby') ?? 'none'}`);
    expect(keys?.textContent).toContain('Ctrl + Alt + End');
    await user.click(stop);
    expect(calls()).toEqual([['endSession']]);
  });

  it.each(['none', 'unsure'] as const)('promises no keys that may be dead: %s', (stopKeys) => {
    const state = appState({ session: session('novice', CONNECTED, LIVE), stopKeys });
    for (const open of [openSessionWindow, openMainWindow]) {
      open(state);
      expect(theButton(t('session.stopLong')).getAttribute('aria-describedby')).toBeNull();
      expect(words()).not.toContain('Ctrl + Alt + End');
    }
  });

  it('says why a command was refused beside its button', async () => {
    const refusal = { ok: false, code: 'DESKTOP_UNAVAILABLE', message: '' };
    const { user } = openSessionWindow(appState({ session: session('novice', CONNECTED, LIVE) }), { offerControl: refusal });
    await user.click(theButton(t('control.novice.give', { name: 'Anna' })));
    await screen.findByText(t('problem.DESKTOP_UNAVAILABLE'));
  });

  it('gives control by a question and takes it back at once', async () => {
    const { user, calls, send } = panel();
    await user.click(theButton(t('control.novice.give', { name: 'Anna' })));
    const now = (control: SessionStatus['control']) => send(appState({ session: session('novice', CONNECTED, { ...LIVE, control }) }));
    now('asked');
    expect(button(t('control.novice.give', { name: 'Anna' }))).toBeUndefined();
    expect(button(t('control.novice.takeBack'))).toBeUndefined();
    now('granted');
    expect(button(t('control.novice.give', { name: 'Anna' }))).toBeUndefined();
    await user.click(theButton(t('control.novice.takeBack')));
    expect(calls()).toEqual([['offerControl'], ['takeBackControl']]);
  });

  it('warns of people who ask for money, and keeps the figures behind a fold', () => {
    panel();
    screen.getByText(t('session.scamHint'));
    expect(screen.getByText('1920 × 1080').closest('details')?.open).toBe(false);
  });
});

describe('the expert’s window', () => {
  const viewing = (more: Partial<SessionStatus> = {}) =>
    openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, ...more }) }));
  /** Without asking for the picture, which it does once. */
  const commands = (calls: readonly unknown[][]) => calls.filter(([name]) => name !== 'openViewer');

  it.each([
    ['no', t('control.expert.ask'), 'requestControl'],
    ['refused', t('control.expert.refused', { name: 'Anna' }), 'requestControl'],
    ['granted', t('control.expert.granted'), 'releaseControl'],
  ] as const)('control %s: the button says so and does what comes next', async (control, name, command) => {
    const { user, calls } = viewing({ control });
    await user.click(theButton(name));
    expect(calls().filter(([called]) => called === 'openViewer')).toHaveLength(1);
    expect(commands(calls())).toEqual([[command]]);
  });

  it('does not ask twice at a time', async () => {
    const { user, calls } = viewing({ control: 'asked' });
    await user.click(theButton(t('control.expert.asked', { name: 'Anna' })));
    expect(commands(calls())).toEqual([]);
  });

  it('says when control comes and goes, in the picture', () => {
    const { send } = viewing();
    const now = (control: SessionStatus['control']) => send(appState({ session: session('expert', CONNECTED, { ...LIVE, control }) }));
    now('granted');
    screen.getByText(t('control.expert.nowGranted', { name: 'Anna' }));
    now('no');
    screen.getByText(t('control.expert.nowLost'));
  });

  it('shows figures, the connection and the seven steps', () => {
    viewing();
    for (const figure of ['24 fps', '12 ms', '1920 × 1080']) expect(words()).toContain(figure);
    expect(words()).toContain(t('way.reverse.short', { address: '192.0.2.7:49231' }));
    expect(steps()).toHaveLength(7);
  });

  it('says in the bar that a server is in between, also where ICE has chosen it', () => {
    const connection = { by: 'ice', address: '192.0.2.7:49231', relayed: true } as const;
    openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, connection }) }));
    screen.getByText(t('way.relay.betweenShort'));
    expect(words()).not.toContain('192.0.2.7:49231');
  });

  it('names every tool; each does what it says', async () => {
    const { user, calls } = viewing();
    const tools = within(screen.getByRole('toolbar', { name: t('viewer.toolbar') }));
    await user.click(tools.getByRole('button', { name: t('viewer.actual') }));
    await user.click(tools.getByRole('button', { name: t('viewer.fullScreen') }));
    await tools.findByRole('button', { name: t('viewer.leaveFullScreen') });
    await screen.findByText(t('viewer.fullScreenHint'));
    fireEvent.keyDown(window, { key: 'F11' });
    await tools.findByRole('button', { name: t('viewer.fullScreen') });
    await user.click(tools.getByRole('button', { name: t('session.end') }));
    expect(commands(calls())).toEqual([
      ['saveSettings', { viewerScaling: 'actual' }],
      ['setFullScreen', true],
      ['setFullScreen', false],
      ['endSession'],
    ]);
  });

  it('has a menu of keys to send, which says how to get out of the picture and goes with Escape', async () => {
    const { user, send } = viewing({ control: 'no' });
    const menu = () => document.querySelector<HTMLDetailsElement>('.tool-menu');
    await user.click(screen.getByLabelText(t('viewer.keys')));
    expect(menu()?.open).toBe(true);
    screen.getByText(t('viewer.sendKeysNotYet'));
    expect(screen.queryByText(t('viewer.leaveHint'))).toBeNull();
    const chord = () => screen.getByRole<HTMLButtonElement>('button', { name: t('viewer.chord.ctrlAltDelete') });
    expect(chord().disabled).toBe(true);
    send(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted' }) }));
    screen.getByText(t('viewer.sendKeysHint'));
    screen.getByText(t('viewer.leaveHint'));
    expect(chord().disabled).toBe(false);
    const positions = screen.getByRole<HTMLInputElement>('switch', { name: t('viewer.positions') });
    expect(positions.checked, 'a program that did not say it takes text').toBe(true);
    await user.click(positions);
    expect(positions.checked).toBe(false);
    await user.keyboard('{Escape}');
    expect(menu()?.open).toBe(false);
  });

  it('brings the keyboard to the controls by the keys for it, wherever it is, and says so', async () => {
    const { user } = viewing({ control: 'no' });
    await user.click(document.body);
    await user.keyboard('{Control>}{Alt>}{Home}{/Alt}{/Control}');
    screen.getByText(t('viewer.left'));
    expect(document.activeElement?.closest('[role="toolbar"]')).not.toBeNull();
  });

  it('sends text to a novice that takes it, until the person switches', async () => {
    const { user } = viewing({ control: 'granted', takesText: true });
    await user.click(screen.getByLabelText(t('viewer.keys')));
    const positions = screen.getByRole<HTMLInputElement>('switch', { name: t('viewer.positions') });
    expect(positions.checked).toBe(false);
    await user.click(positions);
    expect(positions.checked).toBe(true);
  });

  it('sends text as soon as the novice’s program says that it takes it, which may come late', async () => {
    const { user, send } = viewing({ control: 'granted' });
    await user.click(screen.getByLabelText(t('viewer.keys')));
    const positions = screen.getByRole<HTMLInputElement>('switch', { name: t('viewer.positions') });
    expect(positions.checked).toBe(true);
    send(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted', takesText: true }) }));
    expect(positions.checked).toBe(false);
  });

  it.each([
    [{ code: 'de', name: 'German' }, 'Anna’s keyboard: German (de)'],
    [{ code: 'de', name: '' }, 'Anna’s keyboard: de'],
    [{ code: '', name: 'German' }, 'Anna’s keyboard: German'],
  ])('shows the layout of the novice’s keyboard, as far as it is known', async (keyboard, line) => {
    const { user } = viewing({ control: 'granted', keyboard });
    await user.click(screen.getByLabelText(t('viewer.keys')));
    screen.getByText(line);
  });

  it('says what was kept from what is not shown, where that is not said already', () => {
    const { send } = viewing({ control: 'granted' });
    const hint = () => document.querySelector('.viewing__hint')?.textContent;
    const shared = (state: 'shown' | 'gone') => ({ part: { tag: 'window', id: '' }, state, title: 'Letter', screens: [] }) as const;
    const kept = (what: KeptFrom, count: number, state: 'shown' | 'gone' = 'shown') =>
      send(
        appState({
          session: session('expert', CONNECTED, { ...LIVE, control: 'granted', sharing: shared(state), keptAway: { what, count } }),
        }),
      );
    send(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted', sharing: shared('shown') }) }));
    kept('pointerOutside', 1);
    expect(hint()).toBe(t('control.expert.keptAway.pointerOutside'));
    kept('keysOutside', 2);
    expect(hint()).toBe(t('control.expert.keptAway.keysOutside'));
    kept('shortcut', 3);
    expect(hint()).toBe(t('control.expert.keptAway.shortcut'));
    kept('keysOutside', 4, 'gone');
    expect(hint()).not.toBe(t('control.expert.keptAway.keysOutside'));
  });

  it('says what was kept from Ringback’s windows there, each time', () => {
    const { send } = viewing({ control: 'granted' });
    const hint = () => document.querySelector('.viewing__hint')?.textContent;
    const keptAway = (what: 'pointer' | 'keys', count: number) =>
      send(appState({ session: session('expert', CONNECTED, { ...LIVE, control: 'granted', keptAway: { what, count } }) }));
    keptAway('keys', 1);
    expect(hint()).toBe(t('control.expert.keptAway.keys'));
    keptAway('pointer', 2);
    expect(hint()).toBe(t('control.expert.keptAway.pointer'));
  });

  it('has no picture and no toolbar before the novice has said yes', () => {
    const { calls } = openSessionWindow(appState({ session: session('expert', { tag: 'awaitingConsent' }, LIVE) }));
    expect(document.querySelector('.viewing__host')).toBeNull();
    expect(screen.queryByRole('toolbar')).toBeNull();
    expect(calls()).toEqual([]);
  });
});

describe('the conversation in a session', () => {
  it.each(ROLES)('is a button of the %s, with the number of new messages, where one can write to them', async (role) => {
    const state = (more: object) => appState({ session: session(role, CONNECTED, LIVE), ...more });
    const { user, calls, send } = openSessionWindow(state({ unreadInSession: 0 }));
    theButton(t('chat.open', { name: 'Anna' }));
    send(state({ unreadInSession: 2 }));
    await user.click(theButton(t('chat.openUnread', { name: 'Anna', count: 2 })));
    expect(calls()).toContainEqual(['openConversation']);
    send(state({}));
    expect(button(t('chat.open', { name: 'Anna' }))).toBeUndefined();
  });

  it('opens in the main window, each time it is asked for', async () => {
    const state = (wish?: number) =>
      appState({
        session: session('novice', CONNECTED, LIVE),
        ...(wish === undefined ? {} : { wantedTalk: { ...onMsnp('anna@ringback.local'), wish } }),
      });
    const { user, send } = openMainWindow(state());
    send(state(1));
    screen.getByRole('textbox', { name: t('chat.write', { name: 'Anna' }) });
    await user.keyboard('{Escape}');
    send(state(1));
    expect(screen.queryByRole('textbox')).toBeNull();
    send(state(2));
    screen.getByRole('textbox', { name: t('chat.write', { name: 'Anna' }) });
  });
});

describe('the novice’s bar', () => {
  const bar = (folded: boolean) => appState({ session: session('novice', CONNECTED, LIVE), panelFolded: folded });

  it('has Stop as the panel has, unfolds, and moves to the other edge', async () => {
    const { user, calls, send } = openSessionWindow(bar(true));
    theButton(t('session.stopLong'));
    await user.click(theButton(t('panel.move')));
    await user.click(theButton(t('panel.unfold')));
    send(bar(false));
    expect(button(t('panel.move'))).toBeUndefined();
    await user.click(theButton(t('panel.fold')));
    expect(calls()).toEqual([['moveBar'], ['foldPanel', false], ['foldPanel', true]]);
  });
});

it('while somebody else has mouse and keyboard the main window says that nothing can be changed', () => {
  const words = t('frozen.title', { name: 'Anna' });
  const { send } = openMainWindow(appState({ session: session('novice', CONNECTED, { ...LIVE, control: 'granted' }) }));
  screen.getByText(words);
  send(appState({ session: session('novice', CONNECTED, LIVE) }));
  expect(screen.queryByText(words)).toBeNull();
});
