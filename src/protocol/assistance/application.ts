/** "Ask for Remote Assistance", the application of our invitations (Messenger's registered application GUID). */
export const ASK_FOR_REMOTE_ASSISTANCE = { guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}', name: 'Remote Assistance' } as const;
