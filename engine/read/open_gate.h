// Whether a database is open, who is inside, and what holds on to its store.
//
// Every call of the public face passes the gate for as long as it uses the
// store. Closing shuts the gate, waits for those inside, and then takes the
// store's views and iterators from the snapshots and cursors that are still
// held somewhere: they answer FAILED_PRECONDITION from then on, and the store
// can close.
//
// A pass costs two changes of one number, so it is taken for a tile or a call,
// never for a value.

#ifndef FOOTFALL_ENGINE_READ_OPEN_GATE_H_
#define FOOTFALL_ENGINE_READ_OPEN_GATE_H_

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// Threads: all calls from any. Shared by the database and by what may outlive
// it: snapshots, cursors, loaders.
class OpenGate {
 public:
  OpenGate() = default;
  OpenGate(const OpenGate&) = delete;
  OpenGate& operator=(const OpenGate&) = delete;

  // The time that a call is inside.
  class Pass {
   public:
    explicit Pass(OpenGate* gate) : gate_(gate), inside_(gate->Enter()) {}
    ~Pass() {
      if (inside_) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    // False once the gate is shut: the caller must not touch the store.
    bool inside() const { return inside_; }

   private:
    OpenGate* const gate_;
    const bool inside_;
  };

  // Something that holds a view or an iterator of the store.
  class Holder {
   public:
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

   protected:
    explicit Holder(OpenGate* gate) : gate_(gate) {}
    virtual ~Holder() = default;

    // From here on closing makes it let go. The last thing that a constructor
    // does. Requires: the caller is inside.
    void Hold() { gate_->Add(this); }
    // Lets go, unless closing has done so. The first thing that the destructor
    // does.
    void Release() { gate_->Release(this); }

    // Drops what is held. Called once, by Release() or by closing, when nobody
    // uses it.
    virtual void LetGo() = 0;

   private:
    friend class OpenGate;
    OpenGate* const gate_;
    bool added_ = false;        // guarded by the gate's mutex
    Holder* before_ = nullptr;  // likewise
    Holder* after_ = nullptr;   // likewise
  };

  // Lets nobody in any more, waits until nobody is inside, and makes every
  // holder let go. A second call does nothing.
  void Shut() ABSL_LOCKS_EXCLUDED(mutex_);

  // OK, or ClosedError().
  absl::Status CheckOpen() const;
  static absl::Status ClosedError();

 private:
  static constexpr uint32_t kShut = 1;
  static constexpr uint32_t kOne = 2;  // a call inside

  bool Enter();
  void Leave();
  void Add(Holder* holder) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(Holder* holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(Holder* holder) ABSL_LOCKS_EXCLUDED(mutex_);

  std::atomic<uint32_t> state_ = 0;  // calls inside x kOne, + kShut
  storage::Mutex mutex_;
  Holder* first_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_OPEN_GATE_H_
