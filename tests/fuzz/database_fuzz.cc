// Any bytes as operations on a database in memory: whatever they are, it stays
// what plain maps say (tests/model).
//
//   an operation after the other: u8 act, u8 metric, u8 rows, u16 seed, u8
//   clock

#include <cstdio>
#include <vector>

#include "tests/fuzz/require.h"
#include "tests/model/course.h"
#include "tests/model/operation.h"

namespace footfall::testing {
namespace {

constexpr size_t kBytes = 6;  // of an operation
constexpr size_t kMaxOperations = 48;

std::vector<Operation> OperationsFrom(const uint8_t* data, size_t size) {
  const size_t metrics = RandomSpecs().size();
  std::vector<Operation> operations;
  while (size >= kBytes && operations.size() < kMaxOperations) {
    Operation& operation = operations.emplace_back();
    operation.act = static_cast<Act>(data[0] % kActs);
    operation.metric = static_cast<uint32_t>(data[1] % metrics);
    operation.rows = data[2] % 32 + 1;
    operation.seed = data[3] | uint64_t{data[4]} << 8;
    operation.clock = int64_t{data[5]} * 16;
    data += kBytes;
    size -= kBytes;
  }
  return operations;
}

}  // namespace
}  // namespace footfall::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  footfall::testing::CourseOptions options;
  options.background_upkeep = false;
  std::vector<std::string> notes;
  const auto failure = footfall::testing::RunCourse(
      footfall::testing::OperationsFrom(data, size), options, &notes);
  if (failure) {
    for (const std::string& note : notes) {
      std::fprintf(stderr, "%s\n", note.c_str());
    }
    std::fprintf(stderr, "%s\n", failure->what.c_str());
  }
  FUZZ_REQUIRE(!failure.has_value());
  return 0;
}
