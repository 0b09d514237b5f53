#!/bin/sh
# Fills the settings into a configuration file: fill.sh SETTINGS FILE > RESULT
# A ${NAME} that no setting has is an error, so that nothing half filled is ever started.
set -eu
settings=$1
file=$2
script=$(sed -n 's/^\([A-Z][A-Z0-9_]*\)=\(.*\)$/\1 \2/p' "$settings" | while read -r name value; do
  printf 's|${%s}|%s|g\n' "$name" "$(printf '%s' "$value" | sed 's/[\\&|]/\\&/g')"
done)
filled=$(sed "$script" "$file")
missing=$(printf '%s\n' "$filled" | grep -o '\${[A-Z0-9_]*}' | sort -u)
if [ -n "$missing" ]; then
  echo "$file wants settings that $settings has not: $(echo $missing)" >&2
  exit 1
fi
printf '%s\n' "$filled"
