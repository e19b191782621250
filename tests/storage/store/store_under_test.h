// The backends that the tests of a Store run over, and what they read back.

#ifndef FOOTFALL_TESTS_STORAGE_STORE_STORE_UNDER_TEST_H_
#define FOOTFALL_TESTS_STORAGE_STORE_STORE_UNDER_TEST_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "footfall/store.h"
#include "storage/store/memory_store.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {

enum class Backend { kMemory, kRocksdb };

using Contents = std::map<std::string, std::string>;

class StoreUnderTest {
 public:
  explicit StoreUnderTest(Backend backend) : backend_(backend) { Open(); }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

  // Closes the store and opens it again, where it lasts.
  void Reopen() {
    if (backend_ == Backend::kMemory) return;
    REQUIRE(store_->Close().ok());
    Open();
  }

 private:
  void Open() {
    if (backend_ == Backend::kMemory) {
      store_ = storage::NewMemoryStore();
      return;
    }
    auto store = storage::OpenRocksdbStore(folder_.path(), {});
    INFO(store.status());
    REQUIRE(store.ok());
    store_ = *std::move(store);
  }

  const Backend backend_;
  TempDir folder_;
  std::unique_ptr<Store> store_;
};

// Everything in [begin, end), by walking it; each key is also read by itself.
inline Contents Read(const StoreView& view, Keyspace keyspace,
                     absl::string_view begin = "", absl::string_view end = "") {
  Contents contents;
  const std::unique_ptr<StoreIterator> iterator =
      view.Scan(keyspace, begin, end);
  while (true) {
    const absl::StatusOr<bool> moved = iterator->Next();
    REQUIRE(moved.ok());
    if (!*moved) return contents;
    const std::string key(iterator->key());
    contents[key] = std::string(iterator->value());
    std::string value = "left over";
    const absl::StatusOr<bool> found = view.Get(keyspace, key, &value);
    REQUIRE(found.ok());
    REQUIRE(*found);
    REQUIRE(value == contents[key]);
  }
}

inline Contents Read(Store& store, Keyspace keyspace) {
  return Read(*store.TakeView(), keyspace);
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_STORAGE_STORE_STORE_UNDER_TEST_H_
