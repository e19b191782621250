#include "query/exec/shift_reach.h"

#include <algorithm>
#include <optional>

namespace footfall::query {
namespace {

// The first step of the bucket that lies that much before the one of `begin`. A
// date that does not exist there (02-30) is that of the bucket behind it.
int64_t ShiftedBegin(const Buckets& buckets, const Duration& back,
                     int64_t begin) {
  // More buckets in a row than have no earlier one.
  constexpr int kMostTries = 400;
  int64_t bucket = buckets.BucketOf(begin);
  for (int i = 0; i < kMostTries; ++i) {
    const auto earlier = buckets.Shift(bucket, -back.count, back.unit);
    if (earlier.has_value()) {
      return std::min(begin, buckets.StepsOf(*earlier).begin);
    }
    bucket = buckets.Next(bucket);
  }
  return begin;
}

int64_t FirstStep(const Plan& plan, const StepExpr& expr, size_t operand,
                  int64_t begin) {
  if (expr.kind == StepExpr::Kind::kShift) {
    const auto& buckets = plan.inner[expr.every].buckets[operand];
    if (buckets.has_value()) begin = ShiftedBegin(*buckets, expr.back, begin);
  }
  int64_t first = begin;
  for (const StepExpr& side : expr.sides) {
    first = std::min(first, FirstStep(plan, side, operand, begin));
  }
  return first;
}

}  // namespace

int64_t FirstStepLookedAt(const Plan& plan, size_t operand, int64_t begin) {
  int64_t first = begin;
  for (const Leaf& leaf : plan.leaves) {
    const std::vector<size_t> read = OperandsOf(leaf);
    if (std::find(read.begin(), read.end(), operand) == read.end()) continue;
    first = std::min(first, FirstStep(plan, leaf.steps, operand, begin));
    if (!leaf.other.has_value()) continue;
    first = std::min(first, FirstStep(plan, *leaf.other, operand, begin));
  }
  return first;
}

}  // namespace footfall::query
