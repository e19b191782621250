// Threads that read snapshots beside a writer, and compare them with the model
// at the snapshot's commit.

#ifndef FOOTFALL_TESTS_MODEL_READERS_H_
#define FOOTFALL_TESTS_MODEL_READERS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "footfall/database.h"
#include "tests/model/history.h"

namespace footfall::testing {

class Readers {
 public:
  // Each reads once after a change, at most. `history` outlives this.
  Readers(int count, uint64_t seed, History* history);
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // From now on this database is read; null: none. What reads of the one before
  // answer is not held against them once it is being closed.
  void Use(std::shared_ptr<Database> database);
  // Waits for what is being read, and ends. History::End() is called.
  void Finish();

  // The first difference that was found.
  std::optional<std::string> failure() const;
  uint64_t reads() const { return reads_; }

 private:
  struct Used {
    std::shared_ptr<Database> database;
    uint64_t number = 0;  // of Use()
  };

  void Run(uint64_t seed);
  std::optional<std::string> ReadOnce(Random* random);
  // A part of one metric, or all names.
  absl::Status ReadPart(const Snapshot& snapshot, Random* random,
                        std::optional<std::string>* difference);
  Used used() const;

  History* const history_;
  mutable std::mutex mutex_;
  Used used_;
  std::optional<std::string> failure_;
  std::atomic<uint64_t> reads_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_READERS_H_
