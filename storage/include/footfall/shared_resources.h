// Memory and disk that several databases of a process share.

#ifndef FOOTFALL_SHARED_RESOURCES_H_
#define FOOTFALL_SHARED_RESOURCES_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

namespace footfall {

class SharedResources;

namespace storage {
struct SharedParts;
const SharedParts& PartsOf(const SharedResources& shared);
}  // namespace storage

}  // namespace footfall

#pragma GCC visibility push(default)
namespace footfall {

// What the databases of a process may take, together.
struct SharedLimits {
  // The one block cache; 4 MiB at least. Write buffers count in it, and blocks
  // make room for them: those of each database take up to a quarter of that
  // database's own memory_budget_bytes.
  uint64_t memory_budget_bytes = uint64_t{256} << 20;
  // What flushing and compacting may write each second, all databases together;
  // 0: as much as they can. Batches, loads and copies are not held back by it,
  // but a database that flushes more slowly than it is written makes its
  // writers wait.
  uint64_t max_background_bytes_per_second = 0;
};

// Given to each database by DatabaseOptions::shared, which keeps it for as long
// as the database is open. Threads: any.
class SharedResources {
 public:
  // INVALID_ARGUMENT: a rate below 64 KiB/s, at which nothing gets done, or
  // above 2^62. RESOURCE_EXHAUSTED: no memory.
  static absl::StatusOr<std::shared_ptr<SharedResources>> New(
      const SharedLimits& limits);
  SharedResources(const SharedResources&) = delete;
  SharedResources& operator=(const SharedResources&) = delete;
  ~SharedResources();

  // Blocks and write buffers that are in memory now. A little more than the
  // budget where write buffers and blocks in use need it.
  uint64_t memory_bytes() const;
  // What flushing and compacting have written under the limit; 0 without one.
  uint64_t background_bytes() const;

 private:
  friend const storage::SharedParts& storage::PartsOf(
      const SharedResources& shared);
  explicit SharedResources(std::unique_ptr<storage::SharedParts> parts);

  const std::unique_ptr<storage::SharedParts> parts_;
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_SHARED_RESOURCES_H_
