import { AgainExpert, type AgainExpertTold, AgainNovice } from '../../protocol/assistance/again-channels.ts';
import { ControlExpert, type ControlExpertTold } from '../../protocol/assistance/control-expert.ts';
import { ControlNovice } from '../../protocol/assistance/control-novice.ts';
import { NotesExpert } from '../../protocol/assistance/notes-expert.ts';
import { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import { EXACT_SETS, FILM_SETS, GraphicsClient } from '../../protocol/rdp/channels/graphics/graphics-client.ts';
import { SoundClient, type SoundClientTold } from '../../protocol/rdp/channels/sound/sound-client.ts';
import { playsSound, SOUND_FORMATS } from '../../protocol/rdp/channels/sound/sound-formats.ts';
import { SoundServer } from '../../protocol/rdp/channels/sound/sound-server.ts';
import { ChannelAfterYes } from './channel-after-yes.ts';

/** The channels of one of the novice's connections, started once the novice has said yes. A new channel is its own file and one line here. */
export interface NoviceChannels {
  readonly control: ControlNovice;
  readonly notes: NotesNovice;
  readonly again: AgainNovice;
  readonly sound: SoundServer;
  readonly list: readonly Channel[];
  /** The novice has said yes. Idempotent. */
  begin(): void;
}

export function noviceChannels(): NoviceChannels {
  const control = new ControlNovice();
  const notes = new NotesNovice();
  const again = new AgainNovice();
  const sound = new SoundServer(SOUND_FORMATS);
  const list = [control, notes, again, sound].map((channel) => new ChannelAfterYes(channel));
  return {
    control,
    notes,
    again,
    sound,
    list,
    begin: () => {
      for (const channel of list) channel.open();
    },
  };
}

/** The channels that an expert asks for on one of its connections. A new channel is its own file and one line here. */
export interface ExpertChannels {
  readonly control: ControlExpert;
  readonly notes: NotesExpert;
  readonly again: AgainExpert;
  readonly list: readonly Channel[];
}

export interface ExpertChannelsTold {
  readonly control: ControlExpertTold;
  /** The novice's side has told something. */
  readonly noted: () => void;
  readonly again: AgainExpertTold;
  readonly sound: SoundClientTold;
  /** Film may be sent: nothing is announced that could not be shown. */
  readonly decodesFilm?: boolean;
}

export function expertChannels(told: ExpertChannelsTold): ExpertChannels {
  const control = new ControlExpert(told.control);
  const notes = new NotesExpert(told.noted);
  const again = new AgainExpert(told.again);
  const sound = new SoundClient(playsSound, told.sound);
  const graphics = new GraphicsClient(told.decodesFilm === true ? FILM_SETS : EXACT_SETS);
  return { control, notes, again, list: [control, notes, again, sound, graphics] };
}
