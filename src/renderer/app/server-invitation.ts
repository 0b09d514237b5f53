import { readInvitationLink } from '../../protocol/xmpp/invitation-link.ts';

/** A link by which a server makes an account for whoever has it. */
export interface ServerInvitation {
  readonly link: string;
  readonly domain: string;
  /** What an address there begins with; with a name, where the account is given away under that name only. */
  readonly address: string;
}

const LINKS = /(?:xmpp:|https:\/\/[^\s#]{1,500}#)[^\s<>"]{1,2000}/gi;

/** The first one in a text, whatever stands around it. */
export function serverInvitationIn(text: string): ServerInvitation | undefined {
  for (const [found] of text.matchAll(LINKS)) {
    const link = found.replace(/[.,;:!?)\]]+$/, '');
    const invitation = readInvitationLink(link);
    if (invitation?.tag === 'account') return { link, domain: invitation.domain, address: `${invitation.user ?? ''}@${invitation.domain}` };
    if (invitation?.tag !== 'contact' || !invitation.withAccount) continue;
    const domain = invitation.address.slice(invitation.address.lastIndexOf('@') + 1);
    return { link, domain, address: `@${domain}` };
  }
  return undefined;
}
