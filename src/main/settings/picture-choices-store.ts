import * as z from 'zod';
import type { Peer } from '../../protocol/applications/peer.ts';
import { PICTURE_QUALITIES, type PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import { openStoredFile, type StoredFile } from './stored-file.ts';
import { transportName } from './transport-name.ts';

/** More contacts with a line that needs a choice than anybody has; the one chosen for longest ago makes room. */
const MAX_CHOICES = 256;

const choice = z.strictObject({
  transport: transportName,
  address: z.string().min(1).max(1_023),
  quality: z.enum(PICTURE_QUALITIES),
});
const choicesSchema = z.strictObject({ version: z.literal(1), choices: z.array(choice).max(MAX_CHOICES) });
type Choices = z.infer<typeof choicesSchema>;

type Whom = Pick<Peer, 'transport' | 'address'>;

/** What this person has chosen for the picture of each contact, because a line is the contact's. */
export interface PictureChoicesStore {
  readonly damaged: StoredFile<Choices>['damaged'];
  readonly newer: boolean;
  /** Undefined: the other side decides by itself. */
  of(whom: Whom): PictureQuality | undefined;
  /** `balanced` is what there is without a choice, and so forgets one. Writes only when something changed. */
  keep(whom: Whom, quality: PictureQuality): Promise<void>;
  flush(): Promise<void>;
}

/** Opens `picture-choices.json`. */
export async function openPictureChoices(path: string): Promise<PictureChoicesStore> {
  const file = await openStoredFile<Choices>(path, choicesSchema, { version: 1, choices: [] });
  const find = ({ transport, address }: Whom) =>
    file.value.choices.find((each) => each.transport === transport && each.address === address);
  return {
    damaged: file.damaged,
    newer: file.newer,
    of: (whom) => find(whom)?.quality,
    async keep({ transport, address }, quality) {
      const known = find({ transport, address });
      if ((known?.quality ?? 'balanced') === quality) return;
      const others = file.value.choices.filter((each) => each !== known);
      const chosen = quality === 'balanced' ? [] : [{ transport, address, quality }];
      await file.set({ version: 1, choices: [...others, ...chosen].slice(-MAX_CHOICES) });
    },
    flush: () => file.flush(),
  };
}
