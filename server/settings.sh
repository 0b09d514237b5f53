#!/bin/sh
# Prints the settings of a server: settings.sh DOMAIN ADDRESS CONTACT [NAME=VALUE …] > settings.env
#   DOMAIN   the name after the @ of everybody's address; DNS leads it, guest.DOMAIN and proxy.DOMAIN to this machine
#   ADDRESS  the machine's public IPv4 address, told to people's computers for the relay and for TURN
#   CONTACT  whom the certificate authority writes to
# Later lines win, so NAME=VALUE changes any of them. Every name here is explained where ejabberd.yml, prosody.cfg.lua or turnserver.conf uses it.
set -eu
[ $# -ge 3 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
domain=$1 address=$2 contact=$3
shift 3
case $domain in *[!a-z0-9.-]* | '') echo "DOMAIN is a name such as example.org" >&2; exit 2 ;; esac
case $address in *[!0-9.]* | '') echo "ADDRESS is an IPv4 address such as 203.0.113.5" >&2; exit 2 ;; esac
case $contact in *[!A-Za-z0-9.@_+-]* | '') echo "CONTACT is a mail address" >&2; exit 2 ;; esac
secret=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
# Networks that are not the internet: nobody reaches them through this server.
inside="0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/4 240.0.0.0/4"
service() { printf '{type: %s, transport: %s, port: %s, host: "%s", restricted: %s}' "$@"; }
{
  cat <<END
DOMAIN=$domain
GUEST_DOMAIN=guest.$domain
PROXY_DOMAIN=proxy.$domain
ADDRESS=$address
CONTACT=$contact
SECRET=$secret
LISTEN=0.0.0.0
LISTEN_RELAY=0.0.0.0
LISTEN_TURN=0.0.0.0
C2S_PORT=5222
C2S_TLS_PORT=5223
HTTP_PORT=80
PROXY_PORT=7777
STUN_PORT=3478
TURNS_PORT=443
COTURN_PORT=3478
COTURN_TLS_PORT=443
TURN_MIN_PORT=49152
TURN_MAX_PORT=50151
LOG_LEVEL=info
REGISTRATION=loopback
REGISTRATION_PAUSE=600
RELAY_RATE=4000000
RELAY_CONNECTIONS=200
RESUME_SECONDS=120
NEVER_BANNED=none
ACME=true
ACME_DIRECTORY=https://acme-v02.api.letsencrypt.org/directory
CERTIFICATE_FILES=/etc/ejabberd/certificates/*.pem
TURN_DENIED=[$(printf '"%s", ' $inside | sed 's/, $//')]
TURN_SERVICES=[$(service stun udp 3478 "$address" false), $(service turn tcp 3478 "$address" true), $(service turns tcp 443 "$domain" true)]
RUN_AS_ROOT=false
RUN=/run/prosody
DATA=/var/lib/prosody
CERTIFICATES=/etc/prosody/certs
BACKEND=event
C2S_RATE=30kb/s
BY_INVITATION=true
RELAY_ADDRESS=$address
EXTERNAL_ADDRESS=# Behind a NAT of the provider: external-ip=$address
CERTIFICATE_CHAIN=/etc/turnserver/chain.pem
CERTIFICATE_KEY=/etc/turnserver/key.pem
END
  for setting in "$@"; do printf '%s\n' "$setting"; done
} | awk -F= '{ if (!($1 in last)) order[++count] = $1; last[$1] = $0 } END { for (i = 1; i <= count; i++) print last[order[i]] }'
