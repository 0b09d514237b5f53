import { GROUPS_SINCE, LIST_NAMES, parseListName, writeList, writeMergedList, type ListName, type ListSnapshot } from '../lists.ts';
import { TICKETS_SINCE, type Dialect } from '../dialect.ts';
import { MSNP_ERROR, type MsnpErrorCode } from '../error-codes.ts';
import { decodeFriendlyName, encodeFriendlyName, FRIENDLY_NAME_LIMIT } from '../friendly-name.ts';
import { normaliseAddress } from '../address.ts';
import type { SeenContact, SignedInUser } from './signed-in-user.ts';

type ListCommandName = 'SYN' | 'LST' | 'ADD' | 'REM' | 'REA' | 'BLP' | 'GTC' | 'ADG' | 'RMG' | 'REG';

/** Receives the answers to list commands. */
interface ListOutput {
  write(name: string, args: readonly (string | number)[]): void;
  refuse(error: MsnpErrorCode, transactionId: string): void;
  /** Called when a contact that was just added is online, which a user with a presence of their own is to see. */
  online(transactionId: string, contact: SeenContact): void;
}

/** A signed-in user's commands about lists, groups, names and list settings, MSNP2–8. No command here ends the connection. */
export class ListCommands {
  private readonly dialect: Dialect;
  private readonly user: SignedInUser;
  private readonly output: ListOutput;

  constructor(dialect: Dialect, user: SignedInUser, output: ListOutput) {
    this.dialect = dialect;
    this.user = user;
    this.output = output;
  }

  /** Answers one command; `args` are those after the transaction id. */
  receive(name: ListCommandName, transactionId: string, args: readonly string[]): void {
    switch (name) {
      case 'SYN':
        return this.synchronise(transactionId, args);
      case 'LST':
        return this.sendList(transactionId, args);
      case 'ADD':
        return this.add(transactionId, args);
      case 'REM':
        return this.remove(transactionId, args);
      case 'REA':
        return this.rename(transactionId, args);
      case 'BLP': {
        const privacy = args[0] === 'AL' || args[0] === 'BL' ? args[0] : undefined;
        if (privacy === undefined) return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
        return this.output.write('BLP', [transactionId, this.user.setPrivacy(privacy).serial, privacy]);
      }
      case 'GTC': {
        const prompt = args[0] === 'A' || args[0] === 'N' ? args[0] : undefined;
        if (prompt === undefined) return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
        return this.output.write('GTC', [transactionId, this.user.setPrompt(prompt).serial, prompt]);
      }
      case 'ADG':
      case 'RMG':
      case 'REG':
        return this.changeGroups(name, transactionId, args);
    }
  }

  private synchronise(transactionId: string, args: readonly string[]): void {
    const snapshot = this.user.snapshot();
    if (this.dialect >= TICKETS_SINCE) return this.synchroniseMerged(snapshot, transactionId, args[0] === String(snapshot.serial));
    this.output.write('SYN', [transactionId, snapshot.serial]);
    if (args[0] === String(snapshot.serial)) return;
    this.output.write('GTC', [transactionId, snapshot.serial, snapshot.prompt]);
    this.output.write('BLP', [transactionId, snapshot.serial, snapshot.privacy]);
    if (this.dialect >= GROUPS_SINCE) {
      snapshot.groups.forEach((group, index) => {
        this.output.write('LSG', [
          transactionId,
          snapshot.serial,
          index + 1,
          snapshot.groups.length,
          group.id,
          encodeFriendlyName(group.name),
          0,
        ]);
      });
    }
    for (const list of LIST_NAMES) {
      for (const line of writeList(this.dialect, transactionId, list, snapshot)) this.output.write('LST', line);
    }
  }

  /** Answers SYN in MSNP8, where SYN carries the counts and the following lines repeat neither serial nor totals. */
  private synchroniseMerged(snapshot: ListSnapshot, transactionId: string, isCurrent: boolean): void {
    const people = writeMergedList(snapshot);
    this.output.write('SYN', [transactionId, snapshot.serial, ...(isCurrent ? [] : [people.length, snapshot.groups.length])]);
    if (isCurrent) return;
    this.output.write('GTC', [snapshot.prompt]);
    this.output.write('BLP', [snapshot.privacy]);
    for (const { id, name } of snapshot.groups) this.output.write('LSG', [id, encodeFriendlyName(name), 0]);
    for (const line of people) this.output.write('LST', line);
  }

