/* Invitations as files: where they are saved, and those that a person has opened, dropped or double-clicked. Knows no Electron. */
import { constants, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OfferedInvitationView, SavedInvitationView } from '../../preload/contract.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import {
  bindsPassword,
  isPast,
  type InvitationDocument,
  MAX_INVITATION_BYTES,
  needsPassword,
  readInvitation,
} from '../../protocol/assistance/invitation.ts';
import type { Assistance } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import type { AppModel } from './app-model.ts';
import { CommandError } from './refusal.ts';
import { safeText } from './safe-text.ts';

const EXTENSION = '.msrcIncident';

export interface FileInvitationDeps {
  readonly help: Pick<Assistance, 'inviteByFile' | 'removeFileInvitation' | 'helpByInvitation'>;
  readonly model: AppModel;
  readonly clock: Clock;
  /** The system's dialogs; undefined when the person cancels. */
  readonly chooseSavePath: (suggested: string) => Promise<string | undefined>;
  readonly chooseOpenPath: () => Promise<string | undefined>;
  readonly write: (path: string, text: string) => Promise<void>;
  /** At most so many bytes and one more. */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array>;
}

export interface FileInvitations {
  /** Null when the person does not choose a place. The password is in this answer and nowhere else. */
  save(type: 1 | 2): Promise<SavedInvitationView | null>;
  remove(): Promise<void>;
  choose(): Promise<void>;
  /** Rejects with CommandError UNREADABLE_FILE, BAD_INVITATION. */
  openPath(path: string): Promise<void>;
  /** Shows what is in the file and asks for the password. Throws CommandError BAD_INVITATION. */
  offer(fileName: string, bytes: Uint8Array): void;
  /** Connects by the one that is shown. NO_INVITATION, and what `helpByInvitation` throws: then it stays. */
  use(password: string): void;
  putAway(): void;
}

export function createFileInvitations({ help, model, clock, ...files }: FileInvitationDeps): FileInvitations {
  let shown: InvitationDocument | undefined;

  function offer(fileName: string, bytes: Uint8Array): void {
    let document: InvitationDocument;
    try {
      document = readInvitation(bytes);
    } catch (error) {
      if (error instanceof ProtocolError) throw new CommandError('BAD_INVITATION', 'this is no invitation');
      throw error;
    }
    shown = document;
    const offered: OfferedInvitationView = {
      fileName: safeText(fileName),
      from: document.tag === 'file' ? safeText(document.file.userName) : '',
      needsPassword: needsPassword(document),
      bound: bindsPassword(document),
      past: isPast(document, clock.now()),
    };
    model.update({ offeredInvitation: offered });
  }

  async function openPath(path: string): Promise<void> {
    const bytes = await files.read(path, MAX_INVITATION_BYTES + 1).catch(() => {
      throw new CommandError('UNREADABLE_FILE', 'the file cannot be read');
    });
    offer(basename(path), bytes);
  }

  return {
    save: async (type) => {
      const path = await files.chooseSavePath(`Ringback${EXTENSION}`);
      if (path === undefined) return null;
      const { text, password, expiresAtMs } = await help.inviteByFile(type);
      try {
        await files.write(path, text);
      } catch (error) {
        await help.removeFileInvitation();
        throw error;
      }
      return { fileName: safeText(basename(path)), password, expiresAtMs };
    },
    remove: () => help.removeFileInvitation(),
    choose: async () => {
      const path = await files.chooseOpenPath();
      if (path !== undefined) await openPath(path);
    },
    openPath,
    offer,
    use: (password) => {
      if (shown === undefined) throw new CommandError('NO_INVITATION', 'no invitation is open');
      help.helpByInvitation(shown, password);
      shown = undefined;
      model.update({ offeredInvitation: undefined });
    },
    putAway: () => {
      shown = undefined;
      model.update({ offeredInvitation: undefined });
    },
  };
}

/** Reads a file that may be anything, a device included, without taking in more than this or waiting for a writer. */
export async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(maxBytes), 0, maxBytes, null);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The invitation among a program's arguments, where the system puts a double-clicked file: a path, or on Linux a `file:` URL (`%U` in the desktop entry). */
export function invitationArgument(argv: readonly string[]): string | undefined {
  const argument = argv.slice(1).find((each) => !each.startsWith('-') && each.toLowerCase().endsWith(EXTENSION.toLowerCase()));
  if (argument === undefined || !/^file:/i.test(argument)) return argument;
  try {
    return fileURLToPath(argument);
  } catch {
    // On another computer.
    return undefined;
  }
}
