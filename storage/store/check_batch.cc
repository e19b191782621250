// The promises of StoreBatch and StoreStage, checked in one place.

#include "storage/store/check_batch.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace footfall::storage {
namespace {

constexpr char kEmptyKey[] = "an empty key; keys have at least one byte";

}  // namespace

absl::Status CheckBatch(const StoreBatch& batch) {
  for (const StoreBatch::Operation& operation : batch.operations()) {
    if (operation.key.empty() &&
        operation.kind != StoreBatch::Kind::kDeleteRange) {
      return absl::InternalError(kEmptyKey);
    }
    if (operation.kind == StoreBatch::Kind::kAppend &&
        operation.keyspace != Keyspace::kTiles) {
      return absl::InternalError(
          absl::StrCat("batch: append to catalog key ",
                       absl::BytesToHexString(operation.key),
                       "; only tiles are appended to"));
    }
  }
  return absl::OkStatus();
}

absl::Status RunOrder::Check(StoreBatch::Kind kind, Keyspace keyspace,
                             absl::string_view key) {
  if (kind != StoreBatch::Kind::kPut && kind != StoreBatch::Kind::kAppend) {
    return absl::InvalidArgumentError(
        "stage: a staged change is a put or an append, not a delete");
  }
  if (kind == StoreBatch::Kind::kAppend && keyspace != Keyspace::kTiles) {
    return absl::InvalidArgumentError(
        "stage: append to the catalog; only tiles are appended to");
  }
  if (key.empty()) return absl::InvalidArgumentError(kEmptyKey);
  const size_t index = static_cast<size_t>(keyspace);
  std::string& last_key = last_key_[index];
  if (has_key_[index] && key <= absl::string_view(last_key)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "stage: key ", absl::BytesToHexString(key), " after ",
        absl::BytesToHexString(last_key), "; keys of one run ascend"));
  }
  last_key.assign(key.data(), key.size());
  has_key_[index] = true;
  return absl::OkStatus();
}

void RunOrder::BeginRun() { has_key_[0] = has_key_[1] = false; }

}  // namespace footfall::storage
