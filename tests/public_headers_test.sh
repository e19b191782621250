#!/bin/sh
# Every public header stands alone, and without a warning under the flags of a
# strict embedder, as C++20 and C++23. What it declares in namespace footfall is
# visible outside the shared library: it says so by a pragma.
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
  for word in 'push(default)' pop; do
    [ "$(grep -cxF "#pragma GCC visibility $word" "$header")" = 1 ] || {
      echo "$header: where is #pragma GCC visibility $word?" >&2
      exit 1
    }
  done
  count=$((count + 1))
done
[ "$count" -ge 16 ] || { echo "found only $count headers" >&2; exit 1; }
check c++2b "$folder/all.cc"
echo "$count headers"
