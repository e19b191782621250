// What every backend refuses before it touches anything.

#ifndef FOOTFALL_STORAGE_STORE_CHECK_BATCH_H_
#define FOOTFALL_STORAGE_STORE_CHECK_BATCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"

namespace footfall::storage {

// INTERNAL where an operation breaks a promise of StoreBatch: an empty key, an
// append outside Keyspace::kTiles.
absl::Status CheckBatch(const StoreBatch& batch);

// The last key of a run, to refuse one that does not ascend.
class RunOrder {
 public:
  // As StoreStage::Add(): INVALID_ARGUMENT for an empty key and one that is not
  // above the one before it in its key space, for a kind other than put and
  // append, and for an append outside Keyspace::kTiles.
  absl::Status Check(StoreBatch::Kind kind, Keyspace keyspace,
                     absl::string_view key);
  void BeginRun();

 private:
  std::string last_key_[2];  // by Keyspace
  bool has_key_[2] = {false, false};
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_CHECK_BATCH_H_
