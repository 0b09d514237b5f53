import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import type { NoviceEndpoint, NoviceEndpointEvent, NoviceLink, NoviceLinkEvent } from '../../src/main/connection/contract.ts';
import type { ScreenCapture } from '../../src/main/desktop/contract.ts';
import { createDesktop, type DesktopOptions } from '../../src/main/desktop/desktop.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import type { DesktopLayout } from '../../src/protocol/rdp/desktop-layout.ts';
import type { GraphicsUpdate } from '../../src/protocol/rdp/graphics/contract.ts';
import { Rdp8Decompressor } from '../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../src/protocol/rdp/pdu/fast-path-output.ts';
import { PduFramer } from '../../src/protocol/rdp/pdu/pdu-framer.ts';
import { decodeGfxServerPdus } from '../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { decodeSegmentedData } from '../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import type { Display } from '../support/display.ts';
import { ALL } from '../support/shared-part.ts';

export const HOST = '127.0.0.1';
const MAX_UNACKNOWLEDGED = 2;

/** A novice that shares a display with whoever presents the session id: what main/assistance does, without the questions. */
export interface Sharing {
  readonly endpoint: NoviceEndpoint;
  readonly port: number;
  /** What a client must present. */
  readonly sessionId: string;
  readonly events: readonly NoviceEndpointEvent[];
  readonly linkEvents: readonly NoviceLinkEvent[];
  /** Graphics bytes sent so far. */
  graphicsBytes(): number;
  /** Updates sent so far that were drawing orders. */
  orderUpdates(): number;
  /** Layouts of the desktop as said on the graphics channel so far. */
  layouts(): readonly DesktopLayout[];
  /** Codecs of the bitmaps sent on the graphics channel so far. */
  codecs(): ReadonlySet<number>;
  link(): NoviceLink | undefined;
  close(): Promise<void>;
}

/** `more`: of the desktop's own. */
export async function share(
  display: Pick<Display, 'env'>,
  channels: readonly Channel[] = [],
  more: Partial<DesktopOptions> = {},
): Promise<Sharing> {
  const stop = new AbortController();
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST });
  const endpoint = await room.openNovice(stop.signal);
  const desktop = createDesktop({
    platform: 'linux',
    env: display.env,
    workerUrl: new URL('../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url),
    openCapturePage: () => Promise.reject(new Error('no page here')),
    clock: systemClock,
    ...more,
  });
  const capture = await desktop.openCapture(stop.signal, ALL);
  capture.onEvent((event) => {
    if (event.tag === 'resized') link?.resize(event.size);
    if (event.tag === 'pointerShape') link?.sendPointerShape(event.shape);
  });
  const events: NoviceEndpointEvent[] = [];
  const linkEvents: NoviceLinkEvent[] = [];
  let link: NoviceLink | undefined;
  let graphicsBytes = 0;
  let orderUpdates = 0;
  const channel = channelReader();
  endpoint.onEvent((event) => {
    events.push(event);
    if (event.tag !== 'presented') return;
    link = event.link;
    serve(
      event.link,
      capture,
      stop.signal,
      (linkEvent) => linkEvents.push(linkEvent),
      (update) => {
        const { bytes, route } = update;
        const isFastPath = route === 'fastPath';
        if (!isFastPath) channel.read(bytes);
        graphicsBytes += bytes.length;
        if (isFastPath) orderUpdates += countOrderUpdates(bytes);
      },
    );
    event.link.admit(capture.size, channels);
  });
  return {
    endpoint,
    port: endpoint.ticket.addresses[0]?.port ?? 0,
    sessionId: Buffer.from(endpoint.sessionId).toString('base64'),
    events,
    linkEvents,
    graphicsBytes: () => graphicsBytes,
    orderUpdates: () => orderUpdates,
    layouts: () => channel.layouts,
    codecs: () => channel.codecs,
    link: () => link,
    close: async () => {
      stop.abort();
      await endpoint.close();
      await link?.close('userRequested');
      await capture.close();
    },
  };
}

function serve(
  link: NoviceLink,
  capture: ScreenCapture,
  signal: AbortSignal,
  heard: (event: NoviceLinkEvent) => void,
  sent: (update: GraphicsUpdate) => void,
): void {
  let unacknowledged = 0;
  let acknowledges = false;
  let acknowledged: () => void = () => undefined;
  let pulling = false;
  const pull = async (): Promise<void> => {
    while (!signal.aborted) {
      const frame = await capture.nextFrame(signal);
      await link.sendGraphics(frame.updates);
      for (const update of frame.updates) sent(update);
      if (!acknowledges) continue;
      unacknowledged += 1;
      if (unacknowledged >= MAX_UNACKNOWLEDGED) await new Promise<void>((resolve) => (acknowledged = resolve));
    }
  };
  link.onEvent((event) => {
    heard(event);
    if (event.tag === 'refresh') capture.refresh(event.areas);
    if (event.tag === 'frameAcknowledged') {
      unacknowledged = Math.max(0, unacknowledged - 1);
      acknowledged();
    }
    if (event.tag !== 'active') return;
    acknowledges = event.graphics.acknowledgement !== 'unmarked';
    capture.configure(event.graphics);
    // What was under way before the client was activated anew is not acknowledged.
    unacknowledged = 0;
    acknowledged();
    if (pulling) return;
    pulling = true;
    // Ends with the link or the signal, and where a frame comes while the client is activated anew.
    void pull()
      .catch(() => undefined)
      .finally(() => {
        pulling = false;
      });
  });
}

/** Begins with a key frame, as every client does that comes late. */
function channelReader(): {
  readonly codecs: ReadonlySet<number>;
  readonly layouts: readonly DesktopLayout[];
  read(message: Uint8Array): void;
} {
  const decompressor = new Rdp8Decompressor();
  const codecs = new Set<number>();
  const layouts: DesktopLayout[] = [];
  return {
    codecs,
    layouts,
    read(message) {
      for (const pdu of decodeGfxServerPdus(decompressor.decompress(decodeSegmentedData(message))))
        if (pdu.tag === 'wireToSurface1') codecs.add(pdu.codecId);
        else if (pdu.tag === 'resetGraphics') layouts.push(pdu);
    },
  };
}

function countOrderUpdates(bytes: Uint8Array): number {
  const decoder = new FastPathOutputDecoder();
  return new PduFramer()
    .push(bytes)
    .flatMap((framed) => (framed.tag === 'fastPath' ? decoder.decode(framed.bytes) : []))
    .filter(({ updateCode }) => updateCode === FAST_PATH_UPDATE.orders).length;
}

/** A home of its own for a program that keeps certificates and settings. */
export async function temporaryHome(): Promise<{ readonly env: NodeJS.ProcessEnv; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'ringback-peer-'));
  return {
    env: { HOME: path, XDG_CONFIG_HOME: join(path, 'config'), XDG_DATA_HOME: join(path, 'data') },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
