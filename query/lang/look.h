// Looks: a question asks often enough whether it is time to stop.
//
// A *look* compares the clock with the deadline and reads the flag of
// QueryOptions. Loops say what they do; whichever loops a thread goes through,
// it does no more than kWorkBetweenLooks between two looks.

#ifndef FOOTFALL_QUERY_LANG_LOOK_H_
#define FOOTFALL_QUERY_LANG_LOOK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "footfall/query.h"

namespace footfall::query {

// Of a cell, a row, a series or a name: some tens of nanoseconds each, so that
// a look comes every few milliseconds.
inline constexpr uint64_t kWorkBetweenLooks = uint64_t{1} << 16;

// What this thread has done since its last look, for whichever question: a
// count by thread, so that none of them shares a cache line with another.
// Questions hand their options down.
inline constinit thread_local uint64_t work_since_look = 0;
// kWorkBetweenLooks, but in tests.
inline constinit uint64_t work_before_look = kWorkBetweenLooks;

// A look; itself tens of nanoseconds.
//   DEADLINE_EXCEEDED, CANCELLED  it is time to stop
absl::Status CheckStop(const QueryOptions& options);

// To be said before that much work, at most kWorkBetweenLooks at a time; looks
// where it is due.
inline absl::Status Pass(const QueryOptions& options, uint64_t work = 1) {
  work_since_look += work;
  if (work_since_look < work_before_look) return absl::OkStatus();
  return CheckStop(options);
}

// For tests: is told of every look and of the work before it, from any thread,
// and may make it fail. Null: nobody. Looks come where `work` has been done. To
// be set while no question runs.
class LookObserver {
 public:
  virtual ~LookObserver() = default;
  virtual absl::Status OnLook(uint64_t work) = 0;
};
void ObserveLooks(LookObserver* observer, uint64_t work = kWorkBetweenLooks);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_LOOK_H_
