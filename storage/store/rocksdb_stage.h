// Staged changes: sorted files written beside the database, to be taken into
// it at once.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_STAGE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_STAGE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"
#include "rocksdb/options.h"
#include "rocksdb/sst_file_writer.h"
#include "storage/store/check_batch.h"

namespace footfall::storage {

// Writes runs of changes as table files into a folder of its own, which goes
// with the stage. Files are in the order in which they have to be taken in: of
// two that hold a key, the later one is newer.
class RocksdbStage final : public StoreStage {
 public:
  // `tables`: the settings of each Keyspace. `store` is whose stage it is.
  RocksdbStage(std::string folder, const Store* store,
               std::array<rocksdb::Options, 2> tables);
  ~RocksdbStage() override;

  absl::Status Add(StoreBatch::Kind kind, Keyspace keyspace,
                   absl::string_view key, absl::string_view value) override;
  absl::Status NewRun() override;

  // Adds the operations of a batch after all runs.
  absl::Status AddBatch(const StoreBatch& batch);
  // Completes the last files. No more is added after it.
  absl::Status Finish();

  // Reads of all files what RocksDB will read when it ingests them.
  absl::Status Rehearse() const;

  const Store* store() const { return store_; }
  const std::vector<std::string>& files(Keyspace keyspace) const {
    return files_[static_cast<size_t>(keyspace)];
  }

 private:
  std::string PathOf(uint64_t file) const;
  // The open writer of a key space; a new file where there is none.
  absl::Status OpenWriter(size_t keyspace);
  absl::Status FinishWriter(size_t keyspace);
  absl::Status AddChange(StoreBatch::Kind kind, size_t keyspace,
                         absl::string_view key, absl::string_view value);
  // The batch's operations on one key space.
  absl::Status AddBatchOf(size_t keyspace, const StoreBatch& batch);

  const std::string folder_;
  const Store* const store_;
  const std::array<rocksdb::Options, 2> tables_;
  RunOrder order_;
  uint64_t file_count_ = 0;
  std::array<std::unique_ptr<rocksdb::SstFileWriter>, 2> writers_;
  std::array<std::vector<std::string>, 2> files_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_STAGE_H_
