// Copies and backups of a folder, on files that fail, fill up and lose power.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/store.h"
#include "storage/store/folder_check.h"
#include "storage/store/rocksdb_backup.h"
#include "storage/store/rocksdb_copy.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_file_system.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string>;

// Files that do not fail. What is synced there costs nothing.
rocksdb::Env* SoundFiles() {
  static TestFileSystem files;
  return files.env();
}

std::unique_ptr<Store> OpenAt(const std::string& path,
                              rocksdb::Env* env = SoundFiles()) {
  auto store = storage::OpenRocksdbStore(
      path, {.memory_budget_bytes = 4 << 20, .env = env});
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

Values ValuesOf(Store& store) {
  Values values;
  const auto view = store.TakeView();
  for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
    const auto scan = view->Scan(keyspace, "", "");
    while (true) {
      const auto more = scan->Next();
      INFO(more.status());
      REQUIRE(more.ok());
      if (!*more) break;
      values[std::string(scan->key())] = std::string(scan->value());
    }
  }
  return values;
}

// What the folder holds: opened for writing, so that every check was passed.
Values ValuesAt(const std::string& path) {
  const auto store = OpenAt(path);
  Values values = ValuesOf(*store);
  REQUIRE(store->Close().ok());
  return values;
}

void Put(Store& store, const std::string& key, const std::string& value) {
  StoreBatch batch;
  batch.Append(Keyspace::kTiles, key, value);
  batch.Put(Keyspace::kCatalog, "last", key);
  const absl::Status status = store.Apply(batch, Durability::kPowerLoss);
  INFO(status);
  REQUIRE(status.ok());
}

