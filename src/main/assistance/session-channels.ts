import { ControlExpert, type ControlExpertTold } from '../../protocol/assistance/control-expert.ts';
import { ControlNovice } from '../../protocol/assistance/control-novice.ts';
import { NotesExpert } from '../../protocol/assistance/notes-expert.ts';
import { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import { ChannelAfterYes } from './channel-after-yes.ts';

/** The channels of one of the novice's connections, started once the novice has said yes. A new channel is its own file and one line here. */
export interface NoviceChannels {
  readonly control: ControlNovice;
  readonly notes: NotesNovice;
  readonly list: readonly Channel[];
  /** The novice has said yes. Idempotent. */
  begin(): void;
}

export function noviceChannels(): NoviceChannels {
  const control = new ControlNovice();
  const notes = new NotesNovice();
  const list = [control, notes].map((channel) => new ChannelAfterYes(channel));
  return {
    control,
    notes,
    list,
    begin: () => {
      for (const channel of list) channel.open();
    },
  };
}

/** The channels that an expert asks for on its one connection. A new channel is its own file and one line here. */
export interface ExpertChannels {
  readonly control: ControlExpert;
  readonly notes: NotesExpert;
  readonly list: readonly Channel[];
}

/** `noted`: the novice's side has told something. */
export function expertChannels(told: ControlExpertTold, noted: () => void): ExpertChannels {
  const control = new ControlExpert(told);
  const notes = new NotesExpert(noted);
  return { control, notes, list: [control, notes] };
}
