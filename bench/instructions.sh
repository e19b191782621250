#!/bin/sh
# What each of the nine questions takes in instructions, as Markdown: the one
# measure that a busy machine does not change. Needs valgrind.
#
#   bench/instructions.sh BUILD [QUESTION...]
#
# Counts inside Query() alone, files in memory: of 2 + TIMES askings less those
# of 2. Sizes as in run.sh. The databases stay in ${TMPDIR:-/tmp} for the next
# run; remove them after a change of the format.
set -eu

ask=$1/bin/ask
shift
[ $# -gt 0 ] || set -- 1 2 3 4 5 6 7 8 9
apps=${FOOTFALL_BENCH_APPS:-2000}
series=${FOOTFALL_BENCH_SERIES:-100}
folder=${TMPDIR:-/tmp}/footfall-instructions-$apps-$series
[ -d "$folder" ] || "$ask" "$folder"

# count QUESTION TIMES
count() {
  counted=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    --toggle-collect='footfall::Query(footfall::Snapshot const&, absl::*' \
    "$ask" "$folder" "$1" "$2" 2>&1) ||
    { echo "$counted" >&2; exit 1; }
  echo "$counted" | sed -n 's/.*Collected : //p'
}

printf '| question | instructions |\n| --- | --- |\n'
for question; do
  case $question in
    [12]) times=100 ;;
    *) times=2 ;;
  esac
  few=$(count "$question" 2)
  many=$(count "$question" $((2 + times)))
  printf '| Q%s | %s |\n' "$question" $(((many - few) / times))
done
