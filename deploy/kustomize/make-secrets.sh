#!/bin/sh
# What the manifests expect a user to bring: certificates of mutual TLS, and users of NATS.
#
#   deploy/kustomize/make-secrets.sh FOLDER && kubectl apply -k FOLDER
#
# FOLDER gets an authority, a certificate per service, passwords, and the kustomization that makes Secrets
# of them; FOLDER/operator is for the user's own commands. Run again, it renews the certificates (they hold
# for a year) and keeps the authority and the passwords. Whoever has FOLDER/ca.key may join the cluster:
# keep it elsewhere. With components/cert-manager only the passwords are of use.
# Wants openssl 1.1.1 or newer.
set -eu
umask 077

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
namespace=collm

# new_key FILE
new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1" 2>/dev/null
}

if [ ! -f ca.key ]; then
  new_key ca.key
  openssl req -x509 -new -key ca.key -out ca.crt -days 3650 -subj "/O=collm-nas/CN=collm-nas authority"
fi

# certificate NAME ALTERNATIVE-NAMES
certificate() {
  mkdir -p "$1"
  new_key "$1/tls.key"
  openssl req -new -key "$1/tls.key" -subj "/O=collm-nas/CN=$1" -out "$1/request.csr"
  printf '%s\n' "subjectAltName=$2" basicConstraints=critical,CA:FALSE \
    extendedKeyUsage=serverAuth,clientAuth > "$1/extensions"
  openssl x509 -req -in "$1/request.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 \
    -extfile "$1/extensions" -out "$1/tls.crt" 2>/dev/null
  rm "$1/request.csr" "$1/extensions"
  cp ca.crt "$1/ca.crt"
}

# in_cluster NAME: what a Service of this name is called.
in_cluster() {
  printf 'DNS:%s,DNS:%s.%s,DNS:%s.%s.svc,DNS:%s.%s.svc.cluster.local' \
    "$1" "$1" "$namespace" "$1" "$namespace" "$1" "$namespace"
}

for name in navigator generator coordinator evaluator; do
  certificate "$name" "$(in_cluster "$name"),DNS:localhost,IP:127.0.0.1"
done
# Each server of NATS has a name below its Service's.
servers=
for i in 0 1 2; do
  servers="$servers,DNS:nats-$i.nats,DNS:nats-$i.nats.$namespace.svc.cluster.local"
done
certificate nats "$(in_cluster nats)$servers,DNS:localhost,IP:127.0.0.1"
certificate operator DNS:operator

for user in coordinator evaluator operator; do
  [ -f "$user/password" ] && continue
  printf %s "$user" > "$user/user"
  # NATS would read one that begins with a digit as a number.
  printf p%s "$(openssl rand -hex 24)" > "$user/password"
done

{
  printf '%s\n' "apiVersion: kustomize.config.k8s.io/v1beta1" "kind: Kustomization" \
    "namespace: $namespace" "generatorOptions:" "  disableNameSuffixHash: true" "  labels:" \
    "    app.kubernetes.io/part-of: collm-nas" "secretGenerator:"
  for name in navigator generator coordinator evaluator nats operator; do
    printf '%s\n' "  - name: $name-tls" "    type: kubernetes.io/tls" \
      "    files: [$name/tls.crt, $name/tls.key, $name/ca.crt]"
  done
  for user in coordinator evaluator operator; do
    printf '%s\n' "  - name: $user-nats" "    files: [$user/user, $user/password]"
  done
} > kustomization.yaml
echo "kubectl apply -k $PWD"
