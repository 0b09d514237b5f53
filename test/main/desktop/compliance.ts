import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CaptureEvent,
  type Desktop,
  DesktopError,
  type InputInjector,
  type ScreenCapture,
} from '../../../src/main/desktop/contract.ts';
import type { Size } from '../../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import { keyEvents } from '../../../src/protocol/rdp/input/scancodes.ts';
import { until } from '../../support/programs.ts';
import { ALL } from '../../support/shared-part.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'marked',
};
const PATIENCE_MS = 10_000;
/** How long a screen on which nothing happens is watched. */
const QUIET_MS = 200;

/** A computer with a desktop; what an adapter has to bring to be tested. */
export interface ComplianceComputer {
  readonly desktop: Desktop;
  /** Something on the screen changes. */
  change(): Promise<void>;
  resize(size: Size): Promise<void>;
  /** How many keys are down, by the system's own account. */
  heldKeys(): Promise<number>;
  /** The screen goes away. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

/** What every desktop must do, whatever is under it. */
export function describeDesktopCompliance(name: string, open: () => Promise<ComplianceComputer>): void {
  describe(`desktop compliance: ${name}`, () => {
    let computer: ComplianceComputer;
    let captures: ScreenCapture[];
    let injectors: InputInjector[];

    const capture = async (): Promise<{ readonly capture: ScreenCapture; readonly events: CaptureEvent[] }> => {
      const opened = await computer.desktop.openCapture(AbortSignal.timeout(PATIENCE_MS), ALL);
      captures.push(opened);
      const events: CaptureEvent[] = [];
      opened.onEvent((event) => events.push(event));
      return { capture: opened, events };
    };
    const input = async (): Promise<InputInjector> => {
      const opened = await computer.desktop.openInput(AbortSignal.timeout(PATIENCE_MS), ALL);
      injectors.push(opened);
      return opened;
    };
    const next = (from: ScreenCapture) => from.nextFrame(AbortSignal.timeout(PATIENCE_MS));
    /** Takes frames until the screen has been still for a while. */
    const still = async (from: ScreenCapture): Promise<void> => {
      for (;;) {
        const frame = await from.nextFrame(AbortSignal.timeout(QUIET_MS)).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'TimeoutError' });
        });
        if (frame === undefined) return;
      }
    };
    /** The same after it has been configured: the whole picture is owed, however long a busy machine takes for it. */
    const shown = async (from: ScreenCapture): Promise<void> => {
      await next(from);
      await still(from);
    };

    beforeEach(async () => {
      [captures, injectors] = [[], []];
      computer = await open();
    });
    afterEach(async () => {
      await Promise.all([...captures, ...injectors].map((part) => part.close()));
      await computer.close();
    });

    it('says what it can do, and opens nothing for who no longer wants it', async () => {
      expect(await computer.desktop.support()).toMatchObject({ capture: true, input: true });
      const gone = AbortSignal.abort(new Error('no longer wanted'));
      await expect(computer.desktop.openCapture(gone, ALL)).rejects.toThrow('no longer wanted');
    });

    it('knows its size without a capture, or says that it does not', async () => {
      const size = await computer.desktop.size(ALL);
      if (size !== undefined) expect((await capture()).capture.size).toEqual(size);
    });

    it('gives a whole picture once it is configured, and nothing before', async () => {
      const { capture: from } = await capture();
      const early = from.nextFrame(AbortSignal.timeout(QUIET_MS));
      await expect(early).rejects.toMatchObject({ name: 'TimeoutError' });
      from.configure(SETTINGS);
      const first = await next(from);
      expect(first.changedPixels).toBe(from.size.width * from.size.height);
      expect(first.updates.length).toBeGreaterThan(0);
      await still(from);
      from.configure({ ...SETTINGS, encoder: { ...SETTINGS.encoder, skipAlpha: false } });
      const again = await next(from);
      expect(again.changedPixels).toBe(from.size.width * from.size.height);
      expect(again.frameId).toBeGreaterThan(first.frameId);
    });

    it('waits while nothing changes, and loses no change while nobody waits', async () => {
      const { capture: from } = await capture();
      from.configure(SETTINGS);
      await shown(from);
      const stop = new AbortController();
      const waiting = from.nextFrame(stop.signal);
      await expect(next(from)).rejects.toBeInstanceOf(DesktopError);
      stop.abort(new Error('paused'));
      await expect(waiting).rejects.toThrow('paused');
      await expect(from.nextFrame(AbortSignal.abort(new Error('already')))).rejects.toThrow('already');
      await computer.change();
      expect((await next(from)).changedPixels).toBeGreaterThan(0);
    });

    it('counts as changed what is to be refreshed', async () => {
      const { capture: from } = await capture();
      from.configure(SETTINGS);
      await shown(from);
      from.refresh([{ x: 16, y: 16, width: 20, height: 10 }]);
      expect((await next(from)).changedPixels).toBe(200);
    });

    it('follows the screen when it changes its size', async () => {
      const { capture: from, events } = await capture();
      from.configure(SETTINGS);
      await shown(from);
      await computer.resize({ width: 320, height: 200 });
      await until(() => events.some(({ tag }) => tag === 'resized'), 'resized');
      expect(events.findLast(({ tag }) => tag === 'resized')).toEqual({ tag: 'resized', size: { width: 320, height: 200 } });
      expect(from.size).toEqual({ width: 320, height: 200 });
      from.configure(SETTINGS);
      expect((await next(from)).changedPixels).toBe(320 * 200);
    });

    it('is over once it is closed, also for who waits, and closes twice', async () => {
      const { capture: from, events } = await capture();
      from.configure(SETTINGS);
      await shown(from);
      events.length = 0;
      const refused = expect(next(from)).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
      await from.close();
      await refused;
      await from.close();
      await computer.change();
      await expect(next(from)).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
      expect(events).toEqual([]);
    });

    it('says once that the screen is lost, last of all, and gives nothing any more', async () => {
      const { capture: from, events } = await capture();
      from.configure(SETTINGS);
      await shown(from);
      const refused = expect(next(from)).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
      await computer.lose();
      await refused;
      await until(() => events.some(({ tag }) => tag === 'failed'), 'failed');
      await expect(next(from)).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
      expect(events.filter(({ tag }) => tag === 'failed')).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({ tag: 'failed', error: { code: 'LOST' } });
    });

    it('holds keys down until they are released, at once for all and when it is closed', async () => {
      const keys = async (count: number) => until(async () => (await computer.heldKeys()) === count, `${count} keys down`);
      const injector = await input();
      injector.inject([...keyEvents('KeyA', true), ...keyEvents('ShiftLeft', true)]);
      await keys(2);
      injector.inject(keyEvents('KeyA', false));
      await keys(1);
      injector.releaseAll();
      await keys(0);
      injector.releaseAll();
      injector.inject(keyEvents('KeyB', true));
      await keys(1);
      await injector.close();
      await keys(0);
      // Whoever is late does no harm.
      injector.inject(keyEvents('KeyC', true));
      const other = await input();
      other.inject(keyEvents('KeyD', true));
      await keys(1);
      await other.close();
      await keys(0);
    });
  });
}
