#!/bin/sh
# Passwords for compose.yaml, in deploy/secrets: of NATS's users, one for each kind of service and one for people, and of
# Grafana's administrator. What is there already is kept. Containers run as other users of this machine than you and
# see the files only; they are readable, and the folder that they lie in is yours alone.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

# NATS reads a password as a value of its configuration: a letter first, or 12e4 would be a number.
new_password() {
  printf 'p%s' "$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \n')"
}

for user in coordinator evaluator operator grafana; do
  mkdir -p "$user"
  [ -s "$user/password" ] || new_password > "$user/password"
  printf '%s' "$user" > "$user/user"
  chmod 755 "$user"
  chmod 644 "$user/user" "$user/password"
done

for user in coordinator evaluator operator; do
  variable=COLLM_NATS_$(printf '%s' "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD
  printf '%s=%s\n' "$variable" "$(cat "$user/password")"
done > nats.env
chmod 600 nats.env
