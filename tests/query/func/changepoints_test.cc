// Tests of query/func/changepoints.h.

#include "query/func/changepoints.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr unsigned kSeed = 1958;

absl::Status GoOn() { return absl::OkStatus(); }

std::vector<size_t> Find(const std::vector<double>& values, size_t cuts) {
  const auto found = FindChangepoints(values, cuts, GoOn);
  REQUIRE(found.ok());
  return *found;
}

// The sum of squares about the segments' means, by the book.
double ErrorOf(const std::vector<double>& x, const std::vector<size_t>& cuts) {
  double error = 0;
  size_t begin = 0;
  for (size_t s = 0; s <= cuts.size(); ++s) {
    const size_t end = s < cuts.size() ? cuts[s] : x.size();
    double mean = 0;
    for (size_t i = begin; i < end; ++i) mean += x[i];
    mean /= static_cast<double>(end - begin);
    for (size_t i = begin; i < end; ++i) error += (x[i] - mean) * (x[i] - mean);
    begin = end;
  }
  return error;
}

// Tries every way, earliest cuts first.
void TryAll(const std::vector<double>& x, size_t left,
            std::vector<size_t>* cuts, double* least,
            std::vector<size_t>* best) {
  if (left == 0) {
    const double error = ErrorOf(x, *cuts);
    if (best->empty() || error < *least - 1e-9) {
      *least = error;
      *best = *cuts;
    }
    return;
  }
  const size_t begin = cuts->empty() ? 0 : cuts->back();
  for (size_t cut = begin + 2; cut + 2 * left <= x.size(); ++cut) {
    cuts->push_back(cut);
    TryAll(x, left - 1, cuts, least, best);
    cuts->pop_back();
  }
}

TEST_CASE("changes of level are found where they are", "[changepoints]") {
  struct Row {
    const char* why;
    std::vector<double> values;
    std::vector<size_t> cuts;
  };
  const Row row = GENERATE(values<Row>({
      {"a jump", {10, 11, 10, 100, 110, 100}, {3}},
      {"up and down again", {5, 5, 50, 50, 50, 5, 5}, {2, 5}},
      {"by factors, not by amounts", {1, 1, 100, 100, 200, 200}, {2}},
      {"a zero: ln(x + 1)", {0, 0, 0, 9, 9}, {3}},
      {"no segment of one value", {5, 5, 5, 900, 5, 5, 5}, {3}},
      {"the fewest values", {1, 1, 2, 2}, {2}},
      {"no change sought", {1, 2, 3}, {}},
      {"all the same: the earliest", {7, 7, 7, 7, 7, 7, 7}, {2, 4}},
      {"two equal steps: the earlier", {1, 1, 2, 2, 4, 4}, {2}},
  }));
  INFO(row.why);
  CHECK(Find(row.values, row.cuts.size()) == row.cuts);
}

TEST_CASE("no other cuts leave a smaller error", "[changepoints]") {
  std::mt19937 random(kSeed);
  INFO("seed " << kSeed);
  for (int round = 0; round < 300; ++round) {
    const size_t n = 4 + random() % 9;
    const size_t cuts = 1 + random() % (n / 2 - 1);
    const bool zeros = random() % 3 == 0;
    std::vector<double> values;
    for (size_t i = 0; i < n; ++i) {
      // Few different values, so that there are ties.
      values.push_back(static_cast<double>(random() % 4 + (zeros ? 0 : 1)));
    }
    bool some_zero = false;
    for (const double v : values) some_zero |= v == 0;
    std::vector<double> x;
    for (const double v : values)
      x.push_back(std::log(v + (some_zero ? 1 : 0)));
    std::vector<size_t> tried;
    std::vector<size_t> best;
    double least = 0;
    TryAll(x, cuts, &tried, &least, &best);
    CHECK(Find(values, cuts) == best);
  }
}

TEST_CASE("what has no logarithm, or is too little or too much, is told",
          "[changepoints]") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double wrong : {-1.0, std::nan(""), infinity}) {
    CHECK(FindChangepoints({1, 2, wrong, 4}, 1, GoOn).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(FindChangepoints({1, 2, 3}, 1, GoOn).status().message() ==
        "1 changes need at least 4 values, there are 3");
  CHECK(FindChangepoints({}, 0, GoOn).status().code() ==
        absl::StatusCode::kOutOfRange);
  CHECK(FindChangepoints(std::vector<double>(kMaxChangepointValues + 1, 1.0), 1,
                         GoOn)
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
  CHECK(FindChangepoints({1, 1, 2, 2}, SIZE_MAX, GoOn).status().code() ==
        absl::StatusCode::kOutOfRange);
}

TEST_CASE("a search can be stopped", "[changepoints]") {
  int asked = 0;
  const auto stop = [&asked] {
    return ++asked < 10 ? absl::OkStatus() : absl::CancelledError("enough");
  };
  const std::vector<double> values(1000, 1.0);
  CHECK(FindChangepoints(values, 2, stop).status().code() ==
        absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace footfall::query
