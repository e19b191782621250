#include "engine/exchange/record_stream.h"

#include <utility>

#include "absl/time/time.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

using storage::MutexLock;

// As many are read before there is a thread.
constexpr size_t kBatchesBefore = 2;
constexpr absl::Duration kBetweenStops = absl::Milliseconds(5);

}  // namespace

absl::Status StopAnywhere::Ask() const {
  if (std::this_thread::get_id() == caller_) return AskStop(stop_);
  return called_off_ ? absl::CancelledError("reading was called off")
                     : absl::OkStatus();
}

RecordStream::RecordStream(std::unique_ptr<CsvReader> reader,
                           std::shared_ptr<StopAnywhere> stop)
    : stop_(std::move(stop)),
      reader_(std::move(reader)),
      bytes_total_(reader_->bytes_total()) {}

RecordStream::~RecordStream() {
  {
    MutexLock lock(&mutex_);
    ended_ = true;
    changed_.SignalAll();
  }
  stop_->CallOff();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<const CsvBatch*> RecordStream::Next() {
  {
    MutexLock lock(&mutex_);
    returned_ = taken_;
    changed_.SignalAll();
  }
  if (taken_ == kBatchesBefore) Start();
  if (thread_.joinable()) {
    FOOTFALL_RETURN_IF_ERROR(WaitForBatch());
  } else {
    ReadNext();
  }
  const size_t at = taken_++ % kBatches;
  FOOTFALL_RETURN_IF_ERROR(errors_[at]);
  return &batches_[at];
}

void RecordStream::Start() {
  Guarded([this] {
    thread_ = std::thread([this] { Work(); });
    return absl::OkStatus();
  }).IgnoreError();
}

// Reads into the batch that is free. In the other thread, or in the caller's
// where there is none.
void RecordStream::ReadNext() {
  size_t at;
  {
    MutexLock lock(&mutex_);
    at = read_ % kBatches;
  }
  errors_[at] = Guarded([&] { return reader_->NextBatch(&batches_[at]); });
  const bool is_last = !errors_[at].ok() || batches_[at].records.empty();
  MutexLock lock(&mutex_);
  ++read_;
  ended_ = ended_ || is_last;
  changed_.SignalAll();
}

void RecordStream::Work() {
  while (true) {
    {
      MutexLock lock(&mutex_);
      while (!ended_ && read_ - returned_ >= kBatches) changed_.Wait(&mutex_);
      if (ended_) return;
    }
    ReadNext();
  }
}

absl::Status RecordStream::WaitForBatch() {
  MutexLock lock(&mutex_);
  while (read_ == taken_) {
    if (!changed_.WaitWithTimeout(&mutex_, kBetweenStops)) continue;
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop_->of_caller()));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
