import type { Endpoint } from '../endpoint.ts';
import type { MsnpErrorCode } from '../error-codes.ts';
import type { ListName, ListSnapshot } from '../lists.ts';
import type { PresenceCode } from '../presence.ts';

export type Answer<T = unknown> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: MsnpErrorCode };

/** How another user is seen. */
export interface SeenContact {
  readonly address: string;
  readonly friendlyName: string;
  readonly presence: PresenceCode;
  /** What their client can do, as it said with CHG (MSNP8 and later). */
  readonly clientId?: string;
}

/** A way into a switchboard, good once and for a short time. */
export interface SwitchboardTicket {
  readonly endpoint: Endpoint;
  readonly cookie: string;
}

/** What the machine asks of the server's memory about the user who signed in on it. Every answer is given at once. */
export interface SignedInUser {
  readonly address: string;
  readonly friendlyName: string;
  snapshot(): ListSnapshot;
  /** The contacts online are answered with the first presence only (ILN). */
  setPresence(presence: PresenceCode, clientId?: string): void;
  contactsOnline(): readonly SeenContact[];
  add(
    list: ListName,
    address: string,
    group: number,
  ): Answer<{ readonly serial: number; readonly friendlyName: string; readonly online?: SeenContact }>;
  remove(list: ListName, address: string, group: number | undefined): Answer<{ readonly serial: number }>;
  rename(friendlyName: string): { readonly serial: number };
  setPrivacy(privacy: 'AL' | 'BL'): { readonly serial: number };
  setPrompt(prompt: 'A' | 'N'): { readonly serial: number };
  addGroup(name: string): Answer<{ readonly serial: number; readonly id: number }>;
  removeGroup(id: number): Answer<{ readonly serial: number }>;
  renameGroup(id: number, name: string): Answer<{ readonly serial: number }>;
  openSwitchboard(): SwitchboardTicket;
  /** The connection is over for this user, whoever ended it. */
  signedOut(): void;
}
