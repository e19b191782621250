#!/bin/sh
# Loads the example data into a fresh database and asks it questions.
#
#   examples/demo.sh PROGRAM
#
# PROGRAM is the program `footfall`. The database stays behind, to go on with.
set -eu
program=$1
case $program in
  /*) ;;
  *) program=$PWD/$program ;;
esac
cd "$(dirname "$0")/.."
database=$(dirname "$program")/../demo.db

rm -rf "$database"
mkdir -p "$(dirname "$database")"
database=$(cd "$(dirname "$database")" && pwd)/demo.db

echo "-- Loading examples/data (the DeepSeek case; see the README there)"
"$program" -f examples/data/load.footfall "$database"
echo
"$program" --readonly --echo --now 2025-02-11 \
  -f examples/data/questions.footfall "$database" 2>&1

echo
echo "-- And what is refused:"
if "$program" --readonly -f examples/data/refused.footfall "$database" 2>&1
then
  echo "that question should have been refused" >&2
  exit 1
fi

echo
echo "-- Go on: $program $database"
