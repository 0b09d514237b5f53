/* The namespaces of the stream itself, and of what every room of XMPP names. */

export const NS = {
  client: 'jabber:client',
  streams: 'http://etherx.jabber.org/streams',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  /** XEP-0440: which channel bindings a server has. */
  channelBindings: 'urn:xmpp:sasl-cb:0',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  session: 'urn:ietf:params:xml:ns:xmpp-session',
  /** XEP-0198 */
  management: 'urn:xmpp:sm:3',
  /** XEP-0199 */
  ping: 'urn:xmpp:ping',
  /** XEP-0115 */
  capabilities: 'http://jabber.org/protocol/caps',
  rosterVersions: 'urn:xmpp:features:rosterver',
  /** XEP-0352 */
  clientState: 'urn:xmpp:csi:0',
  /** XEP-0077, in stream features and as a request. */
  registerFeature: 'http://jabber.org/features/iq-register',
  register: 'jabber:iq:register',
  /** XEP-0401 and XEP-0445 */
  invitedRegistration: 'urn:xmpp:ibr-token:0',
  /** XEP-0379 */
  preAuthentication: 'urn:xmpp:pars:0',
  xml: 'http://www.w3.org/XML/1998/namespace',
} as const;
