// Tables that are taken in, and compactions by hand, which must not meet.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_INGEST_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_INGEST_H_

#include <vector>

#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "storage/store/rocksdb_open.h"

namespace footfall::storage {

// As DB::IngestExternalFiles(), and tries again what only came too early. Where
// several files go into one family, it waits for compactions that are running:
// for seconds where much is rewritten. Requires: the memtables are flushed.
rocksdb::Status IngestTables(const RocksdbHandle& handle,
                             std::vector<rocksdb::IngestExternalFileArg> files);

// As DB::CompactRange(), while no several files are taken in.
rocksdb::Status CompactByHand(const RocksdbHandle& handle,
                              const rocksdb::CompactRangeOptions& options,
                              rocksdb::ColumnFamilyHandle* family,
                              const rocksdb::Slice* begin,
                              const rocksdb::Slice* end);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_INGEST_H_
