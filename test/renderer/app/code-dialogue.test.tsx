// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { CodeDialogue, SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { t } from '../../../src/words/words.ts';
import { appState, NOW_MS, session } from './fixtures.ts';
import { openMainWindow, openSessionWindow, theButton } from './windows.tsx';

const UNTIL = { untilMs: NOW_MS + 100_000 };
const reading = (triesLeft: number, more: Partial<SessionStatus> = {}) =>
  appState({ session: session('novice', { tag: 'tickets' }, { code: { tag: 'tell', code: '428117', triesLeft, ...UNTIL }, ...more }) });
const typing = (code: CodeDialogue) => appState({ session: session('expert', { tag: 'tickets' }, { code }) });

describe.each([
  ['main', openMainWindow],
  ['session', openSessionWindow],
] as const)('six digits in the %s window', (_window, open) => {
  it('are large and in two groups for who reads them out', () => {
    open(reading(3));
    screen.getByText(t('code.read', { name: 'Anna' }));
    expect(screen.getByText('428 117').className).toBe('code__digits');
    expect(screen.queryByText(t('code.wrongThere', { name: 'Anna', count: 3 }))).toBeNull();
  });

  it('a wrong try and another key are said to who reads them out', () => {
    open(reading(1, { device: 'replaced' }));
    screen.getByText(t('code.wrongThere', { name: 'Anna', count: 1 }));
    expect(screen.getByRole('alert').textContent).toBe(t('code.replaced', { name: 'Anna' }));
  });

  it('go into a field that has the focus, with blanks as they are pasted', async () => {
    const { user, calls } = open(typing({ tag: 'enter', triesLeft: 3, ...UNTIL }));
    const field = screen.getByLabelText(t('code.enter', { name: 'Anna' }));
    expect(document.activeElement).toBe(field);
    await user.type(field, ' 428 117{Enter}');
    expect(calls()).toEqual([['enterCode', ' 428 117']]);
  });

  it('a wrong one is said at the field', () => {
    open(typing({ tag: 'enter', triesLeft: 2, ...UNTIL }));
    const field = screen.getByLabelText(t('code.enter', { name: 'Anna' }));
    expect(field.getAttribute('aria-invalid')).toBe('true');
    screen.getByText(t('code.wrongHere', { name: 'Anna', count: 2 }));
  });

  it('while they are checked there is no field, and a way out', () => {
    open(typing({ tag: 'checking' }));
    screen.getByText(t('code.checking'));
    expect(screen.queryByLabelText(t('code.enter', { name: 'Anna' }))).toBeNull();
    theButton(t('session.cancel'));
  });
});
