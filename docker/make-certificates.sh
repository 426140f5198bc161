#!/bin/sh
# Makes a CA of the farm's own and a certificate for its cloud, for the names and addresses given beside localhost and cloud:
#   sh docker/make-certificates.sh [--to FOLDER] farm.example 192.168.1.20
# The CA's key is made once and kept as ca.key: keep it elsewhere afterwards. Run again to renew the server's certificate, which
# holds for 397 days; gateways and browsers know ca.pem, which holds for ten years. Needs openssl 1.1.1 or later.
set -eu
umask 077
to="$(dirname "$0")/secrets/tls"
if [ "${1:-}" = --to ]; then to="$2"; shift 2; fi
mkdir -p "$to"
cd "$to"
if [ ! -s ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 3650 -sha256 \
    -subj "/CN=Karez farm CA" -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
fi
names="DNS:localhost,DNS:cloud,IP:127.0.0.1,IP:::1"
for name in "$@"; do
  case "$name" in
    *[!0-9.]*) case "$name" in *:*) kind=IP ;; *) kind=DNS ;; esac ;;
    *) kind=IP ;;
  esac
  names="$names,$kind:$name"
done
cat > server.ext <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=$names
END
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key.new -out server.csr -subj "/CN=Karez cloud" 2>/dev/null
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 397 -sha256 -extfile server.ext -out server.pem.new 2>/dev/null
mv server.key.new server.key
mv server.pem.new server.pem
rm -f server.csr server.ext
# A container's user is not the owner; the folder is closed to everybody else on this machine.
chmod 644 ca.pem server.pem server.key
echo "ca.pem, server.pem and server.key are in $(pwd), for $names."
