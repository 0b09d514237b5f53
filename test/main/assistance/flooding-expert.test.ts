import { describe, expect, it } from 'vitest';
import { NovicePicture } from '../../../src/main/assistance/novice-picture.ts';
import type { NovicePointer } from '../../../src/main/assistance/novice-pointer.ts';
import { Scope } from '../../../src/main/assistance/scope.ts';
import type { NoviceLink } from '../../../src/main/connection/contract.ts';
import type { Desktop, ScreenCapture } from '../../../src/main/desktop/contract.ts';
import type { EncodedFrame } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import type { CapturedPicture, EncoderKind, GraphicsUpdate } from '../../../src/protocol/rdp/graphics/contract.ts';
import { PictureStream } from '../../../src/protocol/rdp/graphics/picture-stream.ts';
import { encodeFrameAcknowledge } from '../../../src/protocol/rdp/pdu/frame-acknowledge.ts';
import { encodeRefreshRect } from '../../../src/protocol/rdp/pdu/refresh-rect.ts';
import { PDU_TYPE_2 } from '../../../src/protocol/rdp/pdu/share-data.ts';
import { encodeSuppressOutput } from '../../../src/protocol/rdp/pdu/suppress-output.ts';
import { violationOf } from '../../fuzz/engine.ts';
import { concat } from '../../protocol/rdp/pdu/arbitrary-bytes.ts';
import { serverAt, wire } from '../../protocol/rdp/server/scripted-client.ts';
import { planarSettings } from '../../support/encode-frame.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ALL } from '../../support/shared-part.ts';

/** The largest that is shown. */
const DESKTOP = { width: 8_192, height: 8_192 } as const;
const WHOLE = { x: 0, y: 0, ...DESKTOP };
const FLOOD_BYTES = 64 * 1024;
/** Encodes nothing, and remembers what it was asked for. */
const COUNTING: EncoderKind = {
  name: 'planar',
  settingsFor: () => undefined,
  create: () => ({
    encode: () => Promise.resolve({ updates: [{ route: 'fastPath', bytes: new Uint8Array(0) }], changedPixels: 0 }),
    close: () => undefined,
  }),
};

/** A capture whose stream is the real one. A frame is made when the test says so, as a thread of its own would. */
class StreamedCapture implements ScreenCapture {
  readonly size = DESKTOP;
  readonly stream = new PictureStream(DESKTOP, [COUNTING]);
  pulls = 0;
  private give: ((frame: EncodedFrame) => void) | undefined;

  configure(...[settings]: Parameters<ScreenCapture['configure']>): void {
    this.stream.configure(settings, 1);
  }
  refresh(areas: readonly Rect[]): void {
    this.stream.refresh(areas);
  }
  nextFrame(): Promise<EncodedFrame> {
    this.pulls += 1;
    return new Promise((resolve) => (this.give = resolve));
  }
  onEvent(): () => void {
    return () => undefined;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  /** The next frame; false when none is due. */
  async frame(): Promise<boolean> {
    if (!this.stream.dueAnyway) return false;
    const picture: CapturedPicture = {
      ...DESKTOP,
      damage: [],
      pixels: () => ({ ...DESKTOP, stride: 0, pixels: new Uint8Array(0) }),
      close: () => undefined,
    };
    const frame = await this.stream.encode(picture);
    if (frame !== undefined) this.give?.({ ...frame, captureMs: 0, encodeMs: 0 });
    return true;
  }
}

/** A novice with a very large desktop whose expert is active, and who can send no more than one frame until `takes`. */
async function shown() {
  const capture = new StreamedCapture();
  const sent: (readonly GraphicsUpdate[])[] = [];
  let takes = (): void => undefined;
  const link = {
    line: { roomBytes: Number.MAX_SAFE_INTEGER, queuedBytes: 0 },
    sendGraphics: (updates: readonly GraphicsUpdate[]) => {
      sent.push(updates);
      return new Promise<void>((resolve) => (takes = resolve));
    },
  } as unknown as NoviceLink;
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const picture = new NovicePicture({
    link,
    desktop: { openCapture: () => Promise.resolve(capture) } as unknown as Desktop,
    clock: new VirtualClock(),
    pointer: { start: () => undefined } as unknown as NovicePointer,
    notes: { tell: () => undefined },
    stateChanged: () => undefined,
    screensChanged: () => undefined,
    titled: () => undefined,
    aside: () => 0,
    scope: new Scope(failed),
    desktopFailed: failed,
    failed,
  });
  await picture.open(ALL, new AbortController().signal);
  picture.start({ desktop: DESKTOP, graphics: planarSettings() });
  await turn();
  const server = serverAt('active');
  server.resize(DESKTOP);
  server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);
  const hear = (bytes: Uint8Array): void => {
    for (const output of server.receive(bytes, 0))
      if (output.tag === 'refresh' || output.tag === 'display' || output.tag === 'frameAcknowledged') picture.onLink(output);
  };
  return { capture, sent, hear, failures, takes: () => takes() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function flood(...pdus: readonly Uint8Array[]): Uint8Array {
  const once = concat(pdus);
  return concat(Array.from({ length: Math.floor(FLOOD_BYTES / once.length) }, () => once));
}

const share = (type: number, body: Uint8Array): Uint8Array => wire.share(type, body);
const wanted = (yes: boolean): Uint8Array => share(PDU_TYPE_2.suppressOutput, encodeSuppressOutput(yes, DESKTOP));
const FLOODS = {
  'the whole picture again': flood(share(PDU_TYPE_2.refreshRect, encodeRefreshRect([WHOLE]))),
  'two hundred parts again': flood(
    share(
      PDU_TYPE_2.refreshRect,
      encodeRefreshRect(Array.from({ length: 200 }, (_, at) => ({ x: at * 40, y: at * 40, width: 39, height: 39 }))),
    ),
  ),
  'hidden and shown': flood(wanted(false), wanted(true)),
  'frames that were shown, or never sent': flood(
    share(PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(1)),
    share(PDU_TYPE_2.frameAcknowledge, encodeFrameAcknowledge(0xffff_ffff)),
  ),
} as const;

describe('an expert who floods a novice with a desktop of 8192×8192', () => {
  it.each(Object.entries(FLOODS))('%s: costs little, and no more than one picture at a time', async (_, bytes) => {
    const { capture, sent, hear, failures, takes } = await shown();
    await capture.frame();
    await turn();
    expect([capture.pulls, sent.length]).toEqual([1, 1]);
    // While that one is on its way nothing else is made, whatever is asked for.
    expect(violationOf({ name: 'flood', seeds: () => [], check: hear }, bytes)).toBeUndefined();
    await turn();
    expect([capture.pulls, sent.length]).toEqual([1, 1]);
    // All that was asked for meanwhile is one picture.
    takes();
    await turn();
    let frames = 0;
    while (frames < 5 && (await capture.frame())) {
      frames += 1;
      await turn();
      takes();
      await turn();
    }
    expect(frames).toBeLessThanOrEqual(1);
    expect(failures).toEqual([]);
  });
});
