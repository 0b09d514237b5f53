/* What people invite each other to, whichever messenger carries the invitation. */
import { sameGuid } from './guid.ts';

/** What people start and accept. Voice and video are one application (seeds/004, "Voice and video conversation"). */
export const ACTIVITY_KINDS = [
  'voice',
  'video',
  'netMeeting',
  'applicationSharing',
  'whiteboard',
  'webcam',
  'fileTransfer',
  'baldursGate2',
  'mechWarriorMercenaries',
  'jediKnight',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

export type ApplicationKey = Exclude<ActivityKind, 'voice' | 'video'> | 'conversation' | 'remoteAssistance' | 'offerRemoteAssistance';

/** Where the address that the other side connects to travels, and with which port. */
interface AddressFields {
  /** `IP-Address` of the two ACCEPTs: the address alone, or `address:port` ("IP-Address port"). */
  readonly ipAddress: 'address' | 'addressAndPort';
  /** Context-Data: the invitee's `address:port` in a context message; the capabilities in INVITE and ACCEPT; tickets. */
  readonly contextData: 'none' | 'addressAndPort' | 'capabilities' | 'tickets';
}

interface Ports {
  /** Always this one. */
  readonly fixed?: number;
  /** Seen on the wire; others are as good. */
  readonly observed?: readonly number[];
  /** Where programs of this kind listen by their own standard, when nobody tells them another. */
  readonly standard?: number;
}

/** One application that invitations are about, as seeds/004 describes it. */
export interface InvitationApplication {
  readonly key: ApplicationKey;
  /** `Application-Name` as the official client writes it. */
  readonly name: string;
  /** `Application-GUID` as it is written, braces or not. */
  readonly guid: string;
  /** Other GUIDs of the same application. */
  readonly otherGuids: readonly string[];
  /** `Application-URL`. */
  readonly url?: string;
  readonly address: AddressFields;
  readonly ports: Ports;
}

const MICROSOFT = 'http://www.microsoft.com';
const PLAIN: AddressFields = { ipAddress: 'address', contextData: 'none' };

export const APPLICATIONS: { readonly [K in ApplicationKey]: InvitationApplication & { readonly key: K } } = {
  applicationSharing: {
    key: 'applicationSharing',
    name: 'Application Sharing',
    guid: '{F1B1920C-6A3C-4ce7-B18C-AFAB305FD03D}',
    otherGuids: [],
    url: MICROSOFT,
    address: { ipAddress: 'address', contextData: 'addressAndPort' },
    ports: { observed: [10_337], standard: 10_337 },
  },
  baldursGate2: {
    key: 'baldursGate2',
    name: "Baulder's Gate2",
    guid: '{8DAE4336-2B71-11D4-9A6C-006067325E47}',
    otherGuids: [],
    address: PLAIN,
    ports: { fixed: 47_624 },
  },
  mechWarriorMercenaries: {
    key: 'mechWarriorMercenaries',
    name: 'MechWarrior Mercenaries',
    // One digit short, in the seed and so on the wire.
    guid: '{41FD0FA-2942-4DC4-B4C5-73D2C55F4C94}',
    otherGuids: [],
    address: PLAIN,
    ports: {},
  },
  netMeeting: {
    key: 'netMeeting',
    name: 'NetMeeting',
    guid: '{44BBA842-CC51-11CF-AAFA-00AA00B6015C}',
    otherGuids: ['{44BBA842-CC51-11CF-AAFA-00AA00B6015B}'],
    address: PLAIN,
    // H.323 call signalling.
    ports: { standard: 1_720 },
  },
  remoteAssistance: {
    key: 'remoteAssistance',
    name: 'Remote Assistance',
    guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}',
    otherGuids: [],
    url: MICROSOFT,
    address: { ipAddress: 'address', contextData: 'tickets' },
    ports: {},
  },
  offerRemoteAssistance: {
    key: 'offerRemoteAssistance',
    name: 'Offer Remote Assistance',
    guid: '{703EA1A8-D73E-43e3-852C-EE85B5D872C2}',
    otherGuids: [],
    url: MICROSOFT,
    address: { ipAddress: 'address', contextData: 'tickets' },
    ports: {},
  },
  conversation: {
    key: 'conversation',
    name: 'Voice and video conversation',
    guid: '{02D3C01F-BF30-4825-A83A-DE7AF41648AA}',
    otherGuids: [],
    address: { ipAddress: 'addressAndPort', contextData: 'capabilities' },
    // RFC 3261 for the standard.
    ports: { observed: [13_455, 16_253, 55_039], standard: 5_060 },
  },
  webcam: {
    key: 'webcam',
    name: 'Webcam',
    guid: '2A23868E-B45F-401d-B8B0-1E16B774A5B7',
    otherGuids: [],
    address: PLAIN,
    ports: {},
  },
  whiteboard: {
    key: 'whiteboard',
    name: 'Whiteboard',
    guid: '{1DF57D09-637A-4ca5-91B9-2C3EDAAF62FE}',
    otherGuids: [],
    url: MICROSOFT,
    address: { ipAddress: 'address', contextData: 'addressAndPort' },
    ports: { observed: [10_869], standard: 10_869 },
  },
  jediKnight: {
    key: 'jediKnight',
    name: 'Jedi Knight',
    guid: '{A5794C17-F586-4941-9906-9AF0F8E62283}',
    otherGuids: [],
    address: PLAIN,
    ports: {},
  },
  fileTransfer: {
    key: 'fileTransfer',
    name: 'File Transfer',
    guid: '{5D3E02AB-6190-11d3-BBBB-00C04F795683}',
    otherGuids: [],
    address: PLAIN,
    // MSNFTP.
    ports: { standard: 6_891 },
  },
};

/** The application of a GUID, without regard to case and braces; undefined for one that nobody knows. */
export function applicationOf(guid: string): InvitationApplication | undefined {
  return Object.values(APPLICATIONS).find((application) =>
    [application.guid, ...application.otherGuids].some((known) => sameGuid(known, guid)),
  );
}

/** Every GUID of an application. */
export function guidsOf(application: InvitationApplication): readonly string[] {
  return [application.guid, ...application.otherGuids];
}

/** The application that an activity invites to. */
export function applicationOfActivity(kind: ActivityKind): InvitationApplication {
  return APPLICATIONS[kind === 'voice' || kind === 'video' ? 'conversation' : kind];
}

/** What the INVITE of an application says of it. */
export function invited({ guid, name, url }: InvitationApplication): {
  readonly guid: string;
  readonly name: string;
  readonly url?: string;
} {
  return { guid, name, ...(url === undefined ? {} : { url }) };
}
