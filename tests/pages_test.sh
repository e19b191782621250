#!/bin/sh
# Runs every block of a page as pasted, in order, in a folder of its own.
#
#   tests/pages_test.sh SOURCE PAGE PROGRAM PREFIX
#
#   sh          commands, which must succeed. `./dev WORD` installs packages, so
#               only its word is looked up; of `demo` the part after the build
#               is run.
#   sql         statements, each on a line, which the demo's database answers
#   console     commands behind "$ " with what they print; a build prints
#               something else each time
#   cmake, cpp, c, python
#               a file of a project that has Footfall in its folder footfall;
#               its name is the last in backquotes before the block
#
# find_package and pkg-config find what is installed under PREFIX.
set -eu
source=$1
page=$2
program=$3
library=$(dirname "$(find "$4" -name libfootfall.a)")
export FOOTFALL_LIBRARY="$library/libfootfall.so" PYTHONDONTWRITEBYTECODE=1
export CMAKE_PREFIX_PATH="$4" PKG_CONFIG_PATH="$library/pkgconfig"
export LD_LIBRARY_PATH="$library"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "$page, block $block ($kind): $*" >&2
  exit 1
}

# Blocks as files 01.sh, 02.console, ..; `names` has the name of each.
mkdir blocks
awk '/^```/ {
       if (file != "") { close(file); file = ""; next }
       file = sprintf("blocks/%02d.%s", ++count, substr($0, 4))
       print name >"names"; next
     }
     file != "" { print > file; next }
     match($0, /`[A-Za-z_]+\.(txt|cc|c|py)`:?$/) {
       name = substr($0, RSTART + 1); sub(/`.*/, "", name)
     }' "$source/$page"

# What a clone holds after `./dev build`.
mkdir -p clone/build/release/bin service
ln -s "$source/examples" "$source/dev" clone
ln -s "$program" clone/build/release/bin/footfall
ln -s "$source" service/footfall

run_sh() {
  while read -r line; do
    case $line in
      ./dev\ *)
        word=$(echo "$line" | cut -d ' ' -f 2)
        "$source/dev" 2>&1 | grep -q "^  $word " || fail "./dev has no $word"
        if [ "$word" = demo ]; then
          examples/demo.sh build/release/bin/footfall >/dev/null ||
            fail "the demo failed"
        fi
        ;;
      *) sh -ec "$line" </dev/null >"$folder/out" 2>&1 ||
        fail "failed: $line: $(cat "$folder/out")" ;;
    esac
  done <"$1"
}

# One script, so that a `cd` holds for the commands after it.
run_console() {
  # A quick build of the library, where it is one: all sources of each part as
  # one.
  if grep -q '^\$ cmake -S' "$1" && grep -q add_subdirectory CMakeLists.txt; then
    cmake -S . -B build -DFOOTFALL_PRECOMPILE=ON -DFOOTFALL_UNITY=ON \
      -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 >build.log 2>&1 ||
      fail "cannot be configured: $(tail -n 20 build.log)"
  fi
  awk '/^\$ / {
         line = substr($0, 3)
         gsub(/\047/, "\047\\\047\047", line)
         printf "echo \047$ %s\047\n", line
         print "{ " substr($0, 3) "\n} " (/cmake/ ? ">build.log 2>&1" : "") " || true"
       }' "$1" >"$folder/script"
  sh "$folder/script" </dev/null >"$folder/out" 2>&1
  diff "$1" "$folder/out" && return
  if [ -f build.log ]; then tail -n 20 build.log; fi
  fail "prints something else (<: $page)"
}

export CMAKE_GENERATOR=Ninja CMAKE_BUILD_TYPE=Debug CXXFLAGS="-O0 -g0"
place=clone
for path in blocks/*; do
  block=${path##*/}
  kind=${block##*.}
  block=${block%.*}
  name=$(sed -n "$((1$block - 100))p" "$folder/names")
  case $kind in
    sh)
      cd "$folder/$place"
      run_sh "$folder/$path"
      ;;
    console)
      cd "$folder/$place"
      run_console "$folder/$path"
      ;;
    sql)
      while read -r line; do
        "$program" --readonly --now 2025-02-11 -c "$line" \
          "$folder/clone/build/release/demo.db" >"$folder/out" 2>&1 ||
          fail "failed: $line: $(cat "$folder/out")"
        [ "$(wc -l <"$folder/out")" -ge 3 ] || fail "no rows: $line"
      done <"$folder/$path"
      ;;
    cmake | cpp | c | python)
      place=service
      [ -n "$name" ] || fail "which file is it?"
      cp "$folder/$path" "$folder/service/$name"
      ;;
    *) fail "what runs a block of this kind?" ;;
  esac
  echo "block $block ($kind) is as $page says"
done
[ "$block" -ge 6 ] || fail "too few blocks were found"
