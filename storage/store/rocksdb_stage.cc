// Runs of changes as table files.
//
// All entries of a file get one sequence number when it is taken in, and a
// later file a higher one. So a run may be cut into files anywhere, but two
// changes of one key never share a file, nor does a deleted range share one
// with anything.

#include "storage/store/rocksdb_stage.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rocksdb/sst_file_reader.h"
#include "storage/store/rocksdb_parts.h"

namespace footfall::storage {
namespace {

// A file's index and filter are held in memory while it is written.
constexpr uint64_t kMaxFileBytes = uint64_t{128} << 20;

absl::Status StageStatus(const rocksdb::Status& status) {
  return ToStatus(status, "stage");
}

}  // namespace

RocksdbStage::RocksdbStage(std::string folder, const Store* store,
                           std::array<rocksdb::Options, 2> tables)
    : folder_(std::move(folder)), store_(store), tables_(std::move(tables)) {}

RocksdbStage::~RocksdbStage() {
  writers_ = {};
  if (file_count_ == 0) return;
  // What stays is removed at the next opening.
  rocksdb::Env* const env = tables_[0].env;
  for (uint64_t file = 1; file <= file_count_; ++file) {
    env->DeleteFile(PathOf(file)).PermitUncheckedError();
  }
  env->DeleteDir(folder_).PermitUncheckedError();
}

absl::Status RocksdbStage::Add(StoreBatch::Kind kind, Keyspace keyspace,
                               absl::string_view key, absl::string_view value) {
  if (absl::Status status = order_.Check(kind, keyspace, key); !status.ok()) {
    return status;
  }
  return AddChange(kind, static_cast<size_t>(keyspace), key, value);
}

absl::Status RocksdbStage::NewRun() {
  order_.BeginRun();
  return Finish();
}

absl::Status RocksdbStage::AddBatch(const StoreBatch& batch) {
  if (absl::Status status = Finish(); !status.ok()) return status;
  for (const size_t keyspace : {0u, 1u}) {
    if (absl::Status status = AddBatchOf(keyspace, batch); !status.ok()) {
      return status;
    }
  }
  return Finish();
}

absl::Status RocksdbStage::Finish() {
  for (const size_t keyspace : {0u, 1u}) {
    if (absl::Status status = FinishWriter(keyspace); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status RocksdbStage::OpenWriter(size_t keyspace) {
  std::unique_ptr<rocksdb::SstFileWriter>& writer = writers_[keyspace];
  if (writer != nullptr) return absl::OkStatus();
  const rocksdb::Options& table = tables_[keyspace];
  for (const std::string& folder :
       {folder_.substr(0, folder_.find_last_of('/')), folder_}) {
    const rocksdb::Status made = table.env->CreateDirIfMissing(folder);
    if (!made.ok()) return StageStatus(made);
  }
  writer = std::make_unique<rocksdb::SstFileWriter>(
      rocksdb::EnvOptions(table), table, /*column_family=*/nullptr,
      /*invalidate_page_cache=*/false);
  std::string path = PathOf(++file_count_);
  if (const rocksdb::Status status = writer->Open(path); !status.ok()) {
    writer.reset();
    return StageStatus(status);
  }
  files_[keyspace].push_back(std::move(path));
  return absl::OkStatus();
}

std::string RocksdbStage::PathOf(uint64_t file) const {
  return absl::StrFormat("%s/%06d.sst", folder_, static_cast<int>(file));
}

absl::Status RocksdbStage::FinishWriter(size_t keyspace) {
  std::unique_ptr<rocksdb::SstFileWriter>& writer = writers_[keyspace];
  if (writer == nullptr) return absl::OkStatus();
  const rocksdb::Status status = writer->Finish();
  writer.reset();
  return StageStatus(status);
}

absl::Status RocksdbStage::AddChange(StoreBatch::Kind kind, size_t keyspace,
                                     absl::string_view key,
                                     absl::string_view value) {
  if (absl::Status status = OpenWriter(keyspace); !status.ok()) return status;
  rocksdb::SstFileWriter& writer = *writers_[keyspace];
  rocksdb::Status status;
  switch (kind) {
    case StoreBatch::Kind::kPut:
      status = writer.Put(ToSlice(key), ToSlice(value));
      break;
    case StoreBatch::Kind::kAppend:
      status = writer.Merge(ToSlice(key), ToSlice(value));
      break;
    case StoreBatch::Kind::kDelete:
      status = writer.Delete(ToSlice(key));
      break;
    case StoreBatch::Kind::kDeleteRange:
      status = writer.DeleteRange(ToSlice(key), ToSlice(value));
      break;
  }
  if (!status.ok()) return StageStatus(status);
  if (writer.FileSize() >= kMaxFileBytes) return FinishWriter(keyspace);
  return absl::OkStatus();
}

absl::Status RocksdbStage::AddBatchOf(size_t keyspace,
                                      const StoreBatch& batch) {
  struct Change {
    StoreBatch::Kind kind;
    std::string value;
  };
  std::map<std::string, Change> changes;  // one a key, until a range goes
  const auto add_changes = [&]() -> absl::Status {
    for (const auto& [key, change] : changes) {
      absl::Status status = AddChange(change.kind, keyspace, key, change.value);
      if (!status.ok()) return status;
    }
    changes.clear();
    return FinishWriter(keyspace);
  };
  for (const StoreBatch::Operation& operation : batch.operations()) {
    if (static_cast<size_t>(operation.keyspace) != keyspace) continue;
    if (operation.kind == StoreBatch::Kind::kDeleteRange) {
      if (operation.key >= operation.value) continue;
      if (absl::Status status = add_changes(); !status.ok()) return status;
      absl::Status status =
          AddChange(operation.kind, keyspace, operation.key, operation.value);
      if (status.ok()) status = FinishWriter(keyspace);
      if (!status.ok()) return status;
      continue;
    }
    Change& change =
        changes.try_emplace(operation.key, Change{operation.kind, ""})
            .first->second;
    if (operation.kind == StoreBatch::Kind::kAppend) {
      // Onto a put or an append it keeps that kind; onto a delete it is a put.
      if (change.kind == StoreBatch::Kind::kDelete) {
        change.kind = StoreBatch::Kind::kPut;
      }
      change.value += operation.value;
    } else {
      change.kind = operation.kind;
      change.value = operation.value;
    }
  }
  return add_changes();
}

absl::Status RocksdbStage::Rehearse() const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  for (size_t keyspace = 0; keyspace < files_.size(); ++keyspace) {
    for (const std::string& file : files_[keyspace]) {
      rocksdb::SstFileReader reader(tables_[keyspace]);
      rocksdb::Status status = reader.Open(file);
      if (!status.ok()) return StageStatus(status);
      const std::unique_ptr<rocksdb::Iterator> iterator(
          reader.NewIterator(options));
      iterator->SeekToFirst();
      if (iterator->Valid()) iterator->SeekToLast();
      if (!iterator->status().ok()) return StageStatus(iterator->status());
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::storage
