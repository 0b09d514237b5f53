import { ControlExpert, type ControlExpertTold } from '../../protocol/assistance/control-expert.ts';
import { ControlNovice } from '../../protocol/assistance/control-novice.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import { ChannelAfterYes } from './channel-after-yes.ts';

/** The channels of one of the novice's connections, started once the novice has said yes. A new channel is its own file and one line here. */
export interface NoviceChannels {
  readonly control: ControlNovice;
  readonly list: readonly Channel[];
  /** The novice has said yes. Idempotent. */
  begin(): void;
}

export function noviceChannels(): NoviceChannels {
  const control = new ControlNovice();
  const list = [control].map((channel) => new ChannelAfterYes(channel));
  return {
    control,
    list,
    begin: () => {
      for (const channel of list) channel.open();
    },
  };
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
