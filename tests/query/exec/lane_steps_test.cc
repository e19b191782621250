// Gaps in lanes: which steps are left out, and that both ways agree.

#include "query/exec/lane_steps.h"

#include <vector>

#include "query/exec/intersect.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

TEST_CASE("lanes leave out what lies far from samples", "[lanes]") {
  struct Case {
    const char* why;
    std::vector<StepRange> stretches;
    StepRange steps;
    int64_t margin;
    std::vector<StepRange> pieces;
  };
  const std::vector<Case> cases = {
      {"all is near", {{0, 512}}, {0, 512}, 64, {{0, 512}}},
      {"a short gap stays",
       {{0, 512}, {1500, 2000}},
       {0, 2000},
       64,
       {{0, 2000}}},
      {"a long one goes but for its margin, in whole words",
       {{0, 512}, {100'000, 100'512}},
       {0, 100'512},
       64,
       {{0, 576}, {99'968, 100'512}}},
      {"a wider margin",
       {{0, 512}, {100'000, 100'512}},
       {0, 100'512},
       1000,
       {{0, 1512}, {99'944, 100'512}}},
      {"before, between, behind",
       {{-50'000, -49'488}, {0, 512}},
       {-1'000'000, 1'000'000},
       64,
       {{-1'000'000, -999'936}, {-50'048, -49'424}, {-16, 576}}},
      {"stretches of several metrics",
       {{0, 512}, {0, 1024}, {512, 1536}, {90'000, 91'000}},
       {0, 91'000},
       64,
       {{0, 1600}, {89'984, 91'000}}},
      {"no sample at all", {}, {0, 64'000}, 64, {{0, 64}}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    const LaneSteps lanes(test.stretches, test.steps, test.margin);
    const StepRange lane = lanes.ToLane(test.steps);
    const std::vector<StepRange> pieces = lanes.Pieces(lane);
    CHECK(pieces == test.pieces);
    CHECK(lanes.has_all() ==
          (test.pieces.size() == 1 && test.pieces[0] == test.steps));
    // Piece by piece the lane is full, in order, and both ways agree.
    int64_t at = lane.begin;
    for (const StepRange piece : pieces) {
      for (int64_t step = piece.begin; step < piece.end; ++step, ++at) {
        if (lanes.ToLane(step) != at || lanes.ToStep(at) != step) {
          FAIL("step " << step << " at " << at);
        }
      }
    }
    CHECK(at == lane.end);
    // What has samples is kept whole.
    for (const StepRange stretch : test.stretches) {
      const StepRange there = Intersect(stretch, test.steps);
      CHECK(lanes.ToLane(there).size() == there.size());
      CHECK(lanes.ToSteps(lanes.ToLane(there)) == there);
      CHECK_FALSE(lanes.LeavesOut(there));
    }
    // Outside, steps are as far apart as they are.
    CHECK(lanes.ToStep(lane.begin - 5000) == test.steps.begin - 5000);
    CHECK(lanes.ToStep(lane.end + 5000) == test.steps.end + 5000);
    CHECK(lanes.ToLane(test.steps.end + 5000) == lane.end + 5000);
  }
}

TEST_CASE("steps that are left out lie behind the margin", "[lanes]") {
  const std::vector<StepRange> stretches = {{0, 512}, {100'000, 100'512}};
  const LaneSteps lanes(stretches, {0, 100'512}, 64);
  CHECK(lanes.LeavesOut({576, 577}));
  CHECK(lanes.LeavesOut({1000, 99'000}));
  CHECK_FALSE(lanes.LeavesOut({575, 577}));
  CHECK_FALSE(lanes.LeavesOut({99'000, 99'969}));
  CHECK(lanes.ToLane(1000) == 576);
  CHECK(lanes.ToLane(99'968) == 576);
  CHECK(lanes.Behind(1000) == 99'968);
}

}  // namespace
}  // namespace footfall::query
