// Finding damage in a database's folder, and setting it aside.

#ifndef FOOTFALL_VERIFY_H_
#define FOOTFALL_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#pragma GCC visibility push(default)
namespace footfall {

// One thing that is damaged: a file, or a place in the data.
struct Finding {
  std::string file = {};  // its name in the folder; "" if not known
  std::optional<uint64_t> offset = {};  // in the file, in bytes
  // "tile dau/era 78/band 12", or a range of them; "" where the data that it
  // belongs to is not known.
  std::string place = {};
  std::string what = {};
};

// In a line: "000012.sst at 4711: tile dau/era 78/band 12: ...".
std::string FormatFinding(const Finding& finding);

// What was found, and how much was read.
struct VerifyReport {
  std::vector<Finding> findings = {};  // empty: everything is sound
  // What was read.
  uint64_t table_count = 0;
  uint64_t table_bytes = 0;
  uint64_t metric_count = 0;
  uint64_t tile_count = 0;
  uint64_t sample_count = 0;
};

// Reads everything in the database's folder and checks it: CURRENT, MANIFEST,
// logs, the record FOOTFALL, every block of every table, the catalog, every
// tile and every sample. Changes no byte of the folder, and works on one that
// cannot be opened. Memory: a few MiB and what the logs hold.
//
//   NOT_FOUND            there is no database
//   FAILED_PRECONDITION  somebody has it open for writing
//   UNIMPLEMENTED        written by a later release
//   UNAVAILABLE          a file cannot be read
absl::StatusOr<VerifyReport> VerifyDatabase(absl::string_view path);

// What was damaged, what is gone, and what was done.
struct RepairReport {
  std::vector<Finding> findings =
      {};  // what was damaged, as VerifyDatabase() says
  std::vector<std::string> lost =
      {};  // what is gone, a line each; empty: nothing
  std::vector<std::string> notes = {};  // what was done, a line each
  std::string lost_folder = {};  // within the folder: where the damaged files
                                 // now are; "" where nothing had to be repaired
};

// Makes the folder a database again: VerifyDatabase() then finds nothing, and
// it opens. What cannot be read is taken out whole, so that no answer is wrong:
// a tile of which a part is damaged, a metric whose declaration or series are.
// Sound tables stay as they are, in place. Damaged files go to the sub-folder
// "lost", which may be removed. Needs room for what is written anew: the sound
// part of damaged tables.
//
// May be interrupted at any time; then it has to be done again.
//
//   DATA_LOSS           nothing tells any more which tables are the database;
//                       nothing was changed
//   RESOURCE_EXHAUSTED  no room; nothing was changed
//   else                as VerifyDatabase()
absl::StatusOr<RepairReport> RepairDatabase(absl::string_view path);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_VERIFY_H_
