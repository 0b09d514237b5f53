import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { hearOpenings, type Opening } from '../../../src/main/shell/openings.ts';

const file = (path: string): Opening => ({ tag: 'file', path: resolve(path) });
const HELP = file('/desk/help.msrcIncident');
const LATER = file('/desk/later.msrcIncident');
const LINK = 'ringback:msnp?v=2&end=1';

function system(first?: Opening) {
  const app = new EventEmitter();
  const openings = hearOpenings(app, first);
  const prevented = vi.fn();
  return {
    openings,
    prevented,
    openFile: (path: string) => app.emit('open-file', { preventDefault: prevented }, resolve(path)),
    openUrl: (url: string) => app.emit('open-url', { preventDefault: prevented }, url),
    secondStart: (...args: string[]) => app.emit('second-instance', {}, ['ringback', ...args], resolve('/desk')),
    activate: () => app.emit('activate', {}, false),
  };
}

describe('what the system asks to open', () => {
  it('is kept until somebody can open it', () => {
    const { openings, openFile, prevented } = system();
    openFile('/desk/help.msrcIncident');
    const open = vi.fn();
    openings.handTo(open);
    expect(open.mock.calls).toEqual([[HELP]]);
    expect(prevented).toHaveBeenCalledOnce();
    openFile('/desk/later.msrcIncident');
    expect(open.mock.calls).toEqual([[HELP], [LATER]]);
  });

  it('comes from a second start too, in that one’s folder, while the first one starts', () => {
    const { openings, secondStart } = system();
    secondStart('--flag', 'help.msrcIncident');
    // Somebody is impatient and starts it once more, without a file.
    secondStart();
    const open = vi.fn();
    openings.handTo(open);
    expect(open.mock.calls).toEqual([[HELP]]);
  });

  it('is the file of the command line, or the one that was clicked after it', () => {
    const alone = vi.fn();
    system(HELP).openings.handTo(alone);
    expect(alone.mock.calls).toEqual([[HELP]]);
    const { openings, openFile } = system(HELP);
    openFile('/desk/later.msrcIncident');
    const open = vi.fn();
    openings.handTo(open);
    expect(open.mock.calls).toEqual([[LATER]]);
  });

  it('may be a link: of a second start, or in macOS’s own way', () => {
    const { openings, secondStart, openUrl, prevented } = system();
    secondStart('--allow-file-access-from-files', LINK);
    const open = vi.fn();
    openings.handTo(open);
    openUrl('RINGBACK://msnp?x');
    expect(open.mock.calls).toEqual([[{ tag: 'link', link: LINK }], [{ tag: 'link', link: 'RINGBACK://msnp?x' }]]);
    expect(prevented).toHaveBeenCalledOnce();
  });

  it('is the window alone, when there is no file', () => {
    const { openings, secondStart, activate } = system();
    activate();
    const open = vi.fn();
    openings.handTo(open);
    expect(open).not.toHaveBeenCalled();
    secondStart('--hidden');
    activate();
    expect(open.mock.calls).toEqual([[undefined], [undefined]]);
  });
});
