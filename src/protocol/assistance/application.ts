/* As `protocol/msnp/applications.ts` has them, which this room cannot import: what goes out in our own invitations. */
const url = 'http://www.microsoft.com';

/** "Offer Remote Assistance": the expert invites; the roles stay. */
export const OFFER_REMOTE_ASSISTANCE = { guid: '{703EA1A8-D73E-43e3-852C-EE85B5D872C2}', name: 'Offer Remote Assistance', url } as const;

/** "Ask for Remote Assistance" (Messenger's registered application GUID and URL). */
export const ASK_FOR_REMOTE_ASSISTANCE = { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'Remote Assistance', url } as const;
