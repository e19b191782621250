#!/bin/sh
# Runs every block of README.md as pasted, in order, in a folder of its own.
#
#   tests/readme_test.sh SOURCE PROGRAM LIBRARY
#
#   sh          commands, which must succeed. `./dev WORD` installs packages, so
#               only its word is looked up; of `demo` the part after the build
#               is run.
#   console     commands behind "$ " with what they print; a build prints
#               something else each time
#   cmake, cpp  the files CMakeLists.txt and main.cc of a project that has
#               Footfall in its folder footfall
#   python      its file main.py, over libfootfall.so, LIBRARY
set -eu
source=$1
program=$2
export FOOTFALL_LIBRARY="$3" PYTHONDONTWRITEBYTECODE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "README.md, block $block ($kind): $*" >&2
  exit 1
}

# Blocks as files 01.sh, 02.console, ..
mkdir blocks
awk '/^```/ {
       if (file != "") { close(file); file = ""; next }
       file = sprintf("blocks/%02d.%s", ++count, substr($0, 4)); next
     }
     file != "" { print > file }' "$source/README.md"

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
  awk '/^\$ / {
         line = substr($0, 3)
         gsub(/\047/, "\047\\\047\047", line)
         printf "echo \047$ %s\047\n", line
         print "{ " substr($0, 3) "\n} " (/cmake/ ? ">build.log 2>&1" : "") " || true"
       }' "$1" >"$folder/script"
  sh "$folder/script" </dev/null >"$folder/out" 2>&1
  diff "$1" "$folder/out" && return
  if [ -f build.log ]; then tail -n 20 build.log; fi
  fail "prints something else (<: README.md)"
}

# A quick build of the project: its library is compiled once more.
export CMAKE_GENERATOR=Ninja CMAKE_BUILD_TYPE=Debug CXXFLAGS="-O0 -g0"
place=clone
for path in blocks/*; do
  block=${path##*/}
  kind=${block##*.}
  block=${block%.*}
  cd "$folder/$place"
  case $kind in
    sh) run_sh "$folder/$path" ;;
    console) run_console "$folder/$path" ;;
    cmake)
      place=service
      cp "$folder/$path" "$folder/service/CMakeLists.txt"
      ;;
    cpp)
      cp "$folder/$path" "$folder/service/main.cc"
      cmake -S . -B build -DFOOTFALL_PRECOMPILE=ON -DFOOTFALL_UNITY=ON \
        >build.log 2>&1 ||
        fail "cannot be configured: $(tail -n 20 build.log)"
      ;;
    python) cp "$folder/$path" "$folder/service/main.py" ;;
    *) fail "what runs a block of this kind?" ;;
  esac
  echo "block $block ($kind) is as README.md says"
done
[ "$block" -ge 6 ] || fail "too few blocks were found"
