// A file system under RocksDB that fails, fills up and remembers what a power
// cut would leave.
//
//   TestFileSystem files;
//   auto store = OpenRocksdbStore(path, {.env = files.env()});
//   files.FailAt(kSyncs, 3, TestFileSystem::Fault{.no_space = true});
//
// Files lie on the machine's file system, and are not synced there; what was
// written and synced is kept in memory beside them. Threads: all calls from
// any.

#ifndef FOOTFALL_TESTS_SUPPORT_TEST_FILE_SYSTEM_H_
#define FOOTFALL_TESTS_SUPPORT_TEST_FILE_SYSTEM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace footfall::testing {

// Kinds of calls, to be joined by |.
enum FileCalls : uint32_t {
  kOpens = 1,  // of a file to write
  kWrites = 2,
  kSyncs = 4,
  kDirectorySyncs = 8,
  kRenames = 16,
  kLinks = 32,
  kDeletes = 64,
  kReads = 128,  // and opens of a file to read
  kAllFileCalls = 255,
};
// For people.
const char* NameOf(FileCalls kind);

class TestFileSystem {
 public:
  struct Fault {
    bool no_space = false;  // otherwise an input/output error
    bool lasts = false;     // all such calls fail from then on
    bool is_done = false;   // the call does its work and reports the error
  };

  // What the machine has of a file. It grows, but for writes that fail.
  struct Content {
    std::string bytes;
    uint64_t synced = 0;
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;
  // What a power cut at some moment would find.
  struct PowerCut {
    struct File {
      std::string path;
      std::shared_ptr<Content> content;
      uint64_t synced = 0;
      uint64_t size = 0;
    };
    std::vector<File> safe;     // names and bytes that were synced
    std::vector<File> written;  // names and bytes as the process sees them
  };
  // How much of what was not synced has reached the device anyway.
  enum class Unsynced : uint8_t {
    kLost,       // nothing
    kTornBytes,  // of each synced name a random part of its bytes
    kTornAll,    // every name, and a random part of its bytes
    kKept,       // everything
  };

  TestFileSystem();
  ~TestFileSystem();

  rocksdb::Env* env() { return env_.get(); }

  // The n-th call from now, from 1, of these kinds fails.
  void FailAt(uint32_t kinds, uint64_t n, Fault fault);
  // No more than these bytes in all files; a write beyond them is cut off.
  void SetCapacity(uint64_t bytes);
  uint64_t used_bytes() const;
  // Nothing fails any more and there is room.
  void Heal();
  // Calls of these kinds since the beginning.
  uint64_t calls(uint32_t kinds) const;
  // Whether the fault of FailAt() was met.
  bool met() const;

  // Called before and after every sync, and before every rename and delete.
  void Watch(std::function<void()> watcher);
  PowerCut TakePowerCut() const;
  // Puts what the cut left of `folder` into the folder `into`.
  static void Restore(const PowerCut& cut, Unsynced unsynced,
                      const std::string& folder, const std::string& into,
                      std::mt19937_64* random);

 private:
  class Files;
  class WritableFile;
  class Directory;
  class RandomFile;
  class SequentialFile;

  std::shared_ptr<Files> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_TEST_FILE_SYSTEM_H_
