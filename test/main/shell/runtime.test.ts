import { describe, expect, it } from 'vitest';
import { failedStartText } from '../../../src/main/shell/failed-start.ts';
import { requireSandbox, runtimeNotices } from '../../../src/main/shell/runtime.ts';
import words from '../../../assets/locales/en.json' with { type: 'json' };

describe('a packaged program', () => {
  const start = (packaged: boolean, switches: readonly string[], env = {}) => {
    try {
      requireSandbox(packaged, (name) => switches.includes(name), env);
      return 'starts';
    } catch (error) {
      return failedStartText(error);
    }
  };

  it.each([['no-sandbox'], ['single-process'], ['disable-seccomp-filter-sandbox']])('says what it lacks with --%s, and stops', (name) => {
    expect(start(true, [name])).toMatch(new RegExp(`^Ringback was started without [^]*--${name}$`));
    expect(start(true, [name], { RINGBACK_WITHOUT_SANDBOX: '' })).not.toBe('starts');
  });

  it('starts with its sandbox, where a tester says so, and out of a folder with sources', () => {
    expect(start(true, ['hidden'])).toBe('starts');
    expect(start(true, ['no-sandbox'], { RINGBACK_WITHOUT_SANDBOX: '1' })).toBe('starts');
    expect(start(false, ['no-sandbox'])).toBe('starts');
  });
});

it.each([
  [{}, []],
  [{ RINGBACK_STAND_IN_ELECTRON: '' }, []],
  [{ RINGBACK_STAND_IN_ELECTRON: '<b>33' }, []],
  [{ RINGBACK_STAND_IN_ELECTRON: '33.2.1' }, ['33.2.1']],
])('the Electron that stands in for the right one is told of, by %j: %j', (env, versions) => {
  const notices = runtimeNotices(env);
  expect(notices.map(({ values }) => values['version'])).toEqual(versions);
  for (const { key } of notices) expect(Object.keys(words)).toContain(key);
});
