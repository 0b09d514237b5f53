import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WINDOW_BYTES } from '../../../../src/main/connection/ways/ice/ice-duplex.ts';
import { type IceApp, needsIce, startIceApp } from '../../../support/ice-app.ts';

const ice = needsIce();

/** What a script in the page finds out about what it may do. */
const WHAT_IT_MAY = `(async () => {
  const refused = async (what) => { try { await what(); return 'went'; } catch (error) { return error.name; } };
  const before = location.href;
  location.href = 'https://example.com/';
  const state = async (name) => { try { return (await navigator.permissions.query({ name })).state; } catch { return 'unknown'; } };
  return {
    fetched: await refused(() => fetch('https://192.0.2.1/')),
    ownPage: await refused(() => fetch('ringback://app/index.html')),
    socket: await refused(() => new Promise((resolve, reject) => { const s = new WebSocket('ws://127.0.0.1:1/'); s.onopen = resolve; s.onerror = () => reject(new DOMException('', 'Closed')); })),
    opened: window.open('https://example.com/') === null,
    evaluated: await refused(() => new Function('return 1')()),
    styled: (() => { const style = document.createElement('style'); style.textContent = 'body{color:red}'; document.head.append(style); return getComputedStyle(document.body).color; })(),
    worker: await refused(() => new Promise((resolve, reject) => { const w = new Worker('data:text/javascript,postMessage(1)'); w.onmessage = resolve; w.onerror = () => reject(new DOMException('', 'Refused')); })),
    camera: await refused(() => navigator.mediaDevices.getUserMedia({ video: true })),
    screen: await refused(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
    permissions: await Promise.all(['camera', 'geolocation', 'notifications', 'clipboard-read'].map(state)),
    node: typeof require + typeof process + typeof globalThis.ringback,
    stayed: location.href === before,
  };
})()`;

describe.skipIf(ice.skip)(ice.title('two pages over ICE'), () => {
  let app: IceApp;

  beforeAll(async () => {
    // A camera that could be had, so that it is the page that may not.
    app = await startIceApp({ args: ['--use-fake-device-for-media-stream'] });
  });

  afterAll(() => app?.close());

  const connect = async (): Promise<void> => {
    expect(await app.tell({ do: 'connect', sides: [{}, {}] })).toMatchObject({ relayed: [false, false] });
  };

  it('find each other without a server, and tell addresses only', async () => {
    const { words, addresses } = await app.tell({ do: 'connect', sides: [{}, {}] });
    const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    expect(
      String(words)
        .split(/[ ;]/)
        .map((word) => word.split(',')[0]),
    ).toEqual(expect.arrayContaining(['offer', 'answer', 'at', 'end']));
    expect(String(words)).not.toMatch(/local|127\.0\.0\.1|a=|\r|\n/);
    for (const address of addresses as string[]) expect(own).toContain(address.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''));
  });

  it('carry what is given to them both ways at once, unchanged', { timeout: 150_000 }, async () => {
    await connect();
    const exchanged = await app.tell({ do: 'exchange', bytes: 20_000_000 }, 120_000);
    const traffic = { bytesSent: 20_000_000, bytesReceived: 20_000_000 };
    expect(exchanged).toMatchObject({ same: true, traffic: [traffic, traffic] });
  });

  it('end half by half: the last words come, then the end, and both pages close', async () => {
    await connect();
    const { seen, last } = await app.tell({ do: 'end' });
    expect(last).toBe('the last words');
    expect((seen as string[]).toSorted()).toEqual(['end 0', 'end 1']);
  });

  it('come to a halt for a reader that sleeps, and lose nothing', async () => {
    await connect();
    const size = 32 * 1024 * 1024;
    const { halted, read } = await app.tell({ do: 'sleepyReader', bytes: size }, 90_000);
    const { came, written } = halted as { readonly came: number; readonly written: number };
    expect(came).toBeLessThanOrEqual(WINDOW_BYTES + 1024 * 1024);
    expect(written).toBeLessThan(size / 2);
    expect(read).toBe(size);
  });

  it('carry RDP’s own stream: pinned TLS inside, frames and answers, and a goodbye in time', async () => {
    await connect();
    const seen = await app.tell({ do: 'frames', count: 30, bytes: 100_000, everyMs: 0 }, 90_000);
    expect(seen).toMatchObject({ pinned: true });
    expect((seen['traffic'] as { readonly bytesSent: number }).bytesSent).toBeGreaterThan(3_000_000);
    // Both sides have said goodbye, not run into the end of their time.
    expect(seen['errors']).toEqual([]);
  });

  it('are gone at once when one side is destroyed', async () => {
    await connect();
    const { ms } = await app.tell({ do: 'drop' });
    expect(ms).toBeLessThan(4_000);
  });

  it('that crash end that connection only, and at once', async () => {
    await connect();
    const { seen, ms, otherAlive } = await app.tell({ do: 'crash' });
    expect(seen).toEqual([expect.stringMatching(/page (of the connection )?has (gone|closed)/)]);
    expect(ms).toBeLessThan(4_000);
    expect(otherAlive).toBe(true);
    await connect();
    await app.tell({ do: 'drop' });
  });

  it('may do nothing but connect', async () => {
    const { result, url, windows } = await app.tell({ do: 'page', script: WHAT_IT_MAY });
    expect(result).toEqual({
      fetched: 'TypeError',
      ownPage: 'TypeError',
      socket: expect.stringMatching(/Closed|SecurityError/),
      opened: true,
      evaluated: 'EvalError',
      styled: 'rgb(0, 0, 0)',
      worker: expect.stringMatching(/Refused|SecurityError/),
      camera: 'NotAllowedError',
      screen: 'NotAllowedError',
      permissions: ['denied', 'denied', 'denied', 'denied'],
      node: 'undefinedundefinedundefined',
      stayed: true,
    });
    expect([url, windows]).toEqual(['ringback://app/ice.html', 1]);
  });
});