// Tables of both key spaces, and a log with more.
void Fill(Store& store) {
  for (int i = 0; i < 30; ++i) {
    Put(store, absl::StrCat("a", i), std::string(3'000, 'x'));
  }
  REQUIRE(store.Flush().ok());
  auto stage = store.NewStage();
  REQUIRE(stage.ok());
  REQUIRE((*stage)
              ->Add(StoreBatch::Kind::kAppend, Keyspace::kTiles, "a7", "staged")
              .ok());
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, "staged", "yes");
  REQUIRE(store.Publish(*std::move(stage), batch).ok());
  for (int i = 20; i < 40; ++i) Put(store, absl::StrCat("a", i), "more");
}

absl::StatusOr<std::string> NoteOf(const StoreView& view) {
  std::string value;
  const auto any = view.Get(Keyspace::kCatalog, "last", &value);
  if (!any.ok()) return any.status();
  return value;
}

// Whether nothing is left of the copy that a backup is made from.
bool HoldsLockAlone(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names == std::vector<std::string>{"LOCK"};
}

// The calls under test, on files that do not fail unless others are given.
absl::StatusOr<storage::FolderCopy> CopyDatabaseFolder(
    const std::string& from, const std::string& to,
    rocksdb::Env* env = SoundFiles()) {
  return storage::CopyDatabaseFolder(from, to, env);
}
absl::StatusOr<storage::AddedBackup> AddBackup(
    const std::string& path, const std::string& folder,
    rocksdb::Env* env = SoundFiles()) {
  return storage::AddBackup(path, folder, NoteOf, env);
}
absl::StatusOr<std::vector<storage::StoredBackup>> ListStoredBackups(
    const std::string& folder) {
  return storage::ListStoredBackups(folder, SoundFiles());
}
absl::StatusOr<uint32_t> VerifyStoredBackup(const std::string& folder,
                                            std::optional<uint32_t> id) {
  return storage::VerifyStoredBackup(folder, id, SoundFiles());
}
absl::StatusOr<storage::StoredBackup> RestoreStoredBackup(
    const std::string& folder, std::optional<uint32_t> id,
    const std::string& target, rocksdb::Env* env = SoundFiles()) {
  return storage::RestoreStoredBackup(folder, id, target, env);
}
absl::StatusOr<uint64_t> KeepNewestBackups(const std::string& folder,
                                           uint64_t count) {
  return storage::KeepNewestBackups(folder, count, SoundFiles());
}

bool IsThere(const std::string& path) {
  return fs::exists(fs::symlink_status(path));
}

TEST_CASE("a copy of a database that is being written is a database",
          "[copy]") {
  TempDir home;
  const std::string path = home / "db";
  const auto store = OpenAt(path);
  Fill(*store);
  const Values before = ValuesOf(*store);
  const auto copied = CopyDatabaseFolder(path, home / "copy");
  INFO(copied.status());
  REQUIRE(copied.ok());
  CHECK(copied->table_count >= 3);
  CHECK(copied->linked_bytes == copied->table_bytes);
  CHECK(copied->linked_bytes > 90'000);
  CHECK(copied->copied_bytes > 0);
  CHECK_FALSE(IsThere(home / "copy.unfinished"));
  // Neither sees what becomes of the other.
  Put(*store, "later", "here alone");
  REQUIRE(store->Compact().ok());
  CHECK(ValuesAt(home / "copy") == before);
  const auto copy = OpenAt(home / "copy");
  Put(*copy, "a0", "there alone");
  REQUIRE(copy->Compact().ok());
  CHECK(ValuesOf(*store).at("a0") == before.at("a0"));
  // The closed one, and a copy of a copy.
  REQUIRE(store->Close().ok());
  REQUIRE(CopyDatabaseFolder(path, home / "closed").ok());
  CHECK(ValuesAt(home / "closed") == ValuesAt(path));
  REQUIRE(CopyDatabaseFolder(home / "closed", home / "again").ok());
  CHECK(ValuesAt(home / "again") == ValuesAt(path));
}

TEST_CASE("the record of a copy knows its files", "[copy]") {
  TempDir home;
  const std::string path = home / "db";
  const auto store = OpenAt(path);
  Fill(*store);
  const bool with_log = GENERATE(false, true);
  CAPTURE(with_log);
  if (!with_log) REQUIRE(store->Flush().ok());
  REQUIRE(CopyDatabaseFolder(path, home / "copy").ok());
  const auto state = storage::CheckFolder(home / "copy");
  REQUIRE(state.ok());
  CHECK(state->damage.empty());
  REQUIRE(state->record.has_value());
  CHECK(state->record->closed == !with_log);
  const std::string lost =
      with_log ? storage::LogName(state->record->log)
               : storage::TableName(state->tables.begin()->first);
  fs::remove(home / "copy/" + lost);
  const auto opened = storage::OpenRocksdbStore(home / "copy", {});
  CHECK(absl::IsDataLoss(opened.status()));
  CHECK(absl::StrContains(opened.status().message(), lost));
}

TEST_CASE("a copy is refused with a reason, and leaves nothing", "[copy]") {
  TempDir home;
  const std::string path = home / "db";
  const auto store = OpenAt(path);
  Fill(*store);
  fs::create_directory(home / "folder");
  std::ofstream(home / "file") << "mine";
  fs::create_symlink(home / "nowhere", home / "link");
  struct Case {
    std::string target;
    absl::StatusCode code;
    std::string words;
  };
  const Case cases[] = {
      {home / "folder", absl::StatusCode::kFailedPrecondition, "already"},
      {home / "file", absl::StatusCode::kFailedPrecondition, "already"},
      {home / "link", absl::StatusCode::kFailedPrecondition, "already"},
      {path, absl::StatusCode::kFailedPrecondition, "already"},
      {home / "no/copy", absl::StatusCode::kNotFound, "no is no folder"},
      {home / "file/copy", absl::StatusCode::kNotFound, "file is no folder"},
  };
  for (const Case& refused : cases) {
    CAPTURE(refused.target);
    const auto copied = CopyDatabaseFolder(path, refused.target);
    CHECK(copied.status().code() == refused.code);
    CHECK(absl::StrContains(copied.status().message(), refused.words));
    CHECK_FALSE(IsThere(refused.target + ".unfinished"));
  }
  CHECK(fs::is_empty(home / "folder"));
  CHECK(absl::IsNotFound(
      CopyDatabaseFolder(home / "none", home / "copy").status()));
  CHECK(absl::IsNotFound(
      CopyDatabaseFolder(home / "folder", home / "copy").status()));
  CHECK_FALSE(IsThere(home / "copy"));
  CHECK_FALSE(IsThere(home / "copy.unfinished"));
}

TEST_CASE("a place inside of a database is told from one outside", "[copy]") {
  TempDir home;
  fs::create_directory(home / "db");
  fs::create_directory_symlink(home / "db", home / "other name");
  const std::string path = home / "db";
  for (const std::string& inside :
       {path + "/copy", path + "/a/b", path + "/", path, home / "x/../db/copy",
        home / "other name/copy"}) {
    CAPTURE(inside);
    CHECK(absl::IsInvalidArgument(storage::CheckOutside(path, inside)));
  }
  for (const std::string& outside :
       {home / "copy", home / "db2", home / "db.copy", home.path()}) {
    CAPTURE(outside);
    CHECK(storage::CheckOutside(path, outside).ok());
  }
}

TEST_CASE("what a process left that died is removed", "[copy]") {
  TempDir home;
  const auto store = OpenAt(home / "db");
  Fill(*store);
  fs::create_directory(home / "copy.unfinished");
  std::ofstream(home / "copy.unfinished/000099.sst") << "half";
  REQUIRE(CopyDatabaseFolder(home / "db", home / "copy").ok());
  CHECK_FALSE(IsThere(home / "copy/000099.sst"));
  CHECK_FALSE(IsThere(home / "copy.unfinished"));
  CHECK(ValuesAt(home / "copy") == ValuesOf(*store));
}

// Copies are made on another file system too, where this machine has one.
// Until the end it must not be taken for what a dead process left.
TEST_CASE("a copy that is being made is left alone by another", "[copy]") {
  TempDir home;
  {
    const auto store = OpenAt(home / "db");
    Fill(*store);
  }
  const std::string target = home / "copy";
  TestFileSystem files;
  int refused = 0;
  bool is_asking = false;
  files.Watch([&] {  // at each sync, and before the folder gets its name
    if (is_asking || !fs::exists(target + ".unfinished")) return;
    is_asking = true;
    const auto other =
        storage::CopyDatabaseFolder(home / "db", target, SoundFiles());
    refused += absl::IsFailedPrecondition(other.status()) ? 1 : 0;
    CHECK(absl::IsFailedPrecondition(other.status()));
    is_asking = false;
  });
  const auto copy =
      storage::CopyDatabaseFolder(home / "db", target, files.env());
  files.Watch(nullptr);
  INFO(copy.status());
  REQUIRE(copy.ok());
  CHECK(refused > 3);
  CHECK(ValuesAt(target) == ValuesAt(home / "db"));
}

TEST_CASE("a copy on another file system is made byte by byte", "[copy]") {
  TempDir home;
  const std::string other =
      absl::StrCat("/dev/shm/footfall_copy_test_", ::getpid());
  std::error_code none;
  if (!fs::create_directory(other, none)) {
    SUCCEED("there is no /dev/shm");
    return;
  }
  const auto store = OpenAt(home / "db");
  Fill(*store);
  const auto copied = CopyDatabaseFolder(home / "db", other + "/copy");
  INFO(copied.status());
  REQUIRE(copied.ok());
  CHECK(copied->linked_bytes + copied->copied_bytes > copied->table_bytes);
  CHECK(ValuesAt(other + "/copy") == ValuesOf(*store));
  fs::remove_all(other);
}

TEST_CASE("a copy that fails at any call leaves nothing behind", "[copy]") {
  TempDir home;
  const std::string path = home / "db";
  TestFileSystem files;
  const auto store = OpenAt(path, files.env());
  Fill(*store);
  // The faults must not meet a compaction.
  REQUIRE(store->Compact().ok());
  for (int i = 0; i < 5; ++i) Put(*store, absl::StrCat("log ", i), "more");
  const Values before = ValuesOf(*store);
  int failed = 0;
  for (const FileCalls kind :
       {kOpens, kWrites, kSyncs, kDirectorySyncs, kRenames}) {
    for (const bool no_space : {false, true}) {
      for (uint64_t n = 1;; ++n) {
        CAPTURE(NameOf(kind), no_space, n);
        files.FailAt(kind, n, {.no_space = no_space});
        const auto copied =
            CopyDatabaseFolder(path, home / "copy", files.env());
        const bool met = files.met();
        files.Heal();
        if (copied.ok()) {
          CHECK_FALSE(met);
          fs::remove_all(home / "copy");
          break;
        }
        ++failed;
        REQUIRE(met);
        CHECK(copied.status().code() ==
              (no_space ? absl::StatusCode::kResourceExhausted
                        : absl::StatusCode::kUnavailable));
        CHECK_FALSE(IsThere(home / "copy"));
        CHECK_FALSE(IsThere(home / "copy.unfinished"));
      }
    }
  }
  CHECK(failed >= 16);
  // A link that fails is no failure: the table is copied.
  files.FailAt(kLinks, 1, {});
  const auto copied = CopyDatabaseFolder(path, home / "copy", files.env());
  CHECK(files.met());
  files.Heal();
  REQUIRE(copied.ok());
  CHECK(copied->linked_bytes < copied->table_bytes);
  CHECK(ValuesAt(home / "copy") == before);
  // The database has noticed nothing.
  Put(*store, "later", "fine");
  CHECK(ValuesOf(*store).size() == before.size() + 1);
}

TEST_CASE("a full disk refuses a copy", "[copy]") {
  TempDir home;
  TestFileSystem files;
  const auto store = OpenAt(home / "db", files.env());
  Fill(*store);
  files.SetCapacity(files.used_bytes() + 100);
  const auto copied =
      CopyDatabaseFolder(home / "db", home / "copy", files.env());
  CHECK(absl::IsResourceExhausted(copied.status()));
  CHECK_FALSE(IsThere(home / "copy"));
  CHECK_FALSE(IsThere(home / "copy.unfinished"));
  files.Heal();
  CHECK(CopyDatabaseFolder(home / "db", home / "copy", files.env()).ok());
}

TEST_CASE("a copy and a restored backup that were reported outlast the power",
          "[copy][power]") {
  TempDir home;
  TestFileSystem files;
  const auto store = OpenAt(home / "db", files.env());
  Fill(*store);
  const Values before = ValuesOf(*store);
  const bool is_backup = GENERATE(false, true);
  CAPTURE(is_backup);
  if (is_backup) {
    const auto added = AddBackup(home / "db", home / "backups", files.env());
    INFO(added.status());
    REQUIRE(added.ok());
    const auto restored = RestoreStoredBackup(home / "backups", std::nullopt,
                                              home / "copy", files.env());
    INFO(restored.status());
    REQUIRE(restored.ok());
  } else {
    REQUIRE(CopyDatabaseFolder(home / "db", home / "copy", files.env()).ok());
  }
  const TestFileSystem::PowerCut cut = files.TakePowerCut();
  std::mt19937_64 random(1);
  for (const auto unsynced :
       {TestFileSystem::Unsynced::kLost, TestFileSystem::Unsynced::kTornBytes,
        TestFileSystem::Unsynced::kTornAll, TestFileSystem::Unsynced::kKept}) {
    CAPTURE(static_cast<int>(unsynced));
    TempDir left;
    TestFileSystem::Restore(cut, unsynced, home.path(), left.path(), &random);
    REQUIRE(IsThere(left / "copy"));
    CHECK(ValuesAt(left / "copy") == before);
    if (!is_backup) continue;
    const auto again = RestoreStoredBackup(left / "backups", 1, left / "again");
    INFO(again.status());
    REQUIRE(again.ok());
    CHECK(ValuesAt(left / "again") == before);
  }
}

TEST_CASE("backups share tables, and each is what was there", "[backup]") {
  TempDir home;
  const std::string path = home / "db";
  const std::string backups = home / "backups";
  const auto store = OpenAt(path);
  Fill(*store);
  REQUIRE(store->Compact().ok());  // so that nothing does it meanwhile
  std::vector<Values> states;
  std::vector<uint64_t> new_bytes;
  for (int i = 0; i < 4; ++i) {
    states.push_back(ValuesOf(*store));
    const auto added = AddBackup(path, backups);
    INFO(added.status());
    REQUIRE(added.ok());
    CHECK(added->backup.id == static_cast<uint32_t>(i + 1));
    CHECK(added->backup.note == states.back().at("last"));
    new_bytes.push_back(added->new_bytes);
    CHECK(HoldsLockAlone(path + "/backup"));
    Put(*store, absl::StrCat("day ", i), "small");
  }
  CHECK(new_bytes[0] > 90'000);
  CHECK(new_bytes[1] < 20'000);
  CHECK(new_bytes[3] < 20'000);
  const auto list = ListStoredBackups(backups);
  REQUIRE(list.ok());
  REQUIRE(list->size() == 4);
  for (uint32_t id = 1; id <= 4; ++id) {
    CAPTURE(id);
    CHECK((*list)[id - 1].id == id);
    CHECK((*list)[id - 1].damage.ok());
    CHECK((*list)[id - 1].size_bytes > 90'000);
    CHECK(VerifyStoredBackup(backups, id).ok());
    const std::string target = home / absl::StrCat("restored", id);
    const auto restored = RestoreStoredBackup(backups, id, target);
    INFO(restored.status());
    REQUIRE(restored.ok());
    CHECK(restored->id == id);
    CHECK(ValuesAt(target) == states[id - 1]);
  }
  // The newest, into an empty folder.
  fs::create_directory(home / "newest");
  REQUIRE(RestoreStoredBackup(backups, std::nullopt, home / "newest").ok());
  CHECK(ValuesAt(home / "newest") == states[3]);
  // Old ones go, with the files that they alone had.
  CHECK(absl::IsInvalidArgument(KeepNewestBackups(backups, 0).status()));
  CHECK(*KeepNewestBackups(backups, 5) == 0);
  CHECK(*KeepNewestBackups(backups, 1) == 3);
  CHECK(ListStoredBackups(backups)->size() == 1);
  CHECK(absl::IsNotFound(
      RestoreStoredBackup(backups, 1, home / "gone").status()));
  CHECK_FALSE(IsThere(home / "gone"));
  REQUIRE(RestoreStoredBackup(backups, 4, home / "kept").ok());
  CHECK(ValuesAt(home / "kept") == states[3]);
}

// Every file of a backup, flipped, cut short or removed.
TEST_CASE("a damaged file of a backup is named", "[backup]") {
  TempDir home;
  const auto store = OpenAt(home / "db");
  Fill(*store);
  const std::string sound = home / "backups";
  REQUIRE(AddBackup(home / "db", sound).ok());
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(sound)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    names.push_back(entry.path().string().substr(sound.size() + 1));
  }
  REQUIRE(names.size() >= 6);
  enum Damage { kFlip, kCut, kRemove };
  for (const std::string& name : names) {
    for (const Damage damage : {kFlip, kCut, kRemove}) {
      CAPTURE(name, static_cast<int>(damage));
      const std::string folder = home / "damaged";
      fs::remove_all(folder);
      fs::copy(sound, folder, fs::copy_options::recursive);
      const std::string file = folder + "/" + name;
      if (damage == kRemove) fs::remove(file);
      if (damage == kCut) fs::resize_file(file, fs::file_size(file) - 1);
      if (damage == kFlip) {
        std::fstream bytes(file,
                           std::ios::in | std::ios::out | std::ios::binary);
        const auto middle =
            static_cast<std::streamoff>(fs::file_size(file) / 2);
        bytes.seekg(middle);
        const char byte = static_cast<char>(bytes.get() ^ 4);
        bytes.seekp(middle);
        bytes.put(byte);
      }
      const bool is_list = absl::StartsWith(name, "meta/");
      const auto verified = VerifyStoredBackup(folder, 1);
      const auto restored = RestoreStoredBackup(folder, 1, home / "target");
      INFO(verified.status() << " " << restored.status());
      CHECK_FALSE(IsThere(home / "target"));
      CHECK_FALSE(IsThere(home / "target.unfinished"));
      if (is_list && damage == kRemove) {
        CHECK(absl::IsNotFound(verified.status()));
        CHECK(absl::IsNotFound(restored.status()));
        continue;
      }
      CHECK(absl::IsDataLoss(verified.status()));
      CHECK(absl::IsDataLoss(restored.status()));
      if (is_list) continue;  // the backup itself is named
      const std::string last = name.substr(name.find_last_of('/') + 1);
      CHECK(absl::StrContains(verified.status().message(), last));
      CHECK(absl::StrContains(restored.status().message(), last));
    }
  }
}

TEST_CASE("a damaged backup is listed, and does not count as kept",
          "[backup]") {
  TempDir home;
  const std::string backups = home / "backups";
  const auto store = OpenAt(home / "db");
  Fill(*store);
  for (int i = 0; i < 3; ++i) {
    Put(*store, "key", "more");
    REQUIRE(AddBackup(home / "db", backups).ok());
  }
  // Of the second backup, the MANIFEST.
  for (const auto& entry : fs::directory_iterator(backups + "/private/2")) {
    if (absl::StrContains(entry.path().string(), "MANIFEST")) {
      fs::remove(entry.path());
    }
  }
  auto list = ListStoredBackups(backups);
  REQUIRE(list.ok());
  REQUIRE(list->size() == 3);
  CHECK((*list)[0].damage.ok());
  CHECK(absl::IsDataLoss((*list)[1].damage));
  CHECK(absl::StrContains((*list)[1].damage.message(), "MANIFEST"));
  CHECK((*list)[2].damage.ok());
  CHECK(*KeepNewestBackups(backups, 2) == 0);
  CHECK(*KeepNewestBackups(backups, 1) == 2);
  list = ListStoredBackups(backups);
  REQUIRE(list.ok());
  REQUIRE(list->size() == 1);
  CHECK((*list)[0].id == 3);
}

TEST_CASE("a backup and a restoration are refused with a reason", "[backup]") {
  TempDir home;
  const std::string backups = home / "backups";
  const auto store = OpenAt(home / "db");
  Fill(*store);
  CHECK(absl::IsNotFound(ListStoredBackups(backups).status()));
  CHECK(absl::IsInvalidArgument(
      AddBackup(home / "db", home / "db/backups").status()));
  CHECK(absl::IsNotFound(AddBackup(home / "none", backups).status()));
  fs::create_directory(home / "mine");
  std::ofstream(home / "mine/letter") << "dear";
  const auto strange = AddBackup(home / "db", home / "mine");
  CHECK(absl::IsFailedPrecondition(strange.status()));
  CHECK(absl::StrContains(strange.status().message(), "letter"));
  REQUIRE(AddBackup(home / "db", backups).ok());
  const auto full = RestoreStoredBackup(backups, 1, home / "mine");
  CHECK(absl::IsFailedPrecondition(full.status()));
  CHECK(absl::StrContains(full.status().message(), "not empty"));
  CHECK(absl::IsFailedPrecondition(
      RestoreStoredBackup(backups, 1, home / "db").status()));
  CHECK(absl::IsNotFound(
      RestoreStoredBackup(backups, 7, home / "target").status()));
  CHECK(fs::exists(home / "mine/letter"));
}

TEST_CASE("one backup of a database is made at a time", "[backup]") {
  TempDir home;
  const std::string path = home / "db";
  const auto store = OpenAt(path);
  Fill(*store);
  const Values before = ValuesOf(*store);
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  std::mutex mutex;
  std::vector<absl::Status> wrong;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, folder = home / absl::StrCat("backups", i)] {
      for (int tries = 0; tries < 10'000; ++tries) {
        const absl::Status status = AddBackup(path, folder).status();
        if (status.ok()) {
          ++made;
          return;
        }
        if (absl::IsFailedPrecondition(status) &&
            absl::StrContains(status.message(), "makes a backup now")) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          continue;
        }
        const std::lock_guard<std::mutex> lock(mutex);
        wrong.push_back(status);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : wrong) {
    INFO(status);
    CHECK(status.ok());
  }
  CHECK(made == kThreads);
  CHECK(HoldsLockAlone(path + "/backup"));
  for (int i = 0; i < kThreads; ++i) {
    const std::string target = home / absl::StrCat("restored", i);
    REQUIRE(
        RestoreStoredBackup(home / absl::StrCat("backups", i), 1, target).ok());
    CHECK(ValuesAt(target) == before);
  }

  // One that a process left unfinished, as this and as earlier builds did.
  fs::create_directories(path + "/backup/copy.unfinished");
  std::ofstream(path + "/backup/copy.unfinished/000007.sst") << "half";
  std::ofstream(path + "/backup/000009.sst") << "half";
  REQUIRE(AddBackup(path, home / "backups0").ok());
  CHECK(HoldsLockAlone(path + "/backup"));
}

TEST_CASE("of copies to one place at once, one is made and whole", "[copy]") {
  TempDir home;
  const std::string path = home / "db";
  const auto store = OpenAt(path);
  Fill(*store);
  const Values before = ValuesOf(*store);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const std::string target = home / absl::StrCat("copy", round);
    // Every other time a process has left one half made.
    if (round % 2 == 1) {
      fs::create_directory(target + ".unfinished");
      std::ofstream(target + ".unfinished/000007.sst") << "half";
    }
    std::vector<std::thread> threads;
    std::vector<absl::Status> statuses(4);
    for (absl::Status& status : statuses) {
      threads.emplace_back(
          [&] { status = CopyDatabaseFolder(path, target).status(); });
    }
    for (std::thread& thread : threads) thread.join();
    int made = 0;
    for (const absl::Status& status : statuses) {
      INFO(status);
      CHECK((status.ok() || absl::IsFailedPrecondition(status)));
      made += status.ok() ? 1 : 0;
    }
    CHECK(made == 1);
    CHECK_FALSE(IsThere(target + ".unfinished"));
    CHECK(ValuesAt(target) == before);
  }
}

TEST_CASE("a backup that fails leaves those before it", "[backup]") {
  TempDir home;
  const std::string path = home / "db";
  const std::string backups = home / "backups";
  TestFileSystem files;
  const auto store = OpenAt(path, files.env());
  Fill(*store);
  REQUIRE(AddBackup(path, backups, files.env()).ok());
  const Values before = ValuesOf(*store);
  Put(*store, "later", "more");
  int failed = 0;
  for (const FileCalls kind : {kOpens, kWrites, kSyncs, kRenames}) {
    for (uint64_t n = 1; n < 200; n += 3) {
      CAPTURE(NameOf(kind), n);
      files.FailAt(kind, n, {.no_space = n % 2 == 0, .lasts = true});
      const auto added = AddBackup(path, backups, files.env());
      const bool met = files.met();
      files.Heal();
      if (!met) break;
      if (added.ok()) continue;  // by a file that nobody needs
      ++failed;
      CHECK(HoldsLockAlone(path + "/backup"));
      REQUIRE(VerifyStoredBackup(backups, 1).ok());
    }
  }
  CHECK(failed >= 10);
  REQUIRE(AddBackup(path, backups, files.env()).ok());
  REQUIRE(RestoreStoredBackup(backups, 1, home / "old").ok());
  CHECK(ValuesAt(home / "old") == before);
  REQUIRE(RestoreStoredBackup(backups, std::nullopt, home / "new").ok());
  CHECK(ValuesAt(home / "new") == ValuesOf(*store));
}

}  // namespace
}  // namespace footfall::testing
