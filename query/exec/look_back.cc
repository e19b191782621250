// Which buckets transforms look at.

#include "query/exec/look_back.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

using Keys = std::vector<int64_t>;

void SortOnce(Keys* keys) {
  // As good as always they are in order.
  if (!std::is_sorted(keys->begin(), keys->end())) {
    std::sort(keys->begin(), keys->end());
  }
  keys->erase(std::unique(keys->begin(), keys->end()), keys->end());
}

void Unite(absl::Span<const int64_t> more, Keys* keys) {
  Keys both;
  both.reserve(keys->size() + more.size());
  std::set_union(keys->begin(), keys->end(), more.begin(), more.end(),
                 std::back_inserter(both));
  *keys = std::move(both);
}

constexpr size_t kKeysBetweenChecks = 1 << 16;

// The buckets of `at`, and of each the `count` - 1 before it. Walks back from
// the last; meeting one of `at`, the count begins anew.
absl::StatusOr<Keys> Windows(Run& run, const Keys& at, int64_t count,
                             PreviousKey previous) {
  Keys keys;
  // A window may be as long as all samples are apart: told before the memory
  // is gone.
  const auto add = [&](int64_t key) {
    keys.push_back(key);
    if (keys.size() % kKeysBetweenChecks != 0) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
    // Twice, while the keys move to where there is more room.
    return Reservation(run).Add(keys.size() * 2 * sizeof(int64_t));
  };
  size_t left = at.size();
  while (left > 0) {
    std::optional<int64_t> key = at[--left];
    int64_t more = count - 1;
    FOOTFALL_RETURN_IF_ERROR(add(*key));
    while (more > 0) {
      key = previous(*key);
      if (!key.has_value()) break;
      --more;
      if (left > 0 && at[left - 1] == *key) {
        --left;
        more = count - 1;
      }
      FOOTFALL_RETURN_IF_ERROR(add(*key));
    }
  }
  std::reverse(keys.begin(), keys.end());
  return keys;
}

// Keys at which a transform with cells at `at` reads its x.
absl::StatusOr<Keys> ReadsOf(Run& run, const Transform& transform,
                             const Keys& at, absl::Span<const int64_t> shown,
                             EarlierKey earlier, PreviousKey previous) {
  switch (transform.kind) {
    case Transform::Kind::kShare:
    case Transform::Kind::kTopShare:
    case Transform::Kind::kRank:
    case Transform::Kind::kWithin:
      return at;
    case Transform::Kind::kCumulative:
      return Keys(shown.begin(), shown.end());
    case Transform::Kind::kMovingAverage:
      return Windows(run, at, transform.count, previous);
    case Transform::Kind::kLag:
    case Transform::Kind::kContribution:
      break;
  }
  Keys keys;
  if (transform.kind == Transform::Kind::kContribution) keys = at;
  for (const int64_t key : at) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    const auto found = earlier(key, transform.count, transform.unit);
    if (found.has_value()) keys.push_back(*found);
  }
  SortOnce(&keys);
  return keys;
}

}  // namespace

absl::StatusOr<LookBack> FindLookBack(Run& run, const Plan& plan,
                                      absl::Span<const int64_t> shown,
                                      EarlierKey earlier,
                                      PreviousKey previous) {
  LookBack found;
  found.at.resize(plan.transforms.size());
  found.reads.resize(plan.transforms.size());
  found.keys.assign(shown.begin(), shown.end());
  const auto need = [&](const RowExpr& expr, absl::Span<const int64_t> keys) {
    for (const size_t t : TransformsOf(expr)) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass(std::min<uint64_t>(
          kWorkBetweenLooks, 1 + (keys.size() + found.at[t].size()) / 8)));
      Unite(keys, &found.at[t]);
    }
    return absl::OkStatus();
  };
  for (const BoundItem& item : plan.items) {
    FOOTFALL_RETURN_IF_ERROR(need(item.expr, shown));
  }
  for (const BoundTest& test : plan.having) {
    FOOTFALL_RETURN_IF_ERROR(need(test.left, shown));
    FOOTFALL_RETURN_IF_ERROR(need(test.right, shown));
  }
  for (const BoundKey& key : plan.order_by) {
    FOOTFALL_RETURN_IF_ERROR(need(key.expr, shown));
  }
  if (plan.top.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(need(plan.top->expr, shown));
  }

  Reservation& fits = found.memory.emplace(run);
  for (size_t t = plan.transforms.size(); t-- > 0;) {
    const Transform& transform = plan.transforms[t];
    FOOTFALL_ASSIGN_OR_RETURN(
        found.reads[t],
        ReadsOf(run, transform, found.at[t], shown, earlier, previous));
    // And once more as slots.
    FOOTFALL_RETURN_IF_ERROR(
        fits.Add((found.at[t].size() + found.reads[t].size()) *
                 (sizeof(int64_t) + sizeof(uint32_t))));
    FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
    Unite(found.reads[t], &found.keys);
    FOOTFALL_RETURN_IF_ERROR(need(transform.x, found.reads[t]));
    FOOTFALL_RETURN_IF_ERROR(need(transform.counted, found.reads[t]));
    FOOTFALL_RETURN_IF_ERROR(need(transform.other, found.reads[t]));
  }
  return found;
}

}  // namespace footfall::query
