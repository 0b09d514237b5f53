import { APPLICATIONS, invited } from '../applications/applications.ts';

/** "Ask for Remote Assistance": the novice invites. */
export const ASK_FOR_REMOTE_ASSISTANCE = invited(APPLICATIONS.remoteAssistance);

/** "Offer Remote Assistance": the expert invites; the roles stay. */
export const OFFER_REMOTE_ASSISTANCE = invited(APPLICATIONS.offerRemoteAssistance);

/** A conversation for a session that runs: it rings nowhere, and is answered by the program itself. */
export const GOING_ON = { guid: '{0B6F5E0A-6C5D-4E8B-9C57-3E0F3C6B1D47}', name: 'Remote Assistance (going on)' } as const;
