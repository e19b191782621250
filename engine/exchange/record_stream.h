// Records of a file, read and divided into fields by a thread of its own while
// those before are at work.

#ifndef FOOTFALL_ENGINE_EXCHANGE_RECORD_STREAM_H_
#define FOOTFALL_ENGINE_EXCHANGE_RECORD_STREAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/exchange/csv_reader.h"
#include "footfall/stop.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// A StopCheck that a source may ask in any thread: the caller's own is asked in
// the caller's thread alone.
class StopAnywhere {
 public:
  explicit StopAnywhere(StopCheck stop)
      : stop_(std::move(stop)), caller_(std::this_thread::get_id()) {}

  absl::Status Ask() const;
  void CallOff() { called_off_ = true; }
  const StopCheck& of_caller() const { return stop_; }

 private:
  const StopCheck stop_;
  const std::thread::id caller_;
  std::atomic<bool> called_off_ = false;
};

// A file of a batch or two is read without a thread, and so is any file where
// none can be had. Next() belongs to the thread that made `stop`.
class RecordStream {
 public:
  // `stop` is what the reader's source asks.
  RecordStream(std::unique_ptr<CsvReader> reader,
               std::shared_ptr<StopAnywhere> stop);
  // Calls off what is being read.
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  // The next records, which stay until the next call; none at the end. Errors
  // as CsvReader::Next(), and what the caller's StopCheck answers, which is
  // asked every 5 ms while there is nothing. Call it no more after the end, or
  // an error.
  absl::StatusOr<const CsvBatch*> Next();

  uint64_t bytes_total() const { return bytes_total_; }  // 0: not known

 private:
  // One is at work, one is ready or being read, and one lies between.
  static constexpr size_t kBatches = 3;

  void Start();
  void Work();
  void ReadNext();
  absl::Status WaitForBatch();

  const std::shared_ptr<StopAnywhere> stop_;
  const std::unique_ptr<CsvReader> reader_;  // the thread's, while there is one
  const uint64_t bytes_total_;
  std::array<CsvBatch, kBatches> batches_;
  std::array<absl::Status, kBatches> errors_;

  storage::Mutex mutex_;
  storage::CondVar changed_;
  size_t read_ ABSL_GUARDED_BY(mutex_) = 0;      // batches that were read
  size_t returned_ ABSL_GUARDED_BY(mutex_) = 0;  // of them, those done with
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  size_t taken_ = 0;  // batches that Next() has given
  std::thread thread_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_RECORD_STREAM_H_
