#!/bin/sh
# Fuzzes every target, or those that are named, for some seconds each.
#
#   tests/fuzz/run.sh BUILD [SECONDS [TARGET...]]
#
# What a target finds goes to BUILD/corpus/<name>, from where a worthy input is
# copied to corpus/<name> beside this script; those are replayed by ctest. An
# input that breaks a promise, takes more than 20 s, or asks for more than 16 MB
# at once, is left in BUILD as crash-*, and this fails.
set -eu
here=$(dirname "$0")
build=$1
seconds=${2:-60}
shift
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
  for stored in "$here"/corpus/*/; do
    set -- "$@" "$(basename "$stored")"
  done
fi
status=0
for name in "$@"; do
  found=$build/corpus/$name
  mkdir -p "$found"
  printf '== %s, %s s\n' "$name" "$seconds"
  log=$build/$name.fuzz.log
  dictionary=
  [ ! -f "$here/$name.dict" ] || dictionary=-dict=$here/$name.dict
  # shellcheck disable=SC2086  # no word where there is no dictionary
  if "$build/bin/${name}_fuzzer" -max_total_time="$seconds" -max_len=4096 \
    -rss_limit_mb=1024 -malloc_limit_mb=16 -timeout=20 -print_final_stats=1 \
    $dictionary -artifact_prefix="$build/crash-$name-" \
    "$found" "$here/corpus/$name" 2>"$log"; then
    grep -aE '^stat::(number_of_executed_units|new_units_added)|DONE' "$log"
  else
    tail -n 30 "$log"
    status=1
  fi
done
exit "$status"
