#!/bin/sh
# Checks every include against the folder tables in the layers' READMEs.
#
#   layering_test.sh ROOT
#
# A row of a table is
#
#   | `storage/tile` | `storage/base` `storage/codec` | what it is for |
#
# A file may include the headers of its own folder and of the folders in its
# row; "footfall/..." headers of its own layer and of lower ones; and RocksDB or
# Protobuf only where the row says `rocksdb` or `protobuf`. Public headers
# include public headers alone.
set -eu

# Prints one line a violation and fails if there was one.
check() {
  root=$1
  (
    cd "$root"
    find storage engine query -name '*.cc' -o -name '*.h' | sort | xargs awk '
      BEGIN {
        rank["storage"] = 1; rank["engine"] = 2; rank["query"] = 3
        for (layer in rank) {
          readme = layer "/README.md"
          while ((getline line < readme) > 0)
            if (line ~ "^\\| `" layer "/") {
              split(line, cells, "|")
              folder = cells[2]; gsub(/[` ]/, "", folder)
              sub(/\/$/, "", folder)
              rules[folder] = cells[3]
              known++
            }
        }
      }
      FNR == 1 {
        files++
        folder = FILENAME; sub(/\/[^\/]*$/, "", folder)
        public = folder ~ /\/include\/footfall$/
        layer = folder; sub(/\/.*/, "", layer)
        if (public || folder == layer) row = ""
        else {
          row = folder
          while (row != "" && !(row in rules))
            if (!sub(/\/[^\/]*$/, "", row)) row = ""
          if (row == "" || row == layer) {
            bad("is in a folder that " layer "/README.md does not list")
            row = ""
          }
        }
      }
      /^ *# *include *[<"]/ {
        header = $0; sub(/^[^<"]*[<"]/, "", header); sub(/[>"].*/, "", header)
        if (header ~ /^rocksdb\//) {
          if (public || rules[row] !~ /`rocksdb`/) bad("includes " header)
        } else if (header ~ /^google\/protobuf\// || header ~ /\.pb\.h$/) {
          if (public || (row != "" && rules[row] !~ /`protobuf`/))
            bad("includes " header)
        } else if (header ~ /^footfall\//) {
          owner = ""
          for (other in rank)
            if ((getline line < (other "/include/" header)) >= 0) {
              owner = other; close(other "/include/" header)
            }
          if (owner == "") bad("includes " header ", which is in no layer")
          else if (rank[owner] > rank[layer])
            bad("includes " header ", which is " owner "'"'"'s")
        } else if (header ~ /^(storage|engine|query)\//) {
          target = header; sub(/\/[^\/]*$/, "", target)
          if (public) bad("is public and includes " header)
          else if (row == "") {
            if (target !~ "^" layer "(/|$)" && layer != "engine")
              bad("includes " header)
          } else if (target != row && target !~ "^" row "/" &&
                     index(rules[row], "`" target "`") == 0)
            bad("includes " header)
        }
      }
      function bad(what) {
        print FILENAME ":" FNR ": " what; violations++
      }
      END {
        print files " files, " known " folder rules, " violations + 0 \
              " violations"
        exit violations > 0 || known < 10
      }'
  )
}

check "$1"

# The check itself must be able to fail.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for layer in storage engine query; do
  mkdir -p "$scratch/$layer"
  cp "$1/$layer/README.md" "$scratch/$layer/"
done
expect_refused() {
  file=$1
  mkdir -p "$scratch/${file%/*}"
  printf '#include %s\n' "$2" >"$scratch/$file"
  if check "$scratch" >/dev/null; then
    echo "not refused: $file includes $2"
    exit 1
  fi
  rm "$scratch/$file"
}
expect_refused storage/codec/planted.cc '"storage/tile/tile.h"'
expect_refused storage/tile/planted.cc '"engine/catalog/catalog.h"'
expect_refused engine/read/planted.cc '<rocksdb/db.h>'
expect_refused query/plan/planted.cc '"storage/tile/tile.h"'
expect_refused query/plan/planted.cc '<rocksdb/db.h>'
expect_refused query/unlisted/planted.cc '<vector>'
echo "planted violations are refused"
