import { randomBytes } from 'node:crypto';
import type { EngineName } from '../../src/facts/preferences.ts';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { forkEngine } from '../support/engine-process.ts';
import type { ExpertEndpoint, ExpertEndpointEvent, ExpertLink, ExpertLinkEvent } from '../../src/main/connection/contract.ts';
import type { Channel } from '../../src/protocol/rdp/channels/contract.ts';
import { GraphicsDecoder } from '../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { applied } from '../support/applied.ts';
import { pictureOf } from './pictures.ts';
import { HOST } from './sharing.ts';

const endpoints: { readonly endpoint: ExpertEndpoint; link(): ExpertLink | undefined }[] = [];

/** Ends whatever {@link dial} has begun. */
export async function hangUp(): Promise<void> {
  for (const { endpoint, link } of endpoints.splice(0)) {
    await endpoint.close();
    await link()?.close();
  }
}

/** Our expert, with the real link, at a server whose certificate has this SHA-256. */
export async function dial(engine: EngineName, port: number, pin: Uint8Array, channels: readonly Channel[] = []) {
  const room = createConnectionRoom({ clock: systemClock, listenHost: HOST, startEngine: () => forkEngine() });
  const endpoint = await room.openExpert({ engine, userName: 'expert', channels }, new AbortController().signal);
  const events: ExpertEndpointEvent[] = [];
  const linkEvents: ExpertLinkEvent[] = [];
  let link: ExpertLink | undefined;
  let decoder: GraphicsDecoder | undefined;
  const entry = { endpoint, link: () => link };
  endpoints.push(entry);
  endpoint.onEvent((event) => {
    events.push(event);
    if (event.tag !== 'verified') return;
    link = event.link;
    link.onEvent((linkEvent) => {
      if (linkEvent.tag !== 'graphics') linkEvents.push(linkEvent);
      if (linkEvent.tag === 'active') decoder = new GraphicsDecoder(linkEvent.desktop);
      if (linkEvent.tag !== 'graphics') return;
      for (const frame of decoder === undefined ? [] : applied(decoder.apply(linkEvent.graphics)).frames)
        if (frame.action === 'end') link?.acknowledgeFrame(frame.frameId);
    });
  });
  endpoint.expect({ addresses: [{ host: HOST, port }], sessionId: randomBytes(32), pin });
  endpoint.reach('forward');
  return {
    events,
    linkEvents,
    link: () => link,
    picture: async () => (decoder === undefined ? { width: 0, height: 0, rgb: new Uint8Array(0) } : pictureOf(decoder.surface)),
  };
}
