import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { readFields, readMessage, writeFields, writeMessage } from '../../../src/protocol/msnp/message.ts';

const INVITATION_CONTENT_TYPE = 'text/x-msmsgsinvite; charset=UTF-8';

export const CANCEL_CODES = ['FAIL', 'FTTIMEOUT', 'OUTBANDCANCEL', 'REJECT', 'REJECT_NOT_INSTALLED', 'TIMEOUT'] as const;
type InvitationCancelCode = (typeof CANCEL_CODES)[number];

const COOKIE = /^[0-9A-Za-z{}-]{1,40}$/;
const CONTROL_SESSION_PROTOCOL = 'SM1';

interface InvitationBase {
  /** Invitation-Cookie: chosen by the inviter, one per invitation. */
  readonly cookie: string;
  /** Session-ID, a GUID with braces; file transfers have none. */
  readonly sessionId?: string;
}

/** `text/x-msmsgsinvite`. `role` of an ACCEPT when writing: the inviter's own has no Request-Data. */
export type InvitationMessage = InvitationBase &
  (
    | {
        readonly command: 'INVITE';
        readonly applicationGuid: string;
        readonly applicationName: string;
        readonly applicationUrl?: string;
        readonly contextData?: string;
      }
    | { readonly command: 'ACCEPT'; readonly from: 'INVITER' | 'INVITEE'; readonly ipAddress?: string; readonly contextData?: string }
    | { readonly command: 'CANCEL'; readonly code: InvitationCancelCode }
    | { readonly command: 'CONTEXT'; readonly contextData: string }
  );

/** Whether a MSG payload is an invitation message at all. */
function isInvitation(contentType: string): boolean {
  return /^text\/x-msmsgsinvite\s*(?:;|$)/i.test(contentType.trim());
}

/** GUIDs are compared without case, and braces are optional (the webcam's has none). */
export function sameGuid(a: string, b: string): boolean {
  const plain = (guid: string): string => guid.replaceAll(/[{}]/g, '').toLowerCase();
  return plain(a) === plain(b);
}

/**
 * The invitation message in a MSG payload. Fields come in any order and case, unknown ones are ignored. The command of a
 * context message is not documented anywhere: whatever is not one of the others counts as CONTEXT when it has Context-Data.
 */
export function readInvitation(payload: Uint8Array): InvitationMessage {
  const { contentType, body } = readMessage(payload);
  if (!isInvitation(contentType)) throw new ProtocolError('UNEXPECTED', 'Content-Type', INVITATION_CONTENT_TYPE, contentType.slice(0, 60));
  const fields = readFields(body);
  const word = (name: string): string | undefined => fields.get(name)?.trim();
  const cookie = word('invitation-cookie') ?? '';
  if (!COOKIE.test(cookie)) throw new ProtocolError('MALFORMED', 'Invitation-Cookie', 'a short word', `${cookie.length} characters`);
  const sessionId = word('session-id');
  const contextData = fields.get('context-data');
  const base = { cookie, ...(sessionId === undefined ? {} : { sessionId }) };
  const context = contextData === undefined ? {} : { contextData };
  const command = (word('invitation-command') ?? '').toUpperCase();
  switch (command) {
    case 'INVITE': {
      const applicationGuid = word('application-guid') ?? '';
      if (applicationGuid === '') throw new ProtocolError('MALFORMED', 'Application-GUID', 'a GUID', 'nothing');
      const applicationUrl = word('application-url');
      const url = applicationUrl === undefined || applicationUrl === '' ? {} : { applicationUrl };
      return { ...base, command, applicationGuid, applicationName: word('application-name') ?? '', ...url, ...context };
    }
    case 'ACCEPT': {
      const ipAddress = word('ip-address');
      const from = fields.has('request-data') ? 'INVITEE' : 'INVITER';
      return { ...base, command, from, ...(ipAddress === undefined || ipAddress === '' ? {} : { ipAddress }), ...context };
    }
    case 'CANCEL': {
      const code = word('cancel-code')?.toUpperCase();
      return { ...base, command, code: CANCEL_CODES.find((known) => known === code) ?? 'FAIL' };
    }
    default:
      if (contextData === undefined)
        throw new ProtocolError('UNEXPECTED', 'Invitation-Command', 'INVITE, ACCEPT, CANCEL or CONTEXT', command.slice(0, 40));
      return { ...base, command: 'CONTEXT', contextData };
  }
}

/**
 * The cookie of a payload that `readInvitation` refuses, where it is an INVITE that an answer can refer to; undefined for
 * everything else, answers above all: two programs must not answer each other for ever.
 */
export function malformedInviteCookie(payload: Uint8Array): string | undefined {
  try {
    const { contentType, body } = readMessage(payload);
    const fields = readFields(body);
    const cookie = fields.get('invitation-cookie')?.trim() ?? '';
    const isInvite = isInvitation(contentType) && fields.get('invitation-command')?.trim().toUpperCase() === 'INVITE';
    return isInvite && COOKIE.test(cookie) ? cookie : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** The MSG payload. Line breaks in a value throw REFUSED, more than 1664 bytes TOO_LARGE. */
export function writeInvitation(message: InvitationMessage): Uint8Array {
  const session: [string, string][] = message.sessionId === undefined ? [] : [['Session-ID', message.sessionId]];
  const common: [string, string][] = [['Invitation-Command', message.command], ['Invitation-Cookie', message.cookie], ...session];
  const context = (data: string | undefined): [string, string][] => (data === undefined ? [] : [['Context-Data', data]]);
  const fields = ((): [string, string][] => {
    switch (message.command) {
      case 'INVITE':
        return [
          ['Application-Name', message.applicationName],
          ['Application-GUID', message.applicationGuid],
          ['Session-Protocol', CONTROL_SESSION_PROTOCOL],
          ...context(message.contextData),
          ...common,
          ...(message.applicationUrl === undefined ? [] : ([['Application-URL', message.applicationUrl]] as [string, string][])),
        ];
      case 'ACCEPT':
        return [
          ...common,
          ...(message.from === 'INVITEE' ? ([['Session-Protocol', CONTROL_SESSION_PROTOCOL]] as [string, string][]) : []),
          ['Launch-Application', 'TRUE'],
          ...(message.from === 'INVITEE' ? ([['Request-Data', 'IP-Address:']] as [string, string][]) : []),
          ['IP-Address', message.ipAddress ?? ''],
          ...context(message.contextData),
        ];
      case 'CANCEL':
        return [...common, ['Cancel-Code', message.code]];
      case 'CONTEXT':
        return [...common, ...context(message.contextData)];
    }
  })();
  return writeMessage({ contentType: INVITATION_CONTENT_TYPE, body: `${writeFields(fields)}\r\n` });
}
