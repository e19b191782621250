#include "engine/read/open_gate.h"

namespace footfall::engine {

bool OpenGate::Enter() {
  const uint32_t before = state_.fetch_add(kOne, std::memory_order_acq_rel);
  if ((before & kShut) == 0) return true;
  Leave();
  return false;
}

void OpenGate::Leave() {
  const uint32_t before = state_.fetch_sub(kOne, std::memory_order_acq_rel);
  if (before == kOne + kShut) state_.notify_all();
}

void OpenGate::Add(Holder* holder) {
  storage::MutexLock lock(&mutex_);
  holder->added_ = true;
  holder->after_ = first_;
  if (first_ != nullptr) first_->before_ = holder;
  first_ = holder;
}

void OpenGate::Remove(Holder* holder) {
  holder->added_ = false;
  if (holder->before_ != nullptr) {
    holder->before_->after_ = holder->after_;
  } else {
    first_ = holder->after_;
  }
  if (holder->after_ != nullptr) holder->after_->before_ = holder->before_;
}

void OpenGate::Release(Holder* holder) {
  // Inside, where closing waits, letting go needs no lock: it may take long.
  const Pass pass(this);
  if (pass.inside()) {
    holder->LetGo();
    storage::MutexLock lock(&mutex_);
    Remove(holder);
    return;
  }
  storage::MutexLock lock(&mutex_);
  if (!holder->added_) return;
  holder->LetGo();
  Remove(holder);
}

void OpenGate::Shut() {
  uint32_t state = state_.fetch_or(kShut, std::memory_order_acq_rel) | kShut;
  while (state != kShut) {
    state_.wait(state, std::memory_order_acquire);
    state = state_.load(std::memory_order_acquire);
  }
  storage::MutexLock lock(&mutex_);
  while (first_ != nullptr) {
    first_->LetGo();
    Remove(first_);
  }
}

absl::Status OpenGate::CheckOpen() const {
  return (state_.load(std::memory_order_acquire) & kShut) == 0
             ? absl::OkStatus()
             : ClosedError();
}

absl::Status OpenGate::ClosedError() {
  return absl::FailedPreconditionError("the database is closed");
}

}  // namespace footfall::engine
