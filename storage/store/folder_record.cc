// The record's bytes; storage/FORMAT.md has them.

#include "storage/store/folder_record.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"

namespace footfall::storage {
namespace {

constexpr absl::string_view kMagic = "FOOTFALL";
constexpr uint64_t kVersion = 1;
constexpr size_t kRecordHeaderSize = 12;  // magic and checksum

}  // namespace

std::string EncodeFolderRecord(const FolderRecord& record) {
  std::string body;
  PutVarint(kVersion, &body);
  PutVarint(record.closed ? 1 : 0, &body);
  PutVarint(record.manifest, &body);
  PutVarint(record.manifest_size_bytes, &body);
  PutVarint(record.log, &body);
  const std::vector<std::string> edits = EncodeManifest(record.state);
  PutVarint(edits.size(), &body);
  for (const std::string& edit : edits) {
    PutVarint(edit.size(), &body);
    body += edit;
  }
  std::string bytes(kMagic);
  PutU32(Checksum(body, kVersion), &bytes);
  return bytes + body;
}

absl::StatusOr<FolderRecord> DecodeFolderRecord(absl::string_view bytes) {
  if (bytes.size() < kRecordHeaderSize || !absl::StartsWith(bytes, kMagic)) {
    return absl::DataLossError("it does not begin as it must");
  }
  const uint32_t checksum = LoadU32(bytes.data() + kMagic.size());
  bytes.remove_prefix(kRecordHeaderSize);
  if (Checksum(bytes, kVersion) != checksum) {
    return absl::DataLossError("it fails its checksum");
  }
  FolderRecord record;
  uint64_t version = 0;
  uint64_t closed = 0;
  uint64_t edits = 0;
  if (!TakeVarint(&bytes, &version)) {
    return absl::DataLossError("it ends within its numbers");
  }
  if (version > kVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "it has format ", version, "; this build knows up to ", kVersion));
  }
  if (!TakeVarint(&bytes, &closed) || !TakeVarint(&bytes, &record.manifest) ||
      !TakeVarint(&bytes, &record.manifest_size_bytes) ||
      !TakeVarint(&bytes, &record.log) || !TakeVarint(&bytes, &edits)) {
    return absl::DataLossError("it ends within its numbers");
  }
  record.closed = closed == 1;
  ManifestReader reader;
  for (uint64_t i = 0; i < edits; ++i) {
    uint64_t size = 0;
    if (!TakeVarint(&bytes, &size) || size > bytes.size()) {
      return absl::DataLossError("it ends within its tables");
    }
    FOOTFALL_RETURN_IF_ERROR(reader.AddEdit(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  if (!bytes.empty()) return absl::DataLossError("bytes follow its tables");
  record.state = std::move(reader).Finish();
  return record;
}

}  // namespace footfall::storage
