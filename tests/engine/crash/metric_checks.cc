#include "tests/engine/crash/metric_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace footfall::testing {

void CheckScratch(const PlainDatabase& found, const Shared& shared) {
  const auto scratch = found.metrics.find(kScratch);
  const uint64_t time = shared.scratch_written;
  const bool filled = shared.scratch_kept == time && time > 0;
  const bool dropped = shared.scratch_dropped == time;
  CAPTURE(time, filled, dropped);
  if (scratch == found.metrics.end()) return;
  REQUIRE(!dropped);
  int64_t rows = 0;
  for (const auto& [members, steps] : scratch->second) {
    for (const auto& [step, value] : steps) {
      REQUIRE(value <= static_cast<int64_t>(time));
      ++rows;
    }
  }
  REQUIRE((rows == 0 || rows == kScratchRows));
  if (filled) REQUIRE(rows == kScratchRows);
}

void KeepCheck::Check(const Snapshot& snapshot, const PlainDatabase& found,
                      const Shared& shared) {
  CheckAltered(found, shared);
  FindKept(snapshot, shared);
}

// All of the last alteration that was acknowledged, or of one that was begun
// after it; and never an earlier one again. The rows stay.
void KeepCheck::CheckAltered(const PlainDatabase& found, const Shared& shared) {
  size_t metrics = 0;
  for (const auto& [name, spec] : found.declared) {
    if (!absl::StartsWith(name, kAltered)) continue;
    ++metrics;
    uint64_t time = 0;
    REQUIRE(absl::SimpleAtoi(name.substr(sizeof(kAltered) - 1), &time));
    CAPTURE(time, shared.altered.load(), shared.altering.load());
    REQUIRE(spec == AlteredSpec(time));
    REQUIRE(time >= std::max<uint64_t>(shared.altered, last_altered_));
    REQUIRE(time <= shared.altering);
    last_altered_ = time;
    const PlainMetric& rows = found.metrics.at(name);
    REQUIRE((rows.empty() || rows.size() == kAlteredRows));
    REQUIRE((shared.has_rows == 0 || !rows.empty()));
    for (const auto& [members, steps] : rows) {
      REQUIRE(steps.size() == 1);
      REQUIRE(members == Members{absl::StrCat("row-", steps.begin()->first)});
      REQUIRE(steps.begin()->first == steps.begin()->second);
    }
  }
  REQUIRE((metrics == 1 || (metrics == 0 && shared.has_rows == 0)));
}

// Where its record says so, or where an acknowledged removal ended; and no
// later than one that was begun.
void KeepCheck::FindKept(const Snapshot& snapshot, const Shared& shared) {
  const auto daily = snapshot.FindMetric("daily");
  if (daily == nullptr) return;
  const int64_t recorded = daily->kept_from.value_or(0);
  CAPTURE(recorded, shared.kept.load(), shared.keeping.load());
  REQUIRE(recorded >= recorded_);
  REQUIRE(recorded <= shared.keeping);
  recorded_ = recorded;
  first_kept_ = std::max<int64_t>(recorded, shared.kept);
}

}  // namespace footfall::testing
