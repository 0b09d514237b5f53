/** "Offer Remote Assistance": the expert invites; the roles stay. */
export const OFFER_REMOTE_ASSISTANCE = { guid: '{703EA1A8-D73E-43e3-852C-EE85B5D872C2}', name: 'Offer Remote Assistance' } as const;

/** "Ask for Remote Assistance", the application of our invitations (Messenger's registered application GUID). */
export const ASK_FOR_REMOTE_ASSISTANCE = { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'Remote Assistance' } as const;
