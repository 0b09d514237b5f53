#!/bin/sh
# A messenger's server on Debian 12 or newer, as root:
#   setup-debian.sh ejabberd DOMAIN ADDRESS CONTACT [NAME=VALUE …]     everything in one program; certificates by themselves
#   setup-debian.sh prosody  DOMAIN ADDRESS CONTACT [NAME=VALUE …]     Prosody with coturn; certificates by certbot
# JOIN=ejabberd@FIRST COOKIE=… make it a further node of a cluster (README.md). Run again to change something: the secret stays.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kind=${1:-}
case $kind in ejabberd | prosody) shift ;; *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;; esac
[ "$(id -u)" = 0 ] || { echo "This installs packages and writes to /etc: run it as root." >&2; exit 1; }
[ -e /etc/debian_version ] || { echo "This is for Debian. Elsewhere: setup-docker.sh" >&2; exit 1; }

umask 077
settings=/etc/ringback-server/settings.env
mkdir -p /etc/ringback-server
fresh=$(mktemp)
"$here/settings.sh" "$@" > "$fresh"
# The secret of the first time stays: coturn on other machines has it too.
if [ -e "$settings" ]; then
  secret=$(sed -n 's/^SECRET=//p' "$settings")
  sed "s/^SECRET=.*/SECRET=$secret/" "$fresh" > "$settings"
  rm "$fresh"
else
  mv "$fresh" "$settings"
fi
domain=$(sed -n 's/^DOMAIN=//p' "$settings")
contact=$(sed -n 's/^CONTACT=//p' "$settings")

# Writes a file for the user who runs the server; what was there before is kept beside it.
put() { # FILE OF SERVER/, WHERE, OWNER
  filled=$("$here/fill.sh" "$settings" "$here/$1")
  [ ! -e "$2" ] || [ -e "$2.before-ringback" ] || cp -p "$2" "$2.before-ringback"
  printf '%s\n' "$filled" > "$2"
  chown "$3" "$2"
  chmod 640 "$2"
}

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if [ "$kind" = ejabberd ]; then
  apt-get install -y -qq --no-install-recommends ejabberd nftables
  mkdir -p /etc/ejabberd/certificates
  # Until the authority has answered, a certificate of its own: without one nobody could even be asked to wait.
  [ -e /etc/ejabberd/ejabberd.pem ] && cp -n /etc/ejabberd/ejabberd.pem /etc/ejabberd/certificates/first.pem
  chown -R root:ejabberd /etc/ejabberd/certificates
  chmod -R u=rwX,g=rX,o= /etc/ejabberd/certificates
  put ejabberd/ejabberd.yml /etc/ejabberd/ejabberd.yml root:ejabberd
  if [ -n "${COOKIE:-}" ]; then
    printf '%s' "$COOKIE" > /var/lib/ejabberd/.erlang.cookie
    chown ejabberd:ejabberd /var/lib/ejabberd/.erlang.cookie
    chmod 400 /var/lib/ejabberd/.erlang.cookie
    # Nodes find each other by the names that their machines have.
    sed -i "s/^#\{0,1\} *ERLANG_NODE=.*/ERLANG_NODE=ejabberd@$(hostname -f)/" /etc/default/ejabberd /etc/ejabberd/ejabberdctl.cfg 2>/dev/null || true
  fi
  systemctl restart ejabberd
  [ -z "${JOIN:-}" ] || ejabberdctl join_cluster "$JOIN"
  accounts="ejabberdctl register NAME $domain PASSWORD"
else
  apt-get install -y -qq --no-install-recommends prosody lua-event lua-unbound coturn certbot nftables
  # Asked for on port 80; renewed by certbot's own timer, which runs the hook.
  cat > /etc/ringback-server/certificates-changed.sh <<'END'
#!/bin/sh
# Prosody and coturn get copies that they can read.
set -eu
domain=$(sed -n 's/^DOMAIN=//p' /etc/ringback-server/settings.env)
live=/etc/letsencrypt/live/$domain
for name in "$domain" "guest.$domain" "proxy.$domain"; do
  install -o prosody -g prosody -m 640 "$live/fullchain.pem" "/etc/prosody/certs/$name.crt"
  install -o prosody -g prosody -m 640 "$live/privkey.pem" "/etc/prosody/certs/$name.key"
done
mkdir -p /etc/turnserver
install -o turnserver -g turnserver -m 640 "$live/fullchain.pem" /etc/turnserver/chain.pem
install -o turnserver -g turnserver -m 640 "$live/privkey.pem" /etc/turnserver/key.pem
systemctl reload prosody
systemctl restart coturn
END
  chmod 755 /etc/ringback-server/certificates-changed.sh
  put prosody/prosody.cfg.lua /etc/prosody/prosody.cfg.lua root:prosody
  put coturn/turnserver.conf /etc/turnserver.conf root:turnserver
  # TLS on port 443 as an ordinary user.
  mkdir -p /etc/systemd/system/coturn.service.d
  printf '[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n' > /etc/systemd/system/coturn.service.d/ringback.conf
  chmod 755 /etc/systemd/system/coturn.service.d
  chmod 644 /etc/systemd/system/coturn.service.d/ringback.conf
  systemctl daemon-reload
  certbot certonly --standalone --non-interactive --agree-tos -m "$contact" --cert-name "$domain" --expand \
    -d "$domain" -d "guest.$domain" -d "proxy.$domain" --deploy-hook /etc/ringback-server/certificates-changed.sh
  /etc/ringback-server/certificates-changed.sh
  systemctl restart prosody
  prosodyctl check config
  accounts="prosodyctl adduser NAME@$domain"
fi
mkdir -p /etc/nftables.d
put nftables.conf /etc/nftables.d/ringback.nft root:root
grep -q '/etc/nftables.d/' /etc/nftables.conf 2>/dev/null || printf 'include "/etc/nftables.d/*.nft"\n' >> /etc/nftables.conf
nft -f /etc/nftables.d/ringback.nft
systemctl enable -q nftables
echo "The server for $domain runs. An account: $accounts"
echo "It wants to be reached on the TCP ports 80, 443, 3478, 5222, 5223, 7777 and the UDP ports 3478 and 49152 to 50151."
