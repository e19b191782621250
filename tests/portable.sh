#!/bin/sh
# Runs `./dev demo` and `./dev test` of HEAD in a bare folder of each Debian
# release, one after the other, and prints a table. For people: it takes most of
# an hour on two cores. Needs root, debootstrap and a package mirror: that of
# this machine, or $DEBIAN_MIRROR.
#
#   tests/portable.sh [RELEASE...]      bookworm and trixie by default
#
# The bare folders are kept in build/portable, so that the next run is quicker;
# what runs there is a copy that is thrown away. The clone has no ../shared:
# FOOTFALL_DATA, where it names a folder, is copied in.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "run it as root: it uses chroot" >&2; exit 1; }
[ $# -gt 0 ] || set -- bookworm trixie
place=$PWD/build/portable
mkdir -p "$place"
work=
clean_up() {
  [ -n "$work" ] || return 0
  umount "$work/dev/pts" "$work/dev" "$work/proc" 2>/dev/null || true
  rm -rf --one-file-system "$work"
  work=
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# This machine's own package sources, for another release.
sources() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null
}
mirror() {
  [ -z "${DEBIAN_MIRROR:-}" ] || { echo "$DEBIAN_MIRROR"; return; }
  sources | sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' |
    head -n 1
}

# A bare Debian with git: make_base RELEASE
make_base() {
  base=$place/$1
  [ ! -f "$base.made" ] || return 0
  rm -rf "$base"
  debootstrap --variant=minbase --include=git,ca-certificates "$1" "$base" \
    "$(mirror)" >"$base.log" 2>&1 || { tail -n 5 "$base.log" >&2; exit 1; }
  printf 'deb %s %s main\n' "$(mirror)" "$1" >"$base/etc/apt/sources.list"
  cp /etc/apt/apt.conf.d/* "$base/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp /etc/apt/trusted.gpg.d/* "$base/etc/apt/trusted.gpg.d/" 2>/dev/null || true
  touch "$base.made"
}

# Runs a command in the copy as root of the release.
inside() {
  # shellcheck disable=SC2046  # a list of words
  chroot "$work" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LC_ALL=C.UTF-8 $(env | grep -iE '^(http|https|no)_proxy=' | tr '\n' ' ') \
    ${FOOTFALL_DATA:+FOOTFALL_DATA=/data} sh -c "cd /footfall && $1" </dev/null
}

version() { # PACKAGE: without epoch and Debian's revision
  inside "dpkg-query -W -f '\${Version}' '$1' 2>/dev/null" |
    sed -E 's/^[0-9]+://; s/[-+~].*//'
}

printf '%-9s %-7s %-7s %-8s %-9s %-7s %-6s %s\n' \
  release g++ cmake rocksdb abseil catch2 demo tests
status=0
for release; do
  make_base "$release"
  clean_up
  work=$place/work.$$
  cp -a "$place/$release" "$work"
  cp /etc/resolv.conf /etc/hosts "$work/etc/" 2>/dev/null || true
  git clone -q . "$work/footfall"
  if [ -n "${FOOTFALL_DATA:-}" ]; then cp -a "$FOOTFALL_DATA" "$work/data"; fi
  mount -t proc proc "$work/proc"
  mount --bind /dev "$work/dev"
  mount --make-private "$work/dev"  # or this machine gets the next one, too
  mkdir -p "$work/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$work/dev/pts" || true

  log=$place/$release.log
  began=$(date +%s)
  demo=failed
  if inside './dev demo' >"$log" 2>&1; then demo="$(($(date +%s) - began))s"; fi
  inside './dev test' >>"$log" 2>&1 || true
  tests=$(grep -aE 'tests passed.*out of' "$log" | tail -n 1)
  case $demo$tests in *s100%*) ;; *) status=1 ;; esac
  printf '%-9s %-7s %-7s %-8s %-9s %-7s %-6s %s\n' "$release" \
    "$(version g++)" "$(version cmake)" "$(version librocksdb-dev)" \
    "$(version libabsl-dev)" "$(version catch2)" "$demo" \
    "${tests:-none ran; see $log}"
done
exit "$status"
