#!/bin/sh
# Builds a project of somebody else (tests/install) against what is installed
# under PREFIX in each way: find_package and pkg-config, the shared library and
# the archive, by each compiler that is there; and as add_subdirectory sees it.
#
#   tests/install_test.sh SOURCE PREFIX COMPILER
#
# With add_subdirectory only the project's own source is compiled here: the
# README's test builds the whole.
set -eu
source=$1
prefix=$2
compiler=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "install: $*" >&2
  if [ -f log ]; then tail -n 30 log >&2; fi
  exit 1
}
quietly() { "$@" >log 2>&1 || fail "failed: $*"; }

library=$(dirname "$(find "$prefix" -name libfootfall.a)")

# One name and version for the loader, and our own names alone.
soname=$(objdump -p "$library/libfootfall.so" | awk '$1 == "SONAME" { print $2 }')
version=$(sed -n 's/^Version: //p' "$library/pkgconfig/footfall.pc")
[ "$soname" = "libfootfall.so.${version%.*}" ] || fail "its name is $soname"
nm -D --defined-only -C "$library/libfootfall.so" |
  grep -vE " [A-Za-z] (guard variable for |typeinfo( name)? for |vtable for )?\
footfall(::|_)| A FOOTFALL_" >log && fail "it shows names of others"
nm -D --defined-only -C "$library/libfootfall.so" |
  grep -E " footfall::(storage|engine|query)::" >log && fail "it shows our insides"
: >log

# The project in a folder of its own, as one that was told nothing of ours.
cp -r "$source/tests/install" project
unset CXXFLAGS CPPFLAGS LDFLAGS
export CMAKE_GENERATOR=Ninja CMAKE_BUILD_TYPE=Debug

# Runs what was built, with the shared library or without it.
check_program() { # PROGRAM KIND HOW
  "$1" >out 2>log || fail "$3, $2: it fails"
  printf 'time,dau,dau_kind,dau_present,dau_expected,partial\n2025-02-08,119790000,exact,1,1,false\n' |
    diff - out || fail "$3, $2: it prints something else"
  linked=static
  if ldd "$1" | grep -q libfootfall.so; then linked=shared; fi
  [ "$linked" = "$2" ] || fail "$3: $2 was asked for, and it is $linked"
  echo "$3, $2: builds and runs"
}

# The archive alone, for linkers that would rather take the shared library.
cp -r "$prefix" archive
find archive -name 'libfootfall.so*' -delete

with_compiler() {
  for kind in shared static; do  # the second in the place of the first
    case $kind in shared) off=OFF ;; *) off=ON ;; esac
    quietly cmake -S project -B find -DCMAKE_CXX_COMPILER="$1" \
      -DCMAKE_PREFIX_PATH="$prefix" -DFootfall_USE_STATIC_LIBS="$off"
    quietly cmake --build find
    check_program find/outside "$kind" "$1, find_package"
  done
  rm -r find
  pc=${library#"$prefix/"}/pkgconfig
  export PKG_CONFIG_PATH="$prefix/$pc"
  # shellcheck disable=SC2046  # words
  quietly "$1" -std=c++20 -Wall -Wextra -Wconversion -pedantic -Werror -c \
    project/main.cc -o main.o $(pkg-config --cflags footfall)
  # shellcheck disable=SC2046
  quietly "$1" main.o -o outside -Wl,-rpath,"$library" \
    $(pkg-config --libs footfall)
  check_program ./outside shared "$1, pkg-config"
  export PKG_CONFIG_PATH="$folder/archive/$pc"
  # shellcheck disable=SC2046
  quietly "$1" main.o -o outside $(pkg-config --static --libs footfall)
  check_program ./outside static "$1, pkg-config"
}

# Beside the compiler of the build one of the other kind.
if "$compiler" --version | grep -q clang; then others=g++
else others="clang++ clang++-14 clang++-19"; fi
compilers=$compiler
for other in $others; do
  if command -v "$other" >/dev/null; then
    compilers="$compilers $other"
    break
  fi
done
for each in $compilers; do with_compiler "$each"; done

# The C API, as C has it from the shared library.
export PKG_CONFIG_PATH="$library/pkgconfig"
# shellcheck disable=SC2046
quietly cc -std=c99 -Wall -Wextra -Wconversion -pedantic -Werror -I "$source" \
  "$source/tests/query/c/c_test.c" "$source/tests/query/c/arrow_test.c" \
  -o c_test -Wl,-rpath,"$library" $(pkg-config --cflags --libs footfall)
quietly ./c_test "$folder"
echo "cc -std=c99, pkg-config, shared: builds and runs"

# As a part of the project nothing of ours comes along: no tests, no flags, no
# files to install.
for shared in OFF ON; do  # likewise
  quietly cmake -S project -B part -DCMAKE_CXX_COMPILER="$compiler" \
    -DFOOTFALL_SOURCE="$source" -DBUILD_SHARED_LIBS="$shared" \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
  quietly cmake --build part --target CMakeFiles/outside.dir/main.cc.o
  flags=$(grep -o '"command": ".* -o CMakeFiles/outside.dir/main.cc.o' \
    part/compile_commands.json | grep -oE ' -[^ ]+' | grep -vE '^ -(I|isystem)' |
    LC_ALL=C sort | tr -d '\n')  # CMake's order changes with its version
  [ "$flags" = " -Wall -Wconversion -Werror -Wextra -g -o -pedantic -std=gnu++20" ] ||
    fail "the project's flags are now:$flags"
  ctest --test-dir part -N >log 2>&1
  grep -q 'Total Tests: 0' log || fail "our tests are the project's"
  find part -name cmake_install.cmake -exec grep -h 'file(INSTALL' {} + >log
  grep -v '/part/outside"' log && fail "the project installs our files"
  ninja -C part -t query outside >log
  case $shared in
    ON) grep -q 'libfootfall.so' log || fail "add_subdirectory: not shared" ;;
    *) grep -q 'libfootfall.a' log || fail "add_subdirectory: not static" ;;
  esac
  ninja -C part -t commands all >log
  grep -q 'Wshadow.*main.cc' log && fail "our warnings are the project's"
done
rm -r part
echo "add_subdirectory: brings nothing else along"
