// What a RocksDB MANIFEST says: which tables and logs make up the database.
//
// A MANIFEST is records in frames (log_frames.h). Each is an edit: a list of
// fields, a varint tag before each. An edit adds and removes tables of one
// column family, and moves the numbers on; edits in a group count together or
// not at all. RocksDB syncs an edit before it acts on it, and begins a new file
// with the whole state at every opening.

#ifndef FOOTFALL_STORAGE_STORE_MANIFEST_H_
#define FOOTFALL_STORAGE_STORE_MANIFEST_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store/log_frames.h"

namespace footfall::storage {

// A table, as an edit adds it.
struct ManifestTable {
  uint64_t size_bytes = 0;
  uint64_t largest_sequence = 0;
  std::string smallest_key;  // as users of RocksDB know it
  std::string largest_key;
  std::string field;  // tag and all, to be written again
};

struct ManifestFamily {
  std::string name;
  std::string comparator;
  uint64_t log_number = 0;                   // it needs no log before this one
  std::map<uint64_t, ManifestTable> tables;  // by file number
};

struct ManifestState {
  std::map<uint32_t, ManifestFamily> families;  // by id; 0 is "default"
  uint64_t next_file = 0;
  uint64_t last_sequence = 0;
  uint64_t min_log_to_keep = 0;
  std::set<uint64_t> ever_named;  // tables that any edit added
  // Fields that say nothing of the above, such as the database's identity.
  std::vector<std::string> other_fields;

  // Tables of all families.
  std::map<uint64_t, const ManifestTable*> AllTables() const;
  // The first log that a family needs; 0 where there is no family.
  uint64_t FirstLog() const;
};

// Collects edits into a state.
class ManifestReader {
 public:
  struct Edit;

  ManifestReader();

  // DATA_LOSS: the edit cannot be read. UNIMPLEMENTED: a field of a later
  // release of RocksDB.
  absl::Status AddEdit(absl::string_view edit);

  // An unfinished group does not count.
  ManifestState Finish() &&;

 private:
  absl::Status Apply(const Edit& edit);

  ManifestState state_;
  std::vector<std::string> group_;  // edits that wait for its last one
};

struct ManifestFile {
  ManifestState state;  // of the records before any break
  LogEnd end;
};

// Errors as ReadLogFrames() and ManifestReader::AddEdit(); what is broken in
// the frames is in `end`.
absl::StatusOr<ManifestFile> ReadManifest(const std::string& path);

// What an edit does with tables, for whoever follows a database.
struct EditFacts {
  uint32_t family = 0;
  std::vector<uint64_t> added;
  std::vector<uint64_t> removed;
  // The family needs no log before this one: its tables have it all.
  std::optional<uint64_t> log_number;
  std::optional<uint64_t> min_log_to_keep;
};

// Errors as ManifestReader::AddEdit().
absl::StatusOr<EditFacts> ReadEditFacts(absl::string_view edit);

// The state as edits; ManifestReader gives it back.
std::vector<std::string> EncodeManifest(const ManifestState& state);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_MANIFEST_H_
