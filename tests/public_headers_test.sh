#!/bin/sh
# Every public header stands alone, and without a warning under the flags of a
# strict embedder, as C++20 and C++23. What it declares in namespace footfall is
# visible outside the shared library: it says so by a pragma. Every public struct
# can be made with some of its members named, as public_structs.cc does. Every
# type has a comment right above it.
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

# All but those with constructors, a private one, and those of Arrow.
structs=$(sed -nE 's/^( *)struct ([A-Za-z]+) (: .*)?\{.*/\2/p' \
  "$source"/*/include/footfall/*.h |
  grep -vE '^(Key|Amount|Input|ExprList|ArgumentList|Stretch|Arrow[A-Z].*)$')
for struct in $structs; do
  grep -qE "\b$struct\{\." "$source/tests/public_structs.cc" || {
    echo "tests/public_structs.cc does not make a $struct" >&2
    exit 1
  }
done
check c++20 "$source/tests/public_structs.cc"

for header in "$source"/*/include/footfall/*.h; do
  for word in 'push(default)' pop; do
    [ "$(grep -cxF "#pragma GCC visibility $word" "$header")" = 1 ] || {
      echo "$header: where is #pragma GCC visibility $word?" >&2
      exit 1
    }
  done
done

awk '
  /^(struct|class|enum class) [A-Z][A-Za-z]*( |$).*[{:]/ && !/;/ &&
      before !~ /^\/\/|\*\/$|^#endif/ {
    print FILENAME ":" FNR ": no comment above: " $0
    failed = 1
  }
  !/^template|^requires/ { before = $0 }
  END { exit failed }' "$source"/engine/include/footfall/*.h \
  "$source"/query/include/footfall/*.h \
  "$source"/storage/include/footfall/*.h >&2

# Headers as lines, in each of which one includes all those before it. To
# compile such a line is to compile each of its headers alone: what stands
# before a header is what it brings itself.
awk '
  function add(header, all,    n, i, parts) {  # all that it includes
    n = split(includes[header], parts, " ")
    for (i = 1; i <= n; ++i) {
      if (index(all, " " parts[i] " ") == 0) all = add(parts[i], all parts[i] " ")
    }
    return all
  }
  FNR == 1 { name = FILENAME; sub(/.*\//, "", name); names[++count] = name }
  /^#include "footfall\// {
    include = $2; gsub(/"|footfall\//, "", include)
    includes[name] = includes[name] include " "
  }
  END {
    for (i = 1; i <= count; ++i) {
      all[names[i]] = add(names[i], " ")
      size[names[i]] = split(all[names[i]], parts, " ")
    }
    line = within = ""
    while (1) {  # the largest that is left and, within a line, was included
      best = ""
      for (i = 1; i <= count; ++i) {
        if (!taken[names[i]] &&
            (within == "" || index(within, " " names[i] " ")) &&
            (best == "" || size[names[i]] > size[best])) best = names[i]
      }
      if (best == "") {
        if (line == "") break
        print line
        line = within = ""
        continue
      }
      taken[best] = 1
      line = best " " line
      within = all[best]
    }
  }' "$source"/*/include/footfall/*.h >"$folder/lines"
while read -r line; do
  for header in $line; do
    echo "#include \"footfall/$header\""
  done >"$folder/one.cc"
  check c++20 "$folder/one.cc"
  cat "$folder/one.cc" >>"$folder/all.cc"
done <"$folder/lines"
check c++2b "$folder/all.cc"
count=$(wc -l <"$folder/all.cc")
[ "$count" -ge 16 ] || { echo "found only $count headers" >&2; exit 1; }
echo "$count headers in $(wc -l <"$folder/lines") lines"
