#!/bin/sh
# A messenger's server on a machine with Docker and its compose plug-in:
#   setup-docker.sh ejabberd DOMAIN ADDRESS CONTACT [NAME=VALUE …]     everything in one program; certificates by themselves
#   setup-docker.sh prosody  DOMAIN ADDRESS CONTACT [NAME=VALUE …]     Prosody with coturn; certificates by certbot
#   setup-docker.sh cluster  DOMAIN ADDRESS CONTACT [NAME=VALUE …]     three ejabberd nodes on this machine, to try a cluster
# Writes docker/filled and starts docker/compose.KIND.yml. Run again to change something: the secret stays. ONLY_FILL=1 starts nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kind=${1:-}
case $kind in ejabberd | prosody | cluster) shift ;; *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;; esac
umask 022
filled=$here/docker/filled
mkdir -p "$filled"
settings=$filled/settings.env
fresh=$filled/settings.new
"$here/settings.sh" "$@" CERTIFICATE_FILES=/opt/ejabberd/certificates/*.pem RUN=/tmp CERTIFICATES=/certificates \
  CERTIFICATE_CHAIN=/certificates/chain.pem CERTIFICATE_KEY=/certificates/key.pem > "$fresh"
if [ -e "$settings" ]; then
  sed "s/^SECRET=.*/SECRET=$(sed -n 's/^SECRET=//p' "$settings")/" "$fresh" > "$settings.next"
  mv "$settings.next" "$settings"
  rm "$fresh"
else
  mv "$fresh" "$settings"
fi
# Compose reads these by itself.
{ sed -n '/^DOMAIN=/p; /^CONTACT=/p' "$settings"; echo "COOKIE=$(sed -n 's/^SECRET=//p' "$settings" | cut -c1-20)"; } > "$here/docker/.env"
mkdir -p "$filled/certificates"
"$here/fill.sh" "$settings" "$here/ejabberd/ejabberd.yml" > "$filled/ejabberd.yml"
"$here/fill.sh" "$settings" "$here/prosody/prosody.cfg.lua" > "$filled/prosody.cfg.lua"
"$here/fill.sh" "$settings" "$here/coturn/turnserver.conf" > "$filled/turnserver.conf"
"$here/fill.sh" "$settings" "$here/nftables.conf" > "$filled/nftables.conf"
[ -z "${ONLY_FILL:-}" ] || exit 0
docker compose -f "$here/docker/compose.$kind.yml" up -d
echo "The server is starting. Limit sign-ins per address on the machine itself: nft -f $filled/nftables.conf"
