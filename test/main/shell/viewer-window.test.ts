import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ViewerSink } from '../../../src/main/assistance/contract.ts';
import { createViewerWindow } from '../../../src/main/shell/viewer-window.ts';

const electron = vi.hoisted(() => ({ channels: [] as { readonly closed: boolean }[] }));
vi.mock('electron', async () => {
  const { EventEmitter: Events } = await import('node:events');
  class MessageChannelMain {
    readonly port1 = Object.assign(new Events(), { start: () => undefined, postMessage: () => undefined, close: () => void this.end() });
    readonly port2 = {};
    closed = false;
    constructor() {
      electron.channels.push(this);
    }
    end(): void {
      this.closed = true;
      this.port1.emit('close');
    }
  }
  return { MessageChannelMain };
});
beforeEach(() => void electron.channels.splice(0));

function desk(attach: (sink: ViewerSink) => () => void = () => () => undefined) {
  const posted: unknown[] = [];
  let minimised = false;
  const window = Object.assign(new EventEmitter(), {
    isMinimized: () => minimised,
    isVisible: () => true,
    webContents: { postMessage: (channel: string, _value: unknown, ports: unknown[]) => void posted.push(channel, ports.length) },
  });
  const windows = { session: window as never };
  const logged: unknown[] = [];
  const viewer = createViewerWindow(windows, { attachViewer: attach }, { write: (...entry) => void logged.push(entry) });
  const minimise = (on: boolean): void => {
    minimised = on;
    window.emit(on ? 'minimize' : 'restore');
  };
  return { viewer, windows, window, posted, logged, minimise };
}

describe('the session window’s picture', () => {
  it('goes over ports of its own, and everything is let go of with it', () => {
    const detach = vi.fn();
    const heard: unknown[] = [];
    const { viewer, window, posted, minimise } = desk((sink) => {
      sink.onEvent((event) => heard.push(event));
      return detach;
    });
    viewer.open();
    expect(posted).toEqual(['ringback:viewer-ports', 2]);
    minimise(true);
    minimise(false);
    expect(heard).toEqual([
      { tag: 'displayWanted', wanted: false },
      { tag: 'displayWanted', wanted: true },
    ]);
    viewer.close();
    expect(detach).toHaveBeenCalledOnce();
    expect(window.eventNames()).toEqual([]);
    expect(electron.channels.map(({ closed }) => closed)).toEqual([true, true]);
    viewer.close();
    expect(detach).toHaveBeenCalledOnce();
  });

  it('gets new ports when its page was loaded anew, and the old ones close', () => {
    let attached = 0;
    const { viewer } = desk(() => {
      attached += 1;
      return () => void (attached -= 1);
    });
    viewer.open();
    viewer.open();
    expect(electron.channels.map(({ closed }) => closed)).toEqual([true, true, false, false]);
    expect(attached).toBe(1);
  });

  it('leaves no port behind when nothing is to be seen', () => {
    const { viewer, windows, posted } = desk(() => {
      throw new Error('no session');
    });
    expect(() => viewer.open()).toThrow('no session');
    expect(electron.channels.map(({ closed }) => closed)).toEqual([true, true]);
    windows.session = undefined as never;
    viewer.open();
    expect(posted).toEqual([]);
  });
});
