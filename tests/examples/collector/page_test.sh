#!/bin/sh
# The collector's page in headless Chromium: asked by keyboard alone, in light
# and dark, from 320 pixels to 4K, without an error on the console. Run by hand:
# Chromium is too large to be installed for it.
#
#   tests/examples/collector/page_test.sh [COLLECTOR [FOLDER]]
#
# COLLECTOR is the program, build/dev/bin/footfall_collector by default; the
# pictures go to FOLDER, build/page. Exit code 77: skipped, which it says.
set -eu
cd "$(dirname "$0")/../../.."
program=${1:-build/dev/bin/footfall_collector}
folder=${2:-build/page}
for word in chromium node; do
  command -v "$word" >/dev/null || { echo "skipped: no $word" >&2; exit 77; }
done
[ -x "$program" ] || { echo "skipped: no $program" >&2; exit 77; }
mkdir -p "$folder"
exec node tests/examples/collector/page_test.mjs "$program" "$folder"
