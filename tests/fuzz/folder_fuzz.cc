// Any bytes as what lies beside the tables: a MANIFEST or log in frames, an
// edit of a MANIFEST, the record FOOTFALL. What was written, or a refusal; what
// decodes is encoded and decodes to the same.
//
//   u8 what: E an edit, L a log, M a MANIFEST, R a record, its checksum made
//   right; then the bytes

#include <string>
#include <utility>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/store/folder_record.h"
#include "storage/store/log_frames.h"
#include "storage/store/manifest.h"
#include "tests/fuzz/require.h"
#include "tests/support/memory_file.h"

namespace footfall::storage {
namespace {

bool SameState(const ManifestState& a, const ManifestState& b) {
  return EncodeManifest(a) == EncodeManifest(b);
}

void CheckState(const ManifestState& state) {
  ManifestReader again;
  for (const std::string& edit : EncodeManifest(state)) {
    FUZZ_REQUIRE(again.AddEdit(edit).ok());
  }
  FUZZ_REQUIRE(SameState(std::move(again).Finish(), state));
}

void CheckEdit(absl::string_view bytes) {
  ManifestReader reader;
  // Twice: what an edit removes may be there.
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = reader.AddEdit(bytes);
    if (!status.ok()) {
      FUZZ_REQUIRE(IsRefusal(status));
      return;
    }
  }
  CheckState(std::move(reader).Finish());
}

absl::StatusOr<LogEnd> ReadAllFrames(const std::string& path,
                                     std::vector<std::string>* records) {
  return ReadLogFrames(path, [&](uint64_t offset, absl::string_view record) {
    FUZZ_REQUIRE(records->empty() == (offset == 0));
    records->emplace_back(record);
    return absl::OkStatus();
  });
}

void CheckLog(absl::string_view bytes) {
  const testing::MemoryFile file(bytes);
  std::vector<std::string> records;
  const auto end = ReadAllFrames(file.path(), &records);
  FUZZ_REQUIRE(end.ok());
  FUZZ_REQUIRE(end->size == bytes.size());
  FUZZ_REQUIRE(end->end <= end->size);
  FUZZ_REQUIRE(end->damage.empty() || end->damage_offset <= end->size);
  size_t size = 0;
  std::string framed;
  for (const std::string& record : records) {
    size += record.size();
    AppendLogFrames(record, framed.size(), &framed);
  }
  FUZZ_REQUIRE(size <= end->end);
  const testing::MemoryFile written(framed);
  std::vector<std::string> again;
  const auto whole = ReadAllFrames(written.path(), &again);
  FUZZ_REQUIRE(whole.ok());
  FUZZ_REQUIRE(whole->damage.empty() && !whole->torn);
  FUZZ_REQUIRE(whole->end == framed.size());
  FUZZ_REQUIRE(again == records);
}

void CheckManifest(absl::string_view bytes) {
  const testing::MemoryFile file(bytes);
  const auto manifest = ReadManifest(file.path());
  if (!manifest.ok()) {
    FUZZ_REQUIRE(IsRefusal(manifest.status()));
    return;
  }
  CheckState(manifest->state);
}

void CheckRecord(std::string bytes) {
  constexpr size_t kChecksumAt = 8;
  constexpr size_t kHeaderSize = 12;
  if (bytes.size() >= kHeaderSize) {
    std::string checksum;
    PutU32(Checksum(absl::string_view(bytes).substr(kHeaderSize), 1),
           &checksum);
    bytes.replace(kChecksumAt, checksum.size(), checksum);
  }
  const auto record = DecodeFolderRecord(bytes);
  if (!record.ok()) {
    FUZZ_REQUIRE(IsRefusal(record.status()));
    return;
  }
  const auto again = DecodeFolderRecord(EncodeFolderRecord(*record));
  FUZZ_REQUIRE(again.ok());
  FUZZ_REQUIRE(again->closed == record->closed);
  FUZZ_REQUIRE(again->manifest == record->manifest);
  FUZZ_REQUIRE(again->manifest_size_bytes == record->manifest_size_bytes);
  FUZZ_REQUIRE(again->log == record->log);
  FUZZ_REQUIRE(SameState(again->state, record->state));
}

void Check(char what, absl::string_view bytes) {
  switch (what) {
    case 'E':
      return CheckEdit(bytes);
    case 'L':
      return CheckLog(bytes);
    case 'M':
      return CheckManifest(bytes);
    case 'R':
      return CheckRecord(std::string(bytes));
    default:
      return;
  }
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::vector<char> exact(data + 1, data + size);
  footfall::storage::Check(static_cast<char>(data[0]),
                           absl::string_view(exact.data(), exact.size()));
  return 0;
}
