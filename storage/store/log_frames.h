// The frames of RocksDB's logs and MANIFESTs, read more strictly than RocksDB
// does.
//
// A file is blocks of 32 KiB. A record lies whole in a block, or in pieces at
// the ends and beginnings of blocks that follow on each other. A piece is
//
//   4  masked CRC-32C over its type and its bytes
//   2  how many bytes
//   1  type: 1 whole record, 2 its first, 3 a middle, 4 its last piece
//      its bytes
//
// and fewer than 7 bytes at a block's end are not used. The length is not in
// the CRC: RocksDB takes one that is damaged for the file's end, and goes on
// without all that follows.
//
// A crash leaves a file that ends within a record, or holds zeros where bytes
// never reached the medium. Only a break with no record after it may be that,
// or one with records after it that nobody had waited for.

#ifndef FOOTFALL_STORAGE_STORE_LOG_FRAMES_H_
#define FOOTFALL_STORAGE_STORE_LOG_FRAMES_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {

// A batch in a log begins with the number of its first change, u64, and how
// many changes it has, u32.
inline constexpr size_t kBatchHeaderSize = 12;

struct LogEnd {
  uint64_t end = 0;   // just after the last record before any break
  uint64_t size = 0;  // of the file
  // The file ends in the middle of a record, as a crash leaves it.
  bool torn = false;
  // Not empty: damage that no crash explains, at `damage_offset`.
  std::string damage;
  uint64_t damage_offset = 0;
};

// Reads the file at `path` and hands every record up to the first break to
// `take`, with the offset at which it begins. An error of `take` ends the
// reading and is returned. `was_synced` tells from a record's front whether all
// before it was on the medium when it was written; null: it always was.
//
//   NOT_FOUND    there is no such file
//   UNAVAILABLE  it cannot be read
absl::StatusOr<LogEnd> ReadLogFrames(
    const std::string& path,
    absl::FunctionRef<absl::Status(uint64_t offset, absl::string_view record)>
        take,
    bool (*was_synced)(absl::string_view front) = nullptr);

// Reads on in a log that somebody may be writing: from `offset`, which is 0 or
// where the reading before ended. Hands over the whole records from there up to
// the first piece that is not sound, and does not judge that: its writer may be
// in the middle of it. Returns where the next reading begins. Errors as
// FolderFile::Read(), and those of `take`.
absl::StatusOr<uint64_t> ReadLogFramesFrom(
    const FolderFile& file, uint64_t offset,
    absl::FunctionRef<absl::Status(absl::string_view record)> take);

// The bytes of one record in frames, where `offset` bytes stand before it.
void AppendLogFrames(absl::string_view record, uint64_t offset,
                     std::string* out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_LOG_FRAMES_H_
