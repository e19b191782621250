#!/bin/sh
# Fuzzes every decoder for some seconds each.
#
#   tests/fuzz/run.sh BUILD [SECONDS]
#
# What a target finds goes to BUILD/corpus/<name>, from where a worthy input is
# copied to corpus/<name> beside this script; those are replayed by ctest. An
# input that breaks a promise, or asks for more than 16 MB at once, is left in
# BUILD as crash-*, and this fails.
set -eu
here=$(dirname "$0")
build=$1
seconds=${2:-60}
status=0
for stored in "$here"/corpus/*/; do
  name=$(basename "$stored")
  found=$build/corpus/$name
  mkdir -p "$found"
  printf '== %s, %s s\n' "$name" "$seconds"
  log=$build/$name.fuzz.log
  if "$build/bin/${name}_fuzzer" -max_total_time="$seconds" -max_len=4096 \
    -rss_limit_mb=1024 -malloc_limit_mb=16 -print_final_stats=1 \
    -artifact_prefix="$build/crash-$name-" "$found" "$stored" 2>"$log"; then
    grep -aE '^stat::(number_of_executed_units|new_units_added)|DONE' "$log"
  else
    tail -n 30 "$log"
    status=1
  fi
done
exit "$status"