  private sendList(transactionId: string, args: readonly string[]): void {
    const list = parseListName(args[0]);
    if (list === undefined) return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
    for (const line of writeList(this.dialect, transactionId, list, this.user.snapshot())) this.output.write('LST', line);
  }

  private add(transactionId: string, args: readonly string[]): void {
    const list = parseListName(args[0]);
    const address = normaliseAddress(args[1] ?? '');
    const group = this.groupOf(list, args[3]) ?? 0;
    if (list === undefined || list === 'RL' || !Number.isSafeInteger(group))
      return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
    if (address === undefined) return this.output.refuse(MSNP_ERROR.noSuchUser, transactionId);
    const answer = this.user.add(list, address, group);
    if (!answer.ok) return this.output.refuse(answer.error, transactionId);
    const inGroup = list === 'FL' && this.dialect >= GROUPS_SINCE ? [group] : [];
    this.output.write('ADD', [transactionId, list, answer.serial, address, encodeFriendlyName(answer.friendlyName), ...inGroup]);
    if (answer.online !== undefined) this.output.online(transactionId, answer.online);
  }

  private remove(transactionId: string, args: readonly string[]): void {
    const list = parseListName(args[0]);
    const address = args[1]?.toLowerCase();
    const group = this.groupOf(list, args[2]);
    if (list === undefined || list === 'RL' || address === undefined || Number.isNaN(group))
      return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
    const answer = this.user.remove(list, address, group);
    if (!answer.ok) return this.output.refuse(answer.error, transactionId);
    this.output.write('REM', [transactionId, list, answer.serial, address, ...(group === undefined ? [] : [group])]);
  }

  /** The group argument of a forward-list command where the dialect has groups, undefined elsewhere; NaN when it is no number. */
  private groupOf(list: ListName | undefined, text: string | undefined): number | undefined {
    return text === undefined || list !== 'FL' || this.dialect < GROUPS_SINCE ? undefined : Number(text);
  }

  private rename(transactionId: string, args: readonly string[]): void {
    const address = normaliseAddress(args[0] ?? '');
    const encoded = args[1];
    if (address === undefined || encoded === undefined) return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
    const friendlyName = decodeFriendlyName(encoded).trim();
    if (friendlyName === '' || encodeFriendlyName(friendlyName).length > FRIENDLY_NAME_LIMIT)
      return this.output.refuse(MSNP_ERROR.invalidFriendlyName, transactionId);
    // Clients also send REA for renamed contacts; those names belong to the contacts' own accounts and are not stored.
    const serial = address === this.user.address ? this.user.rename(friendlyName).serial : this.user.snapshot().serial;
    this.output.write('REA', [transactionId, serial, address, encodeFriendlyName(friendlyName)]);
  }

  private changeGroups(name: 'ADG' | 'RMG' | 'REG', transactionId: string, args: readonly string[]): void {
    if (this.dialect < GROUPS_SINCE) return this.output.refuse(MSNP_ERROR.disabled, transactionId);
    const id = Number(args[0]);
    const groupName = decodeFriendlyName(args[name === 'ADG' ? 0 : 1] ?? '');
    const encoded = encodeFriendlyName(groupName);
    if (name !== 'RMG' && (encoded === '' || encoded.length > FRIENDLY_NAME_LIMIT))
      return this.output.refuse(MSNP_ERROR.invalidFriendlyName, transactionId);
    if (name === 'ADG') {
      const answer = this.user.addGroup(groupName);
      return answer.ok
        ? this.output.write('ADG', [transactionId, answer.serial, encoded, answer.id, 0])
        : this.output.refuse(answer.error, transactionId);
    }
    if (!Number.isSafeInteger(id)) return this.output.refuse(MSNP_ERROR.invalidParameter, transactionId);
    const answer = name === 'RMG' ? this.user.removeGroup(id) : this.user.renameGroup(id, groupName);
    if (!answer.ok) return this.output.refuse(answer.error, transactionId);
    this.output.write(name, [transactionId, answer.serial, id, ...(name === 'REG' ? [encoded, 0] : [])]);
  }
}
