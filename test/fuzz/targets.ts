import type { Target } from './rules.ts';
import { ACTIVITY_TARGETS } from './targets/activities.ts';
import { APP_TARGETS } from './targets/app.ts';
import { ASSISTANCE_TARGETS } from './targets/assistance.ts';
import { BUS_TARGETS } from './targets/bus.ts';
import { CHANNEL_TARGETS } from './targets/channels.ts';
import { GRAPHICS_TARGETS } from './targets/graphics.ts';
import { GRAPHICS_CHANNEL_TARGETS } from './targets/graphics-channel.ts';
import { ICE_TARGETS } from './targets/ice.ts';
import { MACHINE_TARGETS } from './targets/machines.ts';
import { MESSENGER_TARGETS } from './targets/messenger.ts';
import { MESSENGER_SERVER_TARGETS } from './targets/messenger-server.ts';
import { PORT_MAPPING_TARGETS } from './targets/port-mapping.ts';
import { RDP_TARGETS } from './targets/rdp.ts';
import { RELAY_TARGETS } from './targets/relay.ts';
import { SOUND_TARGETS } from './targets/sound.ts';
import { TRUST_TARGETS } from './targets/trust.ts';
import { XMPP_TARGETS } from './targets/xmpp.ts';
import { XMPP_SAID_TARGETS } from './targets/xmpp-said.ts';

/** Everything that reads what others wrote. */
export const TARGETS: readonly Target[] = [
  ...MESSENGER_TARGETS,
  ...MESSENGER_SERVER_TARGETS,
  ...ACTIVITY_TARGETS,
  ...ASSISTANCE_TARGETS,
  ...RDP_TARGETS,
  ...CHANNEL_TARGETS,
  ...MACHINE_TARGETS,
  ...GRAPHICS_TARGETS,
  ...GRAPHICS_CHANNEL_TARGETS,
  ...SOUND_TARGETS,
  ...BUS_TARGETS,
  ...TRUST_TARGETS,
  ...XMPP_TARGETS,
  ...PORT_MAPPING_TARGETS,
  ...RELAY_TARGETS,
  ...ICE_TARGETS,
  ...XMPP_SAID_TARGETS,
  ...APP_TARGETS,
];

export function targetNamed(name: string): Target {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no target ${name}; --list shows them`);
  return target;
}
