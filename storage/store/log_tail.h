// Reading the logs of a database that another process writes, bit by bit.

#ifndef FOOTFALL_STORAGE_STORE_LOG_TAIL_H_
#define FOOTFALL_STORAGE_STORE_LOG_TAIL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {

// Where the reading of logs stands.
struct LogPlace {
  uint64_t log = 0;     // 0: before the first
  uint64_t offset = 0;  // in it, just after a record
};

// Threads: one at a time. Holds one file open.
class LogTail {
 public:
  // The batches up to number `last_sequence` are known; those after it lie
  // behind `place`.
  LogTail(std::string path, LogPlace place, uint64_t last_sequence)
      : path_(std::move(path)),
        place_(place),
        last_sequence_(last_sequence),
        any_taken_in_log_(place.log != 0) {}

  // Opens the present log, so that it can be read on once it is dropped.
  absl::Status Hold();

  struct Found {
    // False where a log was dropped before it was read, or does not go on from
    // what is known: then the tail is spent.
    bool goes_on = true;
    // Numbers are missing between this log and the next one that is there: if
    // it may have been dropped, so may one in between, and the tail is spent.
    std::optional<uint64_t> gap_after_log;
  };
  // Adds the batches to *batches that came since the last call, in order: bytes
  // as RocksDB has them in a log. UNAVAILABLE where a file cannot be read.
  absl::StatusOr<Found> Read(std::vector<std::string>* batches);

  // Of the last batch that was read.
  uint64_t last_sequence() const { return last_sequence_; }

 private:
  // The first log after the present one.
  absl::StatusOr<std::optional<uint64_t>> FindNextLog() const;
  // Adds the batch where it is new.
  void Take(absl::string_view batch, std::vector<std::string>* batches,
            Found* found);

  const std::string path_;
  LogPlace place_;
  uint64_t log_before_ = 0;  // the present one
  std::optional<FolderFile> file_;
  uint64_t last_sequence_;
  bool any_taken_ = false;  // those before may be known already
  bool any_taken_in_log_;   // in the present log
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_LOG_TAIL_H_
