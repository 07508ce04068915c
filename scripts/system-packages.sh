#!/usr/bin/env bash
# Installs the system tools that the tests drive (real registry, image builders, PostgreSQL). Runs before `npm test`;
# under a second when everything is there. Never fails the run: tests whose tool is missing say so and are skipped.
set -u

# tool that must be found : Debian package that brings it
wanted=(
  skopeo:skopeo
  umoci:umoci
  mmdebstrap:mmdebstrap
  docker-registry:docker-registry
  htpasswd:apache2-utils
  openssl:openssl
  dpkg-deb:dpkg
  cc:gcc
  libdpkg:libdpkg-dev
  rpm:rpm
  db5.3_load:db5.3-util
  postgres:postgresql
  clamd:clamav-daemon
  podman:podman
  faketime:faketime
  containerd:containerd
)

has() {
  case "$1" in
    postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null ;;
    libdpkg) compgen -G '/usr/lib/*/libdpkg.a' >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing_tools=() missing_packages=()
for entry in "${wanted[@]}"; do
  has "${entry%%:*}" || { missing_tools+=("${entry%%:*}"); missing_packages+=("${entry#*:}"); }
done
[ -s /etc/ssl/certs/ca-certificates.crt ] || [ ! -f /etc/debian_version ] || missing_packages+=(ca-certificates)
by_hand=("${missing_packages[@]}")
has promtool || { missing_tools+=(promtool); by_hand+=(prometheus); }
[ ${#missing_packages[@]} -eq 0 ] && has promtool && exit 0

# Of Debian's prometheus, which brings 300 MB and a service, the one file that the tests use.
unpack_promtool() {
  local folder
  folder=$(mktemp -d) && cd "$folder" && chmod 755 . && apt-get download prometheus &&
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool &&
    install -m 755 usr/bin/promtool /usr/local/bin/promtool && rm -r "$folder"
}

install_all() {
  apt-get update || return
  [ ${#missing_packages[@]} -eq 0 ] ||
    apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "${missing_packages[@]}" || return
  has promtool || (unpack_promtool)
}

skipped() {
  echo "system-packages: MISSING: ${missing_tools[*]:-${missing_packages[*]}}" >&2
  echo "system-packages: tests that need them will be SKIPPED. $1" >&2
  exit 0
}

[ -f /etc/debian_version ] && command -v apt-get >/dev/null ||
  skipped "Install them with your system's package manager (on Debian or Ubuntu: ${by_hand[*]})."
[ "$(id -u)" = 0 ] ||
  skipped "As root: apt-get install --no-install-recommends ${by_hand[*]}"

echo "system-packages: installing ${missing_tools[*]} (once)" >&2
export DEBIAN_FRONTEND=noninteractive

# The tests start their own servers; Debian's must neither create a cluster nor start a service on a known port.
if [[ " ${missing_packages[*]} " == *' postgresql '* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

log=$(mktemp)
if install_all >"$log" 2>&1; then
  rm -f "$log"
else
  tail -n 20 "$log" >&2
  skipped "apt-get failed; its whole output is in $log."
fi
