#!/bin/sh
# Runs the benchmarks of a build and prints their tables.
#
#   bench/run.sh BUILD                all but the comparison: some minutes
#   bench/run.sh BUILD tile scan      these alone
#   bench/run.sh BUILD compare [APPS [SERIES [PICTURE]]]   the nine questions,
#                                     several engines; 20000 1000 is the full
#                                     size, PICTURE an SVG file to draw
#
# Sizes: FOOTFALL_BENCH_APPS (2000) and FOOTFALL_BENCH_SERIES (100).
set -eu

bin=$1/bin
shift
if [ "${1:-}" = compare ]; then
  shift
  exec "$bin/compare" "$@"
fi
if [ $# -eq 0 ]; then
  set -- codec tile sets sets_upkeep scan query write import tile_shape
fi
for name; do
  if [ ! -x "$bin/${name}_bench" ]; then
    echo "there is no ${name}_bench in $bin" >&2
    exit 2
  fi
done
for name; do
  printf '\n== %s_bench\n' "$name"
  case $name in
    codec) "$bin/codec_bench" ;;  # has tables of its own
    *) "$bin/${name}_bench" --benchmark_min_time=0.2 2>/dev/null ;;
  esac
done
