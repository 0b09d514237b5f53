import { invitationLinksIn } from '../../protocol/xmpp/invitation-link.ts';

/** A link by which a server makes an account for whoever has it. */
export interface ServerInvitation {
  readonly link: string;
  readonly domain: string;
  /** What an address there begins with; with a name, where the account is given away under that name only. */
  readonly address: string;
}

/** The first one in a text, whatever stands around it. */
export function serverInvitationIn(text: string): ServerInvitation | undefined {
  for (const { link, invitation } of invitationLinksIn(text)) {
    if (invitation.tag === 'account') return { link, domain: invitation.domain, address: `${invitation.user ?? ''}@${invitation.domain}` };
    if (!invitation.withAccount) continue;
    const domain = invitation.address.slice(invitation.address.lastIndexOf('@') + 1);
    return { link, domain, address: `@${domain}` };
  }
  return undefined;
}
