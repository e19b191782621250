#!/bin/sh
# Runs the test of the C API in a folder of its own.
#
#   c_test.sh PROGRAM
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder"
