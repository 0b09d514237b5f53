-- Prosody as Ringback's messenger: accounts, guests without an account, a relay; coturn beside it is STUN and TURN.
-- ${…} is filled in from the settings (../settings.env) by ../fill.sh. Tried with Prosody 0.12 (Debian 12).

admins = {}
run_as_root = ${RUN_AS_ROOT}
pidfile = "${RUN}/prosody.pid"
data_path = "${DATA}"
certificates = "${CERTIFICATES}"
admin_socket = "${RUN}/prosody.sock"
log = { ${LOG_LEVEL} = "*stdout" }

-- More than a few hundred people at once, and the relay: the fast way to look after many sockets. It needs libevent; "epoll" does not.
-- (Debian's mod_sasl2 does not work with it: streams die in silence after TLS. Leave that module out.)
network_backend = "${BACKEND}"

interfaces = { "${LISTEN}" }
c2s_ports = { ${C2S_PORT} }
c2s_direct_tls_ports = { ${C2S_TLS_PORT} }
-- Nobody talks to other servers through this one, and there is no web server.
s2s_ports = {}
http_ports = {}
https_ports = {}
-- Where the relay below listens; it counts only here.
proxy65_interfaces = { "${LISTEN}" }
proxy65_ports = { ${PROXY_PORT} }

c2s_require_encryption = true
ssl = { protocol = "tlsv1_2+" }
-- No password is stored. What Prosody calls plain text inside TLS stays possible for other clients; Ringback never uses it.
authentication = "internal_hashed"
password_hash = "SHA-256"

modules_enabled = {
  "admin_shell"; -- prosodyctl shell, for whoever runs the server
  "blocklist";
  "carbons";
  "csi_simple";
  "disco";
  "invites"; -- prosodyctl mod_invites generate HOST: a link that makes an account
  "invites_adhoc";
  "invites_register";
  "limits";
  "ping";
  "register";
  "register_limits";
  "roster";
  "saslauth";
  "smacks";
  "time";
  "tls";
  "turn_external";
  "version";
}
modules_disabled = { "s2s"; "http"; "offline" }

-- Counted for every stream; inside a VirtualHost limits would be ignored.
limits = { c2s = { rate = "${C2S_RATE}"; burst = "4s" } }
c2s_stanza_size_limit = 65536

-- A connection that broke is waited for, so many seconds (XEP-0198).
smacks_hibernation_time = ${RESUME_SECONDS}

-- Accounts: by invitation, unless you say otherwise; one every so many seconds from one address.
allow_registration = true
registration_invite_only = ${BY_INVITATION}
min_seconds_between_registrations = ${REGISTRATION_PAUSE}

-- STUN and TURN: coturn, which has the same secret (../coturn/turnserver.conf).
turn_external_host = "${ADDRESS}"
turn_external_port = ${COTURN_PORT}
turn_external_secret = "${SECRET}"
turn_external_ttl = 43200
turn_external_tcp = true
turn_external_tls_port = ${COTURN_TLS_PORT}

VirtualHost "${DOMAIN}"
  modules_enabled = { "offline" }
  disco_items = { { "${PROXY_DOMAIN}", "Relay" } }

-- A novice without an account is let in here for one call for help. Names are random. No list of contacts, no mailbox, no card.
VirtualHost "${GUEST_DOMAIN}"
  authentication = "anonymous"
  allow_registration = false
  modules_disabled = { "invites"; "invites_adhoc"; "invites_register"; "register"; "offline"; "roster"; "vcard"; "private" }
  disco_items = { { "${PROXY_DOMAIN}", "Relay" } }

-- The relay (XEP-0065): what two people's computers cannot send each other goes through here, sealed. It may be counted, not read.
Component "${PROXY_DOMAIN}" "proxy65"
  proxy65_address = "${ADDRESS}"
  proxy65_acl = { "${DOMAIN}", "${GUEST_DOMAIN}" }
