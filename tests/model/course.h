// Operations on a fresh database and on plain maps, side by side, until the two
// differ.

#ifndef FOOTFALL_TESTS_MODEL_COURSE_H_
#define FOOTFALL_TESTS_MODEL_COURSE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "footfall/store.h"
#include "tests/model/operation.h"

namespace footfall::testing {

struct CourseOptions {
  bool on_disk = false;
  // Threads that read at random beside the operations, and compare with what
  // the maps were at their snapshot's commit.
  int readers = 0;
  // A thread of the database's own folds and seals, after the first opening and
  // some of the later ones.
  bool background_upkeep = true;
  // The clock follows the steps of this metric, of RandomSpecs(): by it the
  // others grow old all at once, or never.
  uint32_t clock_of = 0;
  // Of the store in memory, to plant a fault.
  std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap = {};
};

struct CourseFailure {
  size_t operation = 0;  // index of the one after which it was seen
  std::string what;
};

// nullopt where nothing differed. Each operation's result is checked, then a
// part of the database that chance chooses; all of it now and then, and at the
// end, also after reopening. `notes`, if not null, gets a line for each
// operation that was begun.
std::optional<CourseFailure> RunCourse(absl::Span<const Operation> operations,
                                       const CourseOptions& options,
                                       std::vector<std::string>* notes);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_COURSE_H_
