// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, LIVE, session } from './fixtures.ts';
import { button, openSessionWindow, theButton, words } from './windows.tsx';

type Sound = NonNullable<SessionStatus['sound']>;
const name = 'Anna';

describe('the novice’s window', () => {
  const state = (sound: Sound | undefined, more: Parameters<typeof appState>[0] = {}) =>
    appState({ session: session('novice', CONNECTED, { ...LIVE, ...(sound === undefined ? {} : { sound }) }), ...more });
  const theSwitch = () => screen.getByRole<HTMLInputElement>('switch', { name: t('sound.novice.switch', { name }) });

  it('has a switch that says what it means, and that is on when the sound is', async () => {
    const { user, calls, send } = openSessionWindow(state({ state: 'off' }));
    screen.getByText(t('sound.novice.what'));
    expect(theSwitch().checked).toBe(false);
    await user.click(theSwitch());
    expect(calls()).toEqual([['setSound', true]]);
    expect(theSwitch().checked, 'before the yes').toBe(false);
    send(state({ state: 'on' }));
    expect(theSwitch().checked).toBe(true);
    await user.click(theSwitch());
    expect(calls().at(-1)).toEqual(['setSound', false]);
  });

  it.each([
    [{ state: 'unavailable', why: 'noProgram' }, t('sound.novice.noProgram')],
    [{ state: 'unavailable', why: 'notHere' }, t('sound.novice.notHere')],
    [{ state: 'unavailable', why: 'otherProgram' }, t('sound.novice.otherProgram', { name })],
  ] as const)('says why there is nothing to turn on: %j', (sound, text) => {
    openSessionWindow(state(sound));
    screen.getByText(text);
    expect(screen.queryByRole('switch')).toBeNull();
  });

  it.each([
    [{ state: 'off', why: 'failed' }, t('sound.novice.failed')],
    [{ state: 'off', why: 'refused' }, t('sound.novice.refused')],
    [{ state: 'on', why: 'thinLine' }, t('sound.novice.thinLine')],
  ] as const)('says what there is to say beside the switch: %j', (sound, text) => {
    openSessionWindow(state(sound));
    screen.getByText(text);
    expect(theSwitch().checked).toBe(sound.state === 'on');
  });

  it('says nothing of sound before it is known', () => {
    openSessionWindow(state(undefined));
    expect(words()).not.toContain(t('sound.novice.what'));
  });

  it('has in the slim bar what turns it off, while it is on', async () => {
    const off = t('sound.novice.turnOff', { name });
    const { user, calls, send } = openSessionWindow(state({ state: 'on' }, { panelFolded: true }));
    await user.click(theButton(off));
    expect(calls()).toEqual([['setSound', false]]);
    send(state({ state: 'off' }, { panelFolded: true }));
    expect(button(off)).toBeUndefined();
  });
});

describe('the expert’s window', () => {
  const state = (sound: Sound | undefined) =>
    appState({ session: session('expert', CONNECTED, { ...LIVE, ...(sound === undefined ? {} : { sound }) }) });

  it('says that the sound is off and who can turn it on, and has nothing that does', () => {
    openSessionWindow(state({ state: 'off' }));
    screen.getByLabelText(t('sound.expert.label.off'));
    screen.getByText(t('sound.expert.off', { name }));
    expect(screen.queryByRole('switch', { name: t('sound.expert.mute') })).toBeNull();
  });

  it.each([
    [{ state: 'unavailable', why: 'noProgram' }, t('sound.expert.noProgram', { name })],
    [{ state: 'unavailable', why: 'notHere' }, t('sound.expert.notHere', { name })],
    [{ state: 'unavailable', why: 'otherProgram' }, t('sound.expert.otherProgram')],
    [{ state: 'off', why: 'failed' }, t('sound.expert.failed', { name })],
    [{ state: 'off', why: 'refused' }, t('sound.expert.refused', { name })],
    [{ state: 'on', why: 'thinLine' }, t('sound.expert.thinLine')],
  ] as const)('says why: %j', (sound, text) => {
    openSessionWindow(state(sound));
    screen.getByText(text);
  });

  it('says when it begins and ends, and shows nothing of it with a program that does not say', () => {
    const { send } = openSessionWindow(state(undefined));
    expect(document.querySelectorAll('.tool-menu')).toHaveLength(1);
    send(state({ state: 'off' }));
    send(state({ state: 'on' }));
    screen.getByText(t('sound.expert.nowOn', { name }));
    send(state({ state: 'off' }));
    screen.getByText(t('sound.expert.nowOff', { name }));
  });

  it('mutes and turns down, which holds while the sound comes and goes', async () => {
    const { user, send, calls } = openSessionWindow(state({ state: 'on' }));
    const mute = () => screen.getByRole<HTMLInputElement>('switch', { name: t('sound.expert.mute'), hidden: true });
    const volume = () => screen.getByRole<HTMLInputElement>('slider', { name: t('sound.expert.volume'), hidden: true });
    fireEvent.change(volume(), { target: { value: '40' } });
    await user.click(mute());
    screen.getByLabelText(t('sound.expert.label.muted'));
    screen.getByText(t('sound.expert.muted', { name }));
    expect(volume().disabled).toBe(true);
    send(state({ state: 'off' }));
    send(state({ state: 'on' }));
    expect([mute().checked, volume().value]).toEqual([true, '40']);
    expect(calls().filter(([command]) => command !== 'openViewer')).toEqual([]);
  });
});
