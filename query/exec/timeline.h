// Buckets: which steps of each operand stand behind which rows.

#ifndef FOOTFALL_QUERY_EXEC_TIMELINE_H_
#define FOOTFALL_QUERY_EXEC_TIMELINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "query/exec/operand_reader.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The steps of an operand in a bucket.
struct BucketPiece {
  StepRange data;    // those that may have samples
  int64_t over = 0;  // how many lie in the range and are over at now
};

// The buckets of an answer in time order, shared by all operands; one bucket
// where there is no EVERY.
class Timeline {
 public:
  // `readers` [operands of the plan].
  static absl::StatusOr<Timeline> Create(
      Run& run, const Plan& plan,
      absl::Span<const std::unique_ptr<OperandReader>> readers);

  size_t size() const { return size_; }
  // Whether rows have a time.
  bool has_time() const { return has_time_; }

  const BucketPiece& piece(size_t operand, size_t bucket) const {
    return pieces_[operand][bucket];
  }
  // The whole range as one bucket.
  const BucketPiece& whole(size_t operand) const { return whole_[operand]; }
  // The first step that is not over at now.
  int64_t unfinished(size_t operand) const { return unfinished_[operand]; }
  // Whether the range ends (begins) with the samples: what is expected of the
  // whole range is known only when all were read.
  bool open(size_t operand) const { return open_[operand]; }
  // Of an open range, once it is settled: the steps that it came to.
  StepRange settled(size_t operand) const { return settled_[operand]; }

  // Part of the bucket lies outside the range or is not over.
  bool partial(size_t bucket) const { return partial_[bucket]; }
  std::string Format(size_t bucket) const;
  // The bucket's first civil second, and the first behind it. Without EVERY it
  // is the range, or from the first to the last sample.
  absl::CivilSecond CivilStart(size_t bucket) const;
  absl::CivilSecond CivilEnd(size_t bucket) const;
  // The zone that they are of.
  const absl::TimeZone& zone() const {
    return plan_->operands[lead_].grid.zone();
  }

  // Tells which samples there were: [first, end) steps of each operand, empty
  // where it had none. Settles the open ranges.
  void Settle(absl::Span<const StepRange> extents);

 private:
  explicit Timeline(const Plan& plan) : plan_(&plan) {}

  const Plan* plan_;
  size_t size_ = 0;
  bool has_time_ = false;
  std::vector<int64_t> keys_;  // buckets of `lead_`
  size_t lead_ = 0;            // operand whose buckets give times
  std::vector<std::vector<BucketPiece>> pieces_;  // [operands][buckets]
  std::vector<BucketPiece> whole_;
  std::vector<int64_t> unfinished_;
  std::vector<bool> open_;
  std::vector<StepRange> settled_;
  std::vector<bool> partial_;
  // Of all samples that the statement reads, but for operands with a DURING of
  // their own; equal where there is none.
  absl::CivilSecond first_sample_;
  absl::CivilSecond end_of_samples_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_TIMELINE_H_
