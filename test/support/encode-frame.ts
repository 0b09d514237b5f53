import type { Rect } from '../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings, GraphicsUpdate, PixelFrame } from '../../src/protocol/rdp/graphics/contract.ts';
import { BitmapFrames } from '../../src/protocol/rdp/graphics/planar/bitmap-frames.ts';
import type { PlanarSettings } from '../../src/protocol/rdp/graphics/planar/planar-picture-encoder.ts';
import { encodeFastPathUpdate, FAST_PATH_UPDATE } from '../../src/protocol/rdp/pdu/fast-path-output.ts';
import { encodeFrameMarker } from '../../src/protocol/rdp/pdu/frame-marker.ts';

type Options = Partial<Omit<PlanarSettings, 'name'>> & Pick<Partial<GraphicsSettings>, 'acknowledgement'>;

/** What a client that can do everything is served with, but for `options`. */
export function planarSettings({ acknowledgement = 'marked', ...options }: Options = {}): GraphicsSettings {
  return {
    encoder: { name: 'planar', skipAlpha: true, oneBitmapEach: false, scrollCopies: false, maxPduBytes: 16_000, ...options },
    acknowledgement,
  };
}

/** The given areas of a frame as a server would send them, without comparing anything: none when there is nothing in them. */
export function encodeFrame(settings: GraphicsSettings, frame: PixelFrame, areas: readonly Rect[], frameId: number): GraphicsUpdate[] {
  const bytes = new BitmapFrames(settings.encoder as PlanarSettings).encode(frame, { copies: [], areas });
  if (bytes === undefined) return [];
  const update: GraphicsUpdate = { route: 'fastPath', bytes };
  if (settings.acknowledgement !== 'marked') return [update];
  const marker = (action: 'begin' | 'end'): GraphicsUpdate => ({
    route: 'fastPath',
    bytes: encodeFastPathUpdate(FAST_PATH_UPDATE.surfaceCommands, encodeFrameMarker(action, frameId)),
  });
  return [marker('begin'), update, marker('end')];
}
