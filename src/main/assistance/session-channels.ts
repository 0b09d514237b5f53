import { ControlExpert, type ControlExpertTold } from '../../protocol/assistance/control-expert.ts';
import { ControlNovice } from '../../protocol/assistance/control-novice.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';

/**
 * The channels of one of the novice's connections. A new channel is its own file and one line here, and waits for the novice's yes: on an
 * invitation file all of them start before the password is proved.
 */
export interface NoviceChannels {
  readonly control: ControlNovice;
  readonly list: readonly Channel[];
}

export function noviceChannels(): NoviceChannels {
  const control = new ControlNovice();
  return { control, list: [control] };
}

/** The channels that an expert asks for on its one connection. A new channel is its own file and one line here. */
export interface ExpertChannels {
  readonly control: ControlExpert;
  readonly list: readonly Channel[];
}

export function expertChannels(told: ControlExpertTold): ExpertChannels {
  const control = new ControlExpert(told);
  return { control, list: [control] };
}
