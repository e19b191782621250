#!/bin/sh
# Every public header stands alone, and without a warning under the flags of a
# strict embedder, as C++20 and C++23.
#
#   tests/public_headers_test.sh SOURCE COMPILER
set -eu
source=$1
compiler=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check() { # STANDARD FILE
  "$compiler" -std="$1" -fsyntax-only -Werror -Wall -Wextra -Wpedantic \
    -Wconversion -Wsign-conversion -Wshadow -x c++ \
    -I "$source/storage/include" -I "$source/engine/include" \
    -I "$source/query/include" "$2"
}

count=0
for header in "$source"/*/include/footfall/*.h; do
  echo "#include \"footfall/${header##*/}\"" >"$folder/one.cc"
  check c++20 "$folder/one.cc"
  cat "$folder/one.cc" >>"$folder/all.cc"
  count=$((count + 1))
done
[ "$count" -ge 16 ] || { echo "found only $count headers" >&2; exit 1; }
check c++2b "$folder/all.cc"
echo "$count headers"
