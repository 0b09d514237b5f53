import type { AppState } from '../../../preload/contract.ts';
import { useAction, useActions, useWindowState } from '../window-context.tsx';
import type { FileInvitationProps } from './file-invitation.tsx';

/** Invitations by file as the pages show them that have a place for them. */
export function useFileInvitations(app: AppState): FileInvitationProps {
  const { ui } = useWindowState();
  const actions = useActions();
  return {
    app,
    saved: ui.savedInvitation,
    ...useAction('file'),
    onSave: (type) => void actions.saveInvitation(type),
    onRemove: () => void actions.removeInvitation(),
    onOpen: () => void actions.chooseInvitation(),
    onUse: (password) => void actions.helpByInvitation(password),
    onPutAway: () => void actions.putInvitationAway(),
  };
}
