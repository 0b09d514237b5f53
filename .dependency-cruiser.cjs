// The layer table of ARCHITECTURE.md. A room may import what its line says, and nothing else.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});

const protocolBytes = '^src/protocol/bytes/';
const hostPort = '^src/protocol/(host-port|ip-address|app-link)\\.ts$';
const rdpGraphics = '^src/protocol/rdp/';
/** Plain shapes that every room of RDP may name. */
const rdpGeometry = '^src/protocol/rdp/(desktop-layout|film-maker|geometry|kept-away|pointer-shape|picture-quality|shared-part|silence|sound-encoding|sound-recording|sound-state|viewer-sound)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^(electron|x11|node-rdpjs)' } },
    only('protocol-bytes-imports-itself', protocolBytes, [protocolBytes]),
    only('protocol-applications', '^src/protocol/applications/', [protocolBytes, '^src/protocol/applications/']),
    only('protocol-host-port', hostPort, []),
    only('protocol-msnp', '^src/protocol/msnp/', [protocolBytes, hostPort, '^src/protocol/msnp/']),
    only('protocol-rendezvous', '^src/protocol/rendezvous/', [protocolBytes, '^src/protocol/rendezvous/']),
    only('protocol-dbus', '^src/protocol/dbus/', [protocolBytes, '^src/protocol/dbus/']),
    only('protocol-ice', '^src/protocol/ice/', [protocolBytes, hostPort, '^src/protocol/ice/']),
    only('protocol-trust', '^src/protocol/trust/', [protocolBytes, '^src/protocol/trust/', 'node_modules/@noble/(hashes|ciphers|curves)/']),
    only('protocol-port-mapping', '^src/protocol/port-mapping/', [protocolBytes, hostPort, '^src/protocol/(port-mapping|xml)/']),
    only('protocol-relay', '^src/protocol/relay/', [protocolBytes, hostPort, '^src/protocol/relay/', '^src/protocol/assistance/ticket-address\\.ts$']),
    only('protocol-xml', '^src/protocol/xml/', [protocolBytes, '^src/protocol/xml/']),
    only('protocol-xmpp', '^src/protocol/xmpp/', [protocolBytes, hostPort, '^src/protocol/(xml|xmpp|applications|rendezvous)/', 'node_modules/@noble/hashes/']),
    only('protocol-assistance', '^src/protocol/assistance/', [protocolBytes, hostPort, '^src/protocol/(assistance|applications|rendezvous|trust|xml|rdp/channels)/', '^src/protocol/rdp/pdu/disconnect-reasons\\.ts$', 'node_modules/@noble/(hashes|ciphers)/']),
    only('protocol-rdp', '^src/protocol/rdp/', [protocolBytes, '^src/protocol/rdp/']),
    // Inside protocol/rdp: geometry ← input, pdu ← graphics, channels ← server, client.
    only('rdp-geometry', '^src/protocol/rdp/[^/]+\\.ts$', [rdpGeometry]),
    only('rdp-input', '^src/protocol/rdp/input/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/input/']),
    only('rdp-pdu', '^src/protocol/rdp/pdu/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/(input|pdu)/']),
    only('rdp-graphics', '^src/protocol/rdp/graphics/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/(input|pdu|graphics)/']),
    only('rdp-channels', '^src/protocol/rdp/channels/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/(input|pdu|channels)/']),
    only('rdp-server', '^src/protocol/rdp/server/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/(input|pdu|graphics|channels|server)/']),
    only('rdp-client', '^src/protocol/rdp/client/', [protocolBytes, rdpGeometry, '^src/protocol/rdp/(input|pdu|graphics|channels|client)/']),
    only('main-self-signed', '^src/main/self-signed\\.ts$', ['^crypto', 'node_modules/(@peculiar/x509|reflect-metadata)']),
    only('main-connection', '^src/main/connection/', ['^src/facts/', '^src/protocol/', '^src/main/connection/', '^src/main/settings/', '^src/main/(clock|direct-reads|emitter|reach-services|self-signed)\\.ts$', '^node:', '^(net|tls|dns|os|fs|crypto|module|buffer|stream|util|events|timers|dgram|http|child_process)', 'node_modules/(node-rdpjs|koffi|zod)']),
    only('main-connection-ways', '^src/main/connection/(ways|addresses)/', ['^src/facts/', '^src/protocol/', '^src/main/connection/(ways|addresses)/', '^src/main/connection/(contract|deadlines|in-time)\\.ts$', '^src/main/(clock|reach-services)\\.ts$', '^node:', '^(net|dns|os|stream|fs|crypto)$', 'node_modules/(koffi|zod)']),
    only('main-connection-port-mapping', '^src/main/connection/port-mapping/', ['^src/protocol/(bytes|port-mapping)/', '^src/protocol/assistance/status\\.ts$', hostPort, '^src/main/connection/(port-mapping|addresses)/', '^src/main/connection/contract\\.ts$', '^src/main/clock\\.ts$', '^(child_process|crypto|dgram|http|os|util)$']),
    only('main-dbus', '^src/main/dbus/', ['^src/protocol/(bytes|dbus)/', '^src/main/dbus/', '^src/main/clock\\.ts$', '^(net|path)$']),
    only('main-messenger', '^src/main/messenger/', ['^src/facts/', '^src/protocol/', '^src/main/messenger/', '^src/main/settings/', '^src/main/(clock|emitter|interruptions|reach-services|self-signed)\\.ts$', '^node:', '^(net|tls|dns|http|https|os|crypto|fs|path|events|util|url|string_decoder|process|worker_threads)', 'node_modules/(zod|@photostructure/sqlite)']),
    only('main-assistance', '^src/main/assistance/', ['^src/facts/', '^src/protocol/', '^src/main/assistance/', '^src/main/(clock|emitter|interruptions|reach-services)\\.ts$', '^src/main/(messenger|connection|desktop(/sound)?)/contract\\.ts$', '^crypto']),
    only('main-activities', '^src/main/activities/', ['^src/facts/', '^src/protocol/(bytes|applications|rendezvous|trust)/', '^src/main/activities/', '^src/main/(clock|emitter|interruptions)\\.ts$', '^src/main/messenger/contract\\.ts$', '^(child_process|crypto|fs|net|os|path)']),
    only('main-desktop', '^src/main/desktop/', ['^src/facts/', '^src/protocol/', '^src/main/desktop/', '^src/main/(clock|direct-reads|emitter)\\.ts$', '^(worker_threads|fs|os|path|crypto|module|url|net|child_process|process)', 'node_modules/(x11|koffi|zod)']),
    only('main-settings', '^src/main/settings/', ['^src/facts/', '^src/protocol/', '^src/main/settings/', '^(fs|path|crypto|os)', 'node_modules/zod']),
    only('main-history', '^src/main/history/', ['^src/facts/', '^src/protocol/', '^src/main/(history|settings)/', '^(fs|path|crypto)', 'node_modules/zod']),
    only('main-shell', '^src/main/shell/', ['^src/facts/', '^src/main/', '^src/preload/(commands|contract|question-contract)\\.ts$', '^src/protocol/', '^src/words/', '^electron$', 'node_modules/(electron|zod)', '^(path|fs|url|crypto|os|util|process)']),
    only('preload', '^src/preload/', ['^src/facts/', '^src/preload/', '^electron$', 'node_modules/electron', '^src/protocol/(assistance/status|applications/(applications|peer))\\.ts$']),
    only('facts', '^src/facts/', ['^src/facts/', '^src/protocol/(applications/(applications|peer)|assistance/status)\\.ts$', '^src/words/languages\\.ts$']),
    only('words', '^src/words/', ['^src/words/', '^assets/']),
    only('renderer-app', '^src/renderer/app/', ['^src/facts/', '^src/renderer/(app|viewer)/', '^src/renderer/screens-outline\\.ts$', '^src/preload/(commands|contract)\\.ts$', '^src/protocol/(assistance/status|applications/peer|msnp/account-link|xmpp/(help-link|invitation-link))\\.ts$', '^src/words/', '^assets/', 'node_modules/(react|react-dom|zustand|lucide-react)']),
    only('renderer-viewer', '^src/renderer/viewer/', ['^src/renderer/viewer/', '^src/protocol/(bytes|rdp)/']),
    only('renderer-screens-outline', '^src/renderer/screens-outline\\.ts$', []),
    only('renderer-question', '^src/renderer/question/', ['^src/renderer/question/', '^src/renderer/screens-outline\\.ts$', '^src/preload/question-contract\\.ts$']),
    only('renderer-ice', '^src/renderer/ice/', ['^src/renderer/ice/', '^src/protocol/ice/page-messages\\.ts$']),
    only('renderer-capture', '^src/renderer/capture/', ['^src/renderer/(capture|film)/', rdpGraphics, protocolBytes]),
    only('renderer-sound', '^src/renderer/sound/', ['^src/renderer/sound/', '^src/protocol/rdp/sound-recording\\.ts$']),
    only('renderer-film', '^src/renderer/film/', ['^src/renderer/film/', rdpGraphics]),
    {
      name: 'only-shell-and-root-know-electron',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main/shell/|main/index\\.ts|preload/)' },
      to: { path: '^electron$|node_modules/electron/' },
    },
    {
      name: 'nobody-imports-the-composition-root',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/main/index\\.ts$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css'], conditionNames: ['import', 'node', 'default'] },
    exclude: { path: '[.](css|svg|png|wav)$' },
  },
};
