// All ways in which a database changes its store, and what each does to the
// model.

#ifndef FOOTFALL_TESTS_MODEL_CHANGES_H_
#define FOOTFALL_TESTS_MODEL_CHANGES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "footfall/database.h"
#include "tests/model/plain_database.h"

namespace footfall::testing {

// One change to a database. `expected` is what it holds before, and after the
// call what it should hold then.
struct Change {
  std::string name;
  std::function<absl::Status(Database* database, PlainDatabase* expected)> run;
  // Once it has succeeded, it survives a power cut.
  bool synced = true;
};

// A row of its own, in a metric that no other change knows.
Change MarkerOf();

// In order: definitions, batches, deletions, upkeep, bulk loads, changes of a
// declaration, what KEEP removes, a drop.
std::vector<Change> AllChanges();

// What upkeep does to a database that has made some of them.
void LetGoOfOld(PlainDatabase* database);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_CHANGES_H_
