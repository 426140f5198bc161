#!/bin/sh
# Makes the passwords that docker-compose.yml reads, once; what is there stays. The folder is closed to everybody but its owner; the
# files are not, since in a container another user reads them.
set -eu
cd "$(dirname "$0")/secrets"
umask 022
chmod 700 .
for name in influx_admin influx_karez grafana_admin; do
  [ -s "$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' > "$name"
done
echo "Passwords are in $(pwd). Grafana's: user admin, password in grafana_admin."
