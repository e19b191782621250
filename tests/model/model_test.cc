// Random operations on a database against plain maps, readers beside them.
//
// A failure prints its seed, and the shortest list of operations that still
// fails. To run longer, or to see one again:
//
//   FOOTFALL_MODEL_COURSES=500 FOOTFALL_MODEL_OPERATIONS=2000 model_test
//   FOOTFALL_MODEL_SEED=7 FOOTFALL_MODEL_OPERATIONS=2000 model_test
//   FOOTFALL_MODEL_SEED=7 FOOTFALL_MODEL_KEEP=0,17:2+5 model_test

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/model/course.h"
#include "tests/model/operation.h"
#include "tests/model/shrink.h"
#include "tests/support/catch.h"
#include "tests/support/store_wrapper.h"

namespace footfall::testing {
namespace {

constexpr int kMaxShrinkRuns = 2'000;
// A list fails if one of so many runs does: threads may meet by chance.
constexpr int kRunsWithThreads = 3;

std::optional<uint64_t> FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

// The seed says where the database is and who reads beside.
CourseOptions OptionsOf(uint64_t seed) {
  CourseOptions options;
  options.on_disk = seed % 2 == 1;
  options.readers = seed % 3 == 0 ? 0 : static_cast<int>(seed % 3);
  options.clock_of = static_cast<uint32_t>(seed / 2 % 4);
  return options;
}

// A list that failed, cut short and in words.
struct ShortFailure {
  std::vector<Operation> operations;
  std::string text;
};
ShortFailure ShrinkFailure(const std::vector<Operation>& all,
                           const CourseFailure& failure,
                           const CourseOptions& options) {
  std::string what = failure.what;
  std::vector<std::string> notes;
  const auto fails = [&](const std::vector<Operation>& operations) {
    for (int run = 0; run < kRunsWithThreads; ++run) {
      std::vector<std::string> run_notes;
      const auto again = RunCourse(operations, options, &run_notes);
      if (again) {
        what = again->what;
        notes = std::move(run_notes);
        return true;
      }
    }
    return false;
  };
  std::vector<Operation> failing(
      all.begin(), all.begin() + static_cast<ptrdiff_t>(std::min(
                                     all.size(), failure.operation + 1)));
  ShortFailure shortest;
  shortest.text =
      absl::StrCat("after operation ", failure.operation, ": ", failure.what);
  if (!fails(failing)) {
    // By chance, as where threads meet; or only at the end of all.
    absl::StrAppend(&shortest.text, "\nthe same list again did not fail");
    shortest.operations = all;
    return shortest;
  }
  shortest.operations = Shrink(std::move(failing), fails, kMaxShrinkRuns);
  absl::StrAppend(&shortest.text, "\nshortest list that fails:\n");
  for (size_t i = 0; i < notes.size(); ++i) {
    absl::StrAppend(&shortest.text, "  ", notes[i], "\n");
  }
  absl::StrAppend(&shortest.text, what,
                  "\nFOOTFALL_MODEL_KEEP=", KeptText(all, shortest.operations));
  return shortest;
}

TEST_CASE("a database is a map from samples, events and aliases", "[model]") {
  const uint64_t count =
      FromEnvironment("FOOTFALL_MODEL_OPERATIONS").value_or(400);
  const uint64_t courses =
      FromEnvironment("FOOTFALL_MODEL_COURSES").value_or(8);
  const std::optional<uint64_t> given = FromEnvironment("FOOTFALL_MODEL_SEED");
  const uint64_t first = given.value_or(1);
  const uint64_t end = given ? first + 1 : first + courses;
  const char* const kept = std::getenv("FOOTFALL_MODEL_KEEP");
  uint64_t done = 0;
  for (uint64_t seed = first; seed < end; ++seed) {
    CAPTURE(seed, count);
    const CourseOptions options = OptionsOf(seed);
    const std::vector<Operation> all = RandomOperations(seed, count);
    const std::vector<Operation> operations =
        kept != nullptr ? KeptFrom(all, kept) : all;
    const auto failure = RunCourse(operations, options, nullptr);
    done += operations.size();
    if (failure) FAIL(ShrinkFailure(all, *failure, options).text);
    if (courses > 100 && seed % 20 == 0) {
      std::fprintf(stderr, "seed %llu: %llu operations\n",
                   static_cast<unsigned long long>(seed),
                   static_cast<unsigned long long>(done));
    }
  }
  WARN(done << " operations from seed " << first << " on, none wrong");
}

TEST_CASE("a list is shrunk to what fails", "[model]") {
  const std::vector<Operation> all = RandomOperations(1, 1'000);
  // A load after a drop, of more than 10 rows.
  const auto fails = [](const std::vector<Operation>& operations) {
    bool dropped = false;
    for (const Operation& operation : operations) {
      dropped |= operation.act == Act::kDrop;
      if (dropped && operation.act == Act::kLoad && operation.rows > 10) {
        return true;
      }
    }
    return false;
  };
  REQUIRE(fails(all));
  const std::vector<Operation> shortest = Shrink(all, fails, 10'000);
  REQUIRE(shortest.size() == 2);
  CHECK(shortest[0].act == Act::kDrop);
  CHECK(shortest[1].act == Act::kLoad);
  CHECK(shortest[1].rows > 10);
  CHECK(shortest[1].rows <= 21);
  // What is printed brings the same list.
  const std::vector<Operation> again = KeptFrom(all, KeptText(all, shortest));
  REQUIRE(again.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(again[i].seed == shortest[i].seed);
    CHECK(again[i].first_row == shortest[i].first_row);
    CHECK(again[i].rows == shortest[i].rows);
  }
  // A row that stays is the row that it was.
  const std::vector<MetricRow> rows = RowsOf(shortest[1]);
  Operation whole = shortest[1];
  whole.rows += whole.first_row;
  whole.first_row = 0;
  const std::vector<MetricRow> whole_rows = RowsOf(whole);
  for (size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].row.members ==
          whole_rows[shortest[1].first_row + i].row.members);
    CHECK(rows[i].row.step == whole_rows[shortest[1].first_row + i].row.step);
  }
}

// Loses the last patch of each batch that appends to three tiles or more.
class LosingStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    size_t appends = 0;
    for (const StoreBatch::Operation& operation : batch.operations()) {
      appends += operation.kind == StoreBatch::Kind::kAppend ? 1 : 0;
    }
    if (appends < 3) return target().Apply(batch, durability);
    StoreBatch less;
    for (const StoreBatch::Operation& operation : batch.operations()) {
      switch (operation.kind) {
        case StoreBatch::Kind::kPut:
          less.Put(operation.keyspace, operation.key, operation.value);
          break;
        case StoreBatch::Kind::kAppend:
          if (--appends == 0) break;
          less.Append(operation.keyspace, operation.key, operation.value);
          break;
        case StoreBatch::Kind::kDelete:
          less.Delete(operation.keyspace, operation.key);
          break;
        case StoreBatch::Kind::kDeleteRange:
          less.DeleteRange(operation.keyspace, operation.key, operation.value);
      }
    }
    return target().Apply(less, durability);
  }
};

TEST_CASE("a store that loses a patch is found and shrunk", "[model]") {
  CourseOptions options;
  options.wrap = [](std::unique_ptr<Store> store) {
    return std::make_unique<LosingStore>(std::move(store));
  };
  const std::vector<Operation> all = RandomOperations(2, 200);
  const auto failure = RunCourse(all, options, nullptr);
  REQUIRE(failure.has_value());
  const ShortFailure shortest = ShrinkFailure(all, *failure, options);
  CAPTURE(shortest.text);
  // Define, and write some rows.
  CHECK(shortest.operations.size() <= 3);
  uint32_t rows = 0;
  for (const Operation& operation : shortest.operations) rows += operation.rows;
  CHECK(rows <= 6);
  CHECK(
      absl::StrContains(shortest.text, "shortest list that fails:\n  define"));
  CHECK(absl::StrContains(shortest.text, "found nothing"));
}

}  // namespace
}  // namespace footfall::testing
