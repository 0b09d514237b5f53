import { APPLICATIONS, invited } from '../applications/applications.ts';

/** "Ask for Remote Assistance": the novice invites. */
export const ASK_FOR_REMOTE_ASSISTANCE = invited(APPLICATIONS.remoteAssistance);

/** "Offer Remote Assistance": the expert invites; the roles stay. */
export const OFFER_REMOTE_ASSISTANCE = invited(APPLICATIONS.offerRemoteAssistance);
