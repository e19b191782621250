// What only a store on disk can show: locks, damage, logs, memory.

#include "storage/store/rocksdb_store.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/store/rocksdb_parts.h"
#include "tests/storage/store/store_under_test.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;
using storage::OpenRocksdbStore;
using storage::RocksdbStoreOptions;

constexpr Keyspace kCatalog = Keyspace::kCatalog;
constexpr Keyspace kTiles = Keyspace::kTiles;

std::unique_ptr<Store> Open(const std::string& path,
                            const RocksdbStoreOptions& options = {}) {
  auto store = OpenRocksdbStore(path, options);
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

absl::Status OpenStatus(const std::string& path,
                        const RocksdbStoreOptions& options = {}) {
  return OpenRocksdbStore(path, options).status();
}

// Batch `i` puts its number in both key spaces.
StoreBatch Numbered(int i) {
  StoreBatch batch;
  batch.Put(kCatalog, "last", absl::StrCat(i));
  batch.Append(kTiles, "all", "x");
  batch.Put(kTiles, absl::StrCat("batch", 1000 + i), std::string(100, 'v'));
  return batch;
}

void ApplyNumbered(Store* store, int i) {
  REQUIRE(store->Apply(Numbered(i), Durability::kProcessCrash).ok());
}

// How many numbered batches are there; each must be whole, and none missing
// before another.
int CountNumbered(Store* store) {
  Contents tiles = Read(*store, kTiles);
  const int count = static_cast<int>(tiles.empty() ? 0 : tiles.size() - 1);
  CHECK(static_cast<int>(tiles["all"].size()) == count);
  for (int i = 1; i <= count; ++i) {
    CHECK(tiles.count(absl::StrCat("batch", 1000 + i)) == 1);
  }
  const Contents catalog = Read(*store, kCatalog);
  if (count > 0) CHECK(catalog.at("last") == absl::StrCat(count));
  return count;
}

std::vector<std::string> FilesEndingIn(const std::string& folder,
                                       const std::string& suffix) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (absl::EndsWith(path, suffix) && entry.file_size() > 0) {
      paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Leaves in `path` what a killed process leaves after `count` numbered batches:
// all of them in the log alone.
void WriteAndDie(const TempDir& folder, const std::string& path, int count) {
  const std::string living = folder / "living";
  const std::unique_ptr<Store> store = Open(living);
  for (int i = 1; i <= count; ++i) ApplyNumbered(store.get(), i);
  fs::copy(living, path);
}

TEST_CASE("a store that is not there is made only if it may be", "[rocksdb]") {
  TempDir folder;
  RocksdbStoreOptions options;
  options.create_if_missing = false;
  CHECK(OpenStatus(folder / "db", options).code() ==
        absl::StatusCode::kNotFound);
  options.create_if_missing = true;
  options.read_only = true;
  CHECK(OpenStatus(folder / "db", options).code() ==
        absl::StatusCode::kNotFound);
  CHECK(!fs::exists(folder / "db"));
  CHECK(OpenStatus(folder / "a/b/db").ok());
}

TEST_CASE("a folder of something else is left alone", "[rocksdb]") {
  TempDir folder;
  fs::create_directory(folder / "photos");
  WriteFile(folder / "photos/cat.jpg", "meow");
  const absl::Status photos = OpenStatus(folder / "photos");
  CHECK(photos.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(absl::StrContains(photos.message(), "cat.jpg"));
  CHECK(FilesEndingIn(folder / "photos", "").size() == 1);

  WriteFile(folder / "file", "text");
  CHECK(OpenStatus(folder / "file").code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(ReadFile(folder / "file") == "text");

  rocksdb::Options theirs;
  theirs.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(theirs, folder / "theirs", &opened).ok());
  REQUIRE(opened->Put({}, "their", "data").ok());
  delete opened;
  const absl::Status foreign = OpenStatus(folder / "theirs");
  CHECK(foreign.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(absl::StrContains(foreign.message(), "another program"));
}

TEST_CASE("a database that was never made to the end is made again",
          "[rocksdb]") {
  TempDir folder;
  // What a process leaves that died between the two key spaces.
  rocksdb::Options half;
  half.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(half, folder.path(), &opened).ok());
  delete opened;
  RocksdbStoreOptions options;
  options.read_only = true;
  CHECK(OpenStatus(folder.path(), options).code() ==
        absl::StatusCode::kNotFound);
  options.read_only = false;
  options.create_if_missing = false;
  CHECK(OpenStatus(folder.path(), options).code() ==
        absl::StatusCode::kNotFound);
  ApplyNumbered(Open(folder.path()).get(), 1);
  CHECK(CountNumbered(Open(folder.path(), options).get()) == 1);
}

TEST_CASE("a key space of a later release is not opened", "[rocksdb]") {
  TempDir folder;
  Open(folder.path());
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  const storage::RocksdbSettings settings =
      storage::MakeSmallSettings(folder.path(), false);
  REQUIRE(rocksdb::DB::Open(settings.database, folder.path(),
                            {{"default", settings.catalog},
                             {storage::kTilesFamily, settings.tiles}},
                            &families, &opened)
              .ok());
  rocksdb::ColumnFamilyHandle* later = nullptr;
  REQUIRE(opened->CreateColumnFamily({}, "sketches", &later).ok());
  families.push_back(later);
  for (auto* family : families) {
    REQUIRE(opened->DestroyColumnFamilyHandle(family).ok());
  }
  delete opened;
  const absl::Status status = OpenStatus(folder.path());
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(absl::StrContains(status.message(), "sketches"));
}

TEST_CASE("a second writer is refused and told what to do", "[rocksdb]") {
  TempDir folder;
  const std::string path = folder / "db";
  const auto check = [&](const absl::Status& status) {
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(absl::StrContains(status.message(), path));
    CHECK(absl::StrContains(status.message(), "--readonly"));
  };
  SECTION("in this process") {
    const std::unique_ptr<Store> store = Open(path);
    check(OpenStatus(path));
    // And the refusal does not give up the first one's lock.
    check(OpenStatus(path));
    ApplyNumbered(store.get(), 1);
  }
  SECTION("in another process") {
    { Open(path); }
    int ready[2], finish[2];
    REQUIRE(pipe(ready) == 0);
    REQUIRE(pipe(finish) == 0);
    const std::string lock_path = path + "/LOCK";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    char byte = 0;
    if (child == 0) {
      // No more than the lock: other threads do not exist in a forked process.
      close(finish[1]);
      const int file = open(lock_path.c_str(), O_RDWR);
      struct flock lock = {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      if (fcntl(file, F_SETLK, &lock) != 0) _exit(1);
      if (write(ready[1], "r", 1) != 1) _exit(1);
      if (read(finish[0], &byte, 1) < 0) _exit(1);
      _exit(0);
    }
    REQUIRE(read(ready[0], &byte, 1) == 1);
    const absl::Status status = OpenStatus(path);
    check(status);
    CHECK(absl::StrContains(status.message(), absl::StrCat(child)));
    close(finish[1]);
    int exit_status = 0;
    REQUIRE(waitpid(child, &exit_status, 0) == child);
    CHECK(exit_status == 0);
    CHECK(OpenStatus(path).ok());
    for (const int end : {ready[0], ready[1], finish[0]}) close(end);
  }
}

TEST_CASE("readers stand beside a writer", "[rocksdb]") {
  TempDir folder;
  const std::unique_ptr<Store> writer = Open(folder.path());
  for (int i = 1; i <= 3; ++i) ApplyNumbered(writer.get(), i);
  REQUIRE(writer->Flush().ok());
  ApplyNumbered(writer.get(), 4);  // in the log alone

  RocksdbStoreOptions options;
  options.read_only = true;
  const std::unique_ptr<Store> reader = Open(folder.path(), options);
  CHECK(CountNumbered(reader.get()) == 4);
  for (int i = 5; i <= 50; ++i) {
    ApplyNumbered(writer.get(), i);
    if (i % 10 == 0) REQUIRE(writer->Compact().ok());
  }
  // It sees the state at its opening, though its files are long replaced.
  CHECK(CountNumbered(reader.get()) == 4);
  CHECK(CountNumbered(Open(folder.path(), options).get()) == 50);

  using absl::StatusCode;
  StoreBatch batch;
  batch.Put(kTiles, "a", "1");
  CHECK(reader->Apply(batch, Durability::kPowerLoss).code() ==
        StatusCode::kFailedPrecondition);
  CHECK(reader->NewStage().status().code() == StatusCode::kFailedPrecondition);
  CHECK(reader->Compact().code() == StatusCode::kFailedPrecondition);
  CHECK(reader->Flush().code() == StatusCode::kFailedPrecondition);
  CHECK(reader->Close().ok());
}

TEST_CASE("a reader that opens in the middle of it misses no batch",
          "[rocksdb]") {
  TempDir folder;
  const std::unique_ptr<Store> writer = Open(folder.path());
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::atomic<int> failures = 0;
  std::thread writing([&] {
    for (int i = 1; !done && i < 4000; ++i) {
      if (!writer->Apply(Numbered(i), Durability::kProcessCrash).ok()) {
        ++failures;
      }
      written = i;
      if (i % 7 == 0 && !writer->Flush().ok()) ++failures;
    }
  });
  RocksdbStoreOptions options;
  options.read_only = true;
  int opened = 0;
  for (int i = 0; i < 15; ++i) {
    const int before = written;
    auto reader = OpenRocksdbStore(folder.path(), options);
    if (!reader.ok()) {
      // The writer never stood still; the message says to try again.
      INFO(reader.status());
      CHECK(reader.status().code() == absl::StatusCode::kUnavailable);
      continue;
    }
    ++opened;
    CHECK(CountNumbered(reader->get()) >= before);
  }
  done = true;
  writing.join();
  CHECK(failures == 0);
  CHECK(opened > 0);
}

TEST_CASE("a reader changes no file", "[rocksdb]") {
  TempDir folder;
  {
    const std::unique_ptr<Store> writer = Open(folder.path());
    ApplyNumbered(writer.get(), 1);
  }
  const auto listing = [&] {
    std::map<std::string, std::string> files;
    for (const std::string& path : FilesEndingIn(folder.path(), "")) {
      files[path] = ReadFile(path);
    }
    return files;
  };
  const auto before = listing();
  RocksdbStoreOptions options;
  options.read_only = true;
  CHECK(CountNumbered(Open(folder.path(), options).get()) == 1);
  CHECK(listing() == before);
}

TEST_CASE("a closed database has no log", "[rocksdb]") {
  TempDir folder;
  const std::unique_ptr<Store> store = Open(folder.path());
  ApplyNumbered(store.get(), 1);
  CHECK(store->Stats().log_bytes > 0);
  REQUIRE(store->Close().ok());
  CHECK(FilesEndingIn(folder.path(), ".log").empty());
  CHECK(CountNumbered(Open(folder.path()).get()) == 1);
}

TEST_CASE("what was applied survives the process", "[rocksdb]") {
  TempDir folder;
  WriteAndDie(folder, folder / "db", 20);
  CHECK(CountNumbered(Open(folder / "db").get()) == 20);
}

TEST_CASE("a view that is held keeps a closed store's files", "[rocksdb]") {
  TempDir folder;
  std::unique_ptr<Store> store = Open(folder.path());
  ApplyNumbered(store.get(), 1);
  std::unique_ptr<StoreView> view = store->TakeView();
  CHECK(store->Close().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Read(*view, kTiles).size() == 2);
  CHECK(OpenStatus(folder.path()).code() ==
        absl::StatusCode::kFailedPrecondition);
  view.reset();
  CHECK(CountNumbered(Open(folder.path()).get()) == 1);
}

TEST_CASE("staged files of a process that died are removed", "[rocksdb]") {
  TempDir folder;
  { Open(folder.path()); }
  fs::create_directories(folder / "staging/7");
  WriteFile(folder / "staging/7/000001.sst", "half a table");
  const std::unique_ptr<Store> store = Open(folder.path());
  CHECK(!fs::exists(folder / "staging"));
  {
    auto stage = store->NewStage();
    REQUIRE(stage.ok());
    REQUIRE((*stage)->Add(StoreBatch::Kind::kPut, kTiles, "a", "1").ok());
    CHECK(fs::exists(folder / "staging"));
  }
  CHECK(FilesEndingIn(folder / "staging", "").empty());
}

TEST_CASE("a damaged table is DATA_LOSS", "[rocksdb]") {
  TempDir folder;
  {
    const std::unique_ptr<Store> store = Open(folder.path());
    StoreBatch batch;
    std::mt19937 random(7);
    for (int i = 100; i < 400; ++i) {
      std::string value(2000, ' ');
      for (char& c : value) c = static_cast<char>(random());
      batch.Put(kTiles, absl::StrCat(i), value);
    }
    REQUIRE(store->Apply(batch, Durability::kPowerLoss).ok());
  }
  std::string table;
  for (const std::string& path : FilesEndingIn(folder.path(), ".sst")) {
    if (fs::file_size(path) > 500'000) table = path;
  }
  REQUIRE(!table.empty());
  const std::string bytes = ReadFile(table);
  const size_t at = GENERATE(size_t{0}, size_t{20'000}, size_t{300'000},
                             size_t{599'000}, ~size_t{0});
  CAPTURE(at);
  std::string damaged = bytes;
  damaged[std::min(at, bytes.size() - 4)] ^= 0x10;
  WriteFile(table, damaged);

  // Whether it is found at opening or at reading, no wrong byte comes out.
  auto store = OpenRocksdbStore(folder.path(), {});
  absl::Status status = store.status();
  if (store.ok()) {
    const std::unique_ptr<StoreView> view = (*store)->TakeView();
    const std::unique_ptr<StoreIterator> iterator = view->Scan(kTiles, "", "");
    int count = 0;
    while (true) {
      const absl::StatusOr<bool> moved = iterator->Next();
      status = moved.status();
      if (!moved.ok() || !*moved) break;
      ++count;
    }
    // An iterator that failed stays failed.
    if (!status.ok()) CHECK(!iterator->Next().ok());
    CHECK((count < 300 || status.ok()));
  }
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(absl::StrContains(status.message(), folder.path()));
}

// What VerifiedTiles (storage/tile/verified_tiles.h) relies on.
TEST_CASE("a block that comes into memory again is checked again",
          "[rocksdb]") {
  TempDir folder;
  RocksdbStoreOptions options;
  options.memory_budget_bytes = uint64_t{4} << 20;
  const std::unique_ptr<Store> store = Open(folder.path(), options);
  StoreBatch batch;
  std::mt19937 random(7);
  for (int i = 10000; i < 16000; ++i) {
    std::string value(2000, ' ');
    for (char& c : value) c = static_cast<char>(random());
    batch.Put(kTiles, absl::StrCat(i), value);
  }
  REQUIRE(store->Apply(batch, Durability::kPowerLoss).ok());
  REQUIRE(store->Flush().ok());
  const std::unique_ptr<StoreView> view = store->TakeView();
  const auto read_all = [&view] {
    const std::unique_ptr<StoreIterator> iterator = view->Scan(kTiles, "", "");
    int count = 0;
    while (true) {
      const absl::StatusOr<bool> moved = iterator->Next();
      if (!moved.ok()) return moved.status();
      if (!*moved) break;
      CHECK(iterator->stable());
      ++count;
    }
    CHECK(count == 6000);
    return absl::OkStatus();
  };
  // Three times as much as the cache holds.
  REQUIRE(read_all() == absl::OkStatus());
  for (const std::string& path : FilesEndingIn(folder.path(), ".sst")) {
    if (fs::file_size(path) < 500'000) continue;
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(400'000);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(400'000);
    file.put(byte);
  }
  CHECK(read_all().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a value is stable where it lies in a table", "[rocksdb]") {
  TempDir folder;
  const std::unique_ptr<Store> store = Open(folder.path());
  const auto is_stable = [&store](absl::string_view key) {
    PinnedValue value;
    REQUIRE(*store->TakeView()->GetPinned(kTiles, key, &value));
    return value.stable();
  };
  StoreBatch batch;
  batch.Put(kTiles, "put", std::string(3000, 'p'));
  batch.Put(kTiles, "parts", std::string(3000, 'q'));
  REQUIRE(store->Apply(batch, Durability::kPowerLoss).ok());
  CHECK_FALSE(is_stable("put"));  // a copy of what is in memory
  REQUIRE(store->Flush().ok());
  CHECK(is_stable("put"));
  StoreBatch more;
  more.Append(kTiles, "parts", "r");
  REQUIRE(store->Apply(more, Durability::kPowerLoss).ok());
  REQUIRE(store->Flush().ok());
  CHECK(is_stable("put"));
  CHECK_FALSE(is_stable("parts"));  // put together for this reading
}

TEST_CASE("a table that is missing is DATA_LOSS", "[rocksdb]") {
  TempDir folder;
  {
    const std::unique_ptr<Store> store = Open(folder.path());
    ApplyNumbered(store.get(), 1);
  }
  for (const std::string& path : FilesEndingIn(folder.path(), ".sst")) {
    fs::remove(path);
  }
  CHECK(OpenStatus(folder.path()).code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a log cut off anywhere keeps the batches before", "[rocksdb]") {
  TempDir folder;
  WriteAndDie(folder, folder / "db", 20);
  const std::vector<std::string> logs = FilesEndingIn(folder / "db", ".log");
  REQUIRE(logs.size() == 1);
  const std::string name = fs::path(logs[0]).filename().string();
  const std::string log = ReadFile(logs[0]);
  int last = 21;
  for (size_t cut = 0; cut < log.size(); cut += log.size() / 12) {
    CAPTURE(cut);
    fs::remove_all(folder / "copy");
    fs::copy(folder / "db", folder / "copy");
    WriteFile(folder / "copy/" + name, log.substr(0, log.size() - cut));
    const int count = CountNumbered(Open(folder / "copy").get());
    CHECK(count <= last);
    if (cut == 0) CHECK(count == 20);
    last = count;
  }
  CHECK(last < 5);
}

TEST_CASE("a log damaged in the middle is told, or only its end is lost",
          "[rocksdb]") {
  TempDir folder;
  WriteAndDie(folder, folder / "db", 20);
  const std::vector<std::string> logs = FilesEndingIn(folder / "db", ".log");
  REQUIRE(logs.size() == 1);
  const std::string name = fs::path(logs[0]).filename().string();
  const std::string log = ReadFile(logs[0]);
  const uint32_t seed = 11;
  CAPTURE(seed);
  std::mt19937 random(seed);
  int told = 0;
  for (int i = 0; i < 20; ++i) {
    fs::remove_all(folder / "copy");
    fs::copy(folder / "db", folder / "copy");
    std::string damaged = log;
    const size_t at = random() % damaged.size();
    damaged[at] ^= static_cast<char>(1 << random() % 8);
    WriteFile(folder / "copy/" + name, damaged);
    auto store = OpenRocksdbStore(folder / "copy", {});
    if (store.ok()) {
      CAPTURE(at);
      CHECK(CountNumbered(store->get()) < 20);
    } else {
      CHECK(store.status().code() == absl::StatusCode::kDataLoss);
      ++told;
    }
  }
  CHECK(told > 10);
}

TEST_CASE("the memory budget holds while reading and writing", "[rocksdb]") {
  TempDir folder;
  RocksdbStoreOptions options;
  options.memory_budget_bytes = 8 << 20;
  const std::unique_ptr<Store> store = Open(folder.path(), options);
  uint64_t most = 0;
  for (int i = 0; i < 60; ++i) {
    StoreBatch batch;
    for (int j = 0; j < 50; ++j) {
      batch.Put(kTiles, absl::StrCat(1000 + i, "/", j),
                std::string(16 << 10, static_cast<char>(i)));
    }
    REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
    most = std::max(most, store->Stats().memory_bytes);
  }
  const std::unique_ptr<StoreView> view = store->TakeView();
  const std::unique_ptr<StoreIterator> iterator = view->Scan(kTiles, "", "");
  int count = 0;
  while (*iterator->Next()) {
    if (++count % 50 == 0) {
      most = std::max(most, store->Stats().memory_bytes);
    }
  }
  CHECK(count == 3000);
  CAPTURE(most);
  CHECK(most > uint64_t{1} << 20);
  CHECK(most <= uint64_t{10} << 20);
}

// A deleted range is a table of its own. Those before and behind the keys that
// a compaction writes meanwhile go past it, each by itself; RocksDB 9 asks
// whether all of them together do.
TEST_CASE("ranges around what is compacted are deleted", "[rocksdb]") {
  const TempDir folder;
  const auto store = Open(folder / "db");
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    StoreBatch puts;
    for (int i = 0; i < 200; ++i) {
      puts.Put(kCatalog, absl::StrCat("m", i), std::string(1000, 'v'));
    }
    REQUIRE(store->Apply(puts, Durability::kProcessCrash).ok());
    StoreBatch deletes;
    deletes.DeleteRange(kCatalog, absl::StrCat("a", round),
                        absl::StrCat("a", round, "x"));
    deletes.DeleteRange(kCatalog, absl::StrCat("z", round),
                        absl::StrCat("z", round, "x"));
    REQUIRE(store->Apply(deletes, Durability::kProcessCrash).ok());
  }
  CHECK(Read(*store, kCatalog).size() == 200);
}

// The same beside compactions by hand, which no pause of RocksDB's background
// holds up.
TEST_CASE("ranges are deleted beside compactions by hand", "[rocksdb]") {
  const TempDir folder;
  const auto store = Open(folder / "db");
  std::atomic<bool> done = false;
  absl::Status compacted;
  std::thread by_hand([&] {
    while (!done && compacted.ok()) compacted = store->Compact();
  });
  absl::Status written;
  for (int round = 0; round < 300 && written.ok(); ++round) {
    StoreBatch puts;
    for (int i = 0; i < 50; ++i) {
      puts.Put(kCatalog, absl::StrCat("m", i), std::string(1000, 'v'));
    }
    written.Update(store->Apply(puts, Durability::kProcessCrash));
    StoreBatch deletes;
    deletes.DeleteRange(kCatalog, absl::StrCat("a", round),
                        absl::StrCat("a", round, "x"));
    deletes.DeleteRange(kCatalog, absl::StrCat("z", round),
                        absl::StrCat("z", round, "x"));
    written.Update(store->Apply(deletes, Durability::kProcessCrash));
  }
  done = true;
  by_hand.join();
  CHECK(written == absl::OkStatus());
  CHECK(compacted == absl::OkStatus());
  CHECK(Read(*store, kCatalog).size() == 50);
}

TEST_CASE("the operator that appends cannot fail", "[rocksdb]") {
  const storage::AppendOperator append;
  using Input = rocksdb::MergeOperator::MergeOperationInput;
  using Output = rocksdb::MergeOperator::MergeOperationOutput;
  const std::vector<rocksdb::Slice> operands = {"ab", "", "c",
                                                rocksdb::Slice("\0d", 2)};
  const rocksdb::Slice existing("base");
  for (const bool with_base : {false, true}) {
    for (size_t count = 0; count <= operands.size(); ++count) {
      const std::vector<rocksdb::Slice> some(operands.begin(),
                                             operands.begin() + count);
      // What is in the output on entry must not be kept.
      std::string value = "left over";
      rocksdb::Slice unused;
      Output output(value, unused);
      REQUIRE(append.FullMergeV2(
          Input("key", with_base ? &existing : nullptr, some, nullptr),
          &output));
      std::string expected = with_base ? "base" : "";
      for (const rocksdb::Slice& operand : some) {
        expected.append(operand.data(), operand.size());
      }
      CHECK(value == expected);
      std::string partial = "left over";
      REQUIRE(append.PartialMergeMulti(
          "key", std::deque<rocksdb::Slice>(some.begin(), some.end()), &partial,
          nullptr));
      CHECK((with_base ? "base" : "") + partial == expected);
    }
  }
  std::string partial = "left over";
  REQUIRE(append.PartialMerge("key", "left", "right", &partial, nullptr));
  CHECK(partial == "leftright");
  // Kept in every table on users' disks.
  CHECK(append.Name() == std::string("footfall.append"));
}

TEST_CASE("opening again and again leaves no trail", "[rocksdb]") {
  TempDir folder;
  for (int i = 1; i <= 8; ++i) {
    const std::unique_ptr<Store> store = Open(folder.path());
    ApplyNumbered(store.get(), i);
    REQUIRE(store->Close().ok());
  }
  uint64_t other_bytes = 0;
  for (const std::string& path : FilesEndingIn(folder.path(), "")) {
    if (!absl::EndsWith(path, ".sst")) other_bytes += fs::file_size(path);
  }
  CAPTURE(other_bytes);
  CHECK(other_bytes < 64 << 10);
}

}  // namespace
}  // namespace footfall::testing
