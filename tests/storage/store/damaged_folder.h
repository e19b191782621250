// Folders of small stores, damaged in one way or another, and what becomes of
// them.

#ifndef FOOTFALL_TESTS_STORAGE_STORE_DAMAGED_FOLDER_H_
#define FOOTFALL_TESTS_STORAGE_STORE_DAMAGED_FOLDER_H_

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/store.h"
#include "storage/store/log_frames.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {

namespace fs = std::filesystem;
using storage::OpenRocksdbStore;

using Files = std::map<std::string, std::string>;

inline Files ReadFiles(const std::string& path) {
  Files files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = std::string(
        std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

inline void WriteFiles(const std::string& path, const Files& files) {
  fs::remove_all(path);
  fs::create_directories(path);
  for (const auto& [name, bytes] : files) {
    std::ofstream(path + "/" + name, std::ios::binary) << bytes;
  }
}

inline std::unique_ptr<Store> Open(const std::string& path) {
  auto store = OpenRocksdbStore(path, {});
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

// Batch `i` is one value of 3,000 bytes.
inline void Put(Store* store, int i,
                Durability durability = Durability::kPowerLoss) {
  StoreBatch batch;
  std::string value = absl::StrCat(i, ":");
  while (value.size() < 3000)
    value += static_cast<char>(33 + value.size() % 90);
  batch.Put(Keyspace::kTiles, absl::StrCat("batch", 1000 + i), value);
  REQUIRE(store->Apply(batch, durability).ok());
}

// How many of the batches 1, 2, ... are there; -1 where one is missing before
// another.
inline int Count(Store* store) {
  const auto view = store->TakeView();
  const auto iterator = view->Scan(Keyspace::kTiles, "", "");
  int count = 0;
  while (true) {
    const auto more = iterator->Next();
    if (!more.ok()) return -2;
    if (!*more) return count;
    if (iterator->key() != absl::StrCat("batch", 1000 + ++count)) return -1;
  }
}

inline std::string NameOf(const Files& files, const std::string& part) {
  std::string found;
  for (const auto& [name, bytes] : files) {
    if (absl::StrContains(name, part)) found = name;
  }
  REQUIRE(!found.empty());
  return found;
}

// Where the records of a log or MANIFEST begin, and where the last one ends.
inline std::vector<uint64_t> BordersOf(const std::string& bytes) {
  const TempDir folder;
  WriteFiles(folder.path(), {{"log", bytes}});
  std::vector<uint64_t> borders;
  const auto end = storage::ReadLogFrames(
      folder / "log", [&](uint64_t offset, absl::string_view) {
        borders.push_back(offset);
        return absl::OkStatus();
      });
  REQUIRE(end.ok());
  borders.push_back(end->end);
  return borders;
}

// Folders to begin with.
struct Folders {
  Files closed;   // batches 1 to 4 in two tables
  Files earlier;  // closed before that, with batches 1 and 2
  Files killed;   // then opened, and killed: batches 5 to 12 are in the log
  // The same, where 7 to 12 did not wait for the medium; in the second, the
  // last one did.
  Files unsynced;
  Files resynced;
};

inline const Folders& MakeFolders() {
  static const auto* const folders = [] {
    auto* const made = new Folders;
    const TempDir folder;
    const std::string path = folder / "db";
    for (const int first : {1, 3}) {
      const auto store = Open(path);
      Put(store.get(), first);
      Put(store.get(), first + 1);
      REQUIRE(store->Close().ok());
      if (first == 1) made->earlier = ReadFiles(path);
    }
    made->closed = ReadFiles(path);
    const auto store = Open(path);
    for (int i = 5; i <= 12; ++i) Put(store.get(), i);
    made->killed = ReadFiles(path);
    for (const bool syncs_last : {false, true}) {
      const std::string other = folder / (syncs_last ? "db2" : "db3");
      WriteFiles(other, made->closed);
      const auto fresh = Open(other);
      for (int i = 5; i <= 12; ++i) {
        const bool syncs = i < 7 || (i == 12 && syncs_last);
        Put(fresh.get(), i,
            syncs ? Durability::kPowerLoss : Durability::kProcessCrash);
      }
      (syncs_last ? made->resynced : made->unsynced) = ReadFiles(other);
    }
    return made;
  }();
  return *folders;
}

struct Case {
  std::string what;
  std::function<void(Files*)> damage;
  // Batches that are there after opening; -1 for DATA_LOSS.
  int batches;
  std::string names = {};  // the message
};

inline void CheckCase(const Files& files, const Case& c) {
  const TempDir folder;
  const std::string path = folder / "db";
  Files damaged = files;
  c.damage(&damaged);
  WriteFiles(path, damaged);
  for (const bool read_only : {true, false}) {
    INFO(c.what << (read_only ? ", read only" : ""));
    auto store = OpenRocksdbStore(path, {.read_only = read_only});
    INFO(store.status());
    if (c.batches < 0) {
      CHECK(store.status().code() == absl::StatusCode::kDataLoss);
      CHECK(absl::StrContains(store.status().message(), c.names));
      CHECK(ReadFiles(path) == damaged);
      continue;
    }
    CHECK(store.ok());
    if (!store.ok()) continue;
    CHECK(Count(store->get()) == c.batches);
    CHECK((*store)->Close().ok());
    if (read_only) CHECK(ReadFiles(path) == damaged);
  }
  if (c.batches < 0) return;
  // And it goes on from there.
  INFO(c.what);
  auto store = Open(path);
  Put(store.get(), c.batches + 1);
  REQUIRE(store->Close().ok());
  CHECK(Count(Open(path).get()) == c.batches + 1);
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_STORAGE_STORE_DAMAGED_FOLDER_H_
