#!/bin/sh
# Usage: packages.sh DENO
# Lets Deno fetch the packages of deno.lock the way the npm client of this machine would: same registry, same
# certificates, same proxy. Deno reads ~/.npmrc by itself, but none of npm's other settings.
set -eu

setting() {
  value=$(npm config get "$1" 2>/dev/null)
  case $value in null | undefined) value= ;; esac
  printf %s "$value"
}

NPM_CONFIG_REGISTRY=$(setting registry)
DENO_CERT=${DENO_CERT:-$(setting cafile)}
DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-system,mozilla}
HTTPS_PROXY=${HTTPS_PROXY:-$(setting https-proxy)}
export NPM_CONFIG_REGISTRY DENO_TLS_CA_STORE
[ -z "$DENO_CERT" ] || export DENO_CERT
[ -z "$HTTPS_PROXY" ] || export HTTPS_PROXY

exec "$1" install --quiet --frozen
