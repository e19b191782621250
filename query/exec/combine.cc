// Stage one, across series. combine.h has the definition.

#include "query/exec/combine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <utility>

#include "query/exec/lanes.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_scan.h"
#include "query/func/step_words.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

constexpr uint32_t kNone = CombinedSets::kNone;

class Combiner {
 public:
  Combiner(Run& run, const CombineRequest& request, bool wide)
      : run_(run),
        request_(request),
        relations_(*request.metric, *request.rows),
        wide_(wide),
        decimal_(request.metric->spec.value_type == ValueType::kDecimal),
        steps_(static_cast<size_t>(request.steps.size())),
        words_(WordsFor(steps_)),
        memory_(run) {}

  // false: a sum left 64 bits, and `wide` was not set.
  absl::StatusOr<bool> Work(CombinedSets* result);

 private:
  absl::Status Allocate();
  absl::Status Scan(bool wholes);
  void FillTo(size_t set, size_t end);
  bool CopyFirst(const SetEntry& entry, const int64_t* values, size_t offset,
                 size_t count);
  void Contribute(const SetEntry& entry, const int64_t* values,
                  const uint64_t* present, size_t offset, size_t count,
                  const int64_t* extra);
  void ContributeMasked(const SetEntry& entry, const int64_t* values,
                        const uint64_t* present, size_t offset, size_t count,
                        const int64_t* extra);
  void ContributeWhole(size_t lane);
  void FinishLow(size_t set);
  void LookAtCounts();
  void Add(const int64_t* values, size_t count, int64_t* sum) {
    if (decimal_) {
      AddDecimals(values, count, sum);
    } else {
      overflow_ |= AddIntegers(values, count, sum);
    }
  }
  int64_t* ExtraLane(size_t set) { return result_->MutableExtra(set); }

  Run& run_;
  const CombineRequest& request_;
  SetRelations relations_;
  const bool wide_;
  const bool decimal_;
  const size_t steps_;
  const size_t words_;
  Reservation memory_;
  CombinedSets* result_ = nullptr;
  bool overflow_ = false;
  std::vector<size_t> filled_;  // [sets] steps that are written

  std::vector<int64_t> high_;   // wide: [sets x steps]
  std::vector<int64_t> units_;  // [unit lanes x steps]
  // Lanes of the series that others are parts of.
  std::vector<int64_t> whole_values_;
  std::vector<uint64_t> whole_present_;
  SeriesCounts counts_;  // of the counted sets
  // A series without the steps at which it does not count.
  std::vector<uint64_t> kept_;
  std::vector<int64_t> kept_values_;
  std::vector<int64_t> kept_extra_;
  // The cells of a whole.
  std::vector<int64_t> cell_values_;
  std::vector<int64_t> cell_extra_;
};

absl::Status Combiner::Allocate() {
  const size_t sets = relations_.set_count();
  uint64_t lanes = sets * (wide_ ? 2 : 1) + relations_.unit_lane_count() +
                   relations_.wholes().size() + 3;
  size_t low_lanes = 0;
  result_->low_row.assign(sets, kNone);
  result_->extra_row.assign(sets, kNone);
  for (size_t set = 0; set < sets; ++set) {
    if (relations_.low_mode(set) != LowMode::kExact) {
      result_->low_row[set] = static_cast<uint32_t>(low_lanes++);
    }
  }
  lanes += low_lanes;
  std::vector<size_t> members;
  for (size_t set = 0; set < request_.counted_sets; ++set) {
    members.push_back(request_.sets->set(set).size());
  }
  counts_.Plan(members, words_);
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(
      lanes * steps_ * 8 + (sets + relations_.wholes().size()) * words_ * 8 +
      counts_.Bytes()));

  result_->steps = request_.steps;
  result_->words = words_;
  result_->values.Reset(sets * steps_);
  result_->present.assign(sets * words_, 0);
  result_->lows.Reset(low_lanes * steps_);
  filled_.assign(sets, 0);
  if (wide_) high_.assign(sets * steps_, 0);
  units_.assign(relations_.unit_lane_count() * steps_, 0);
  whole_values_.assign(relations_.wholes().size() * steps_, 0);
  whole_present_.assign(relations_.wholes().size() * words_, 0);
  counts_.Allocate();
  if (request_.keep_presence) {
    FOOTFALL_RETURN_IF_ERROR(result_->series_present.Keep(
        run_, relations_.others(), relations_.wholes(), words_));
  }
  if (!relations_.wholes().empty()) {
    cell_values_.assign(steps_, 0);
    cell_extra_.assign(steps_, 0);
  }
  return absl::OkStatus();
}

// Writes zeros up to step `end` of a set, from where it is filled.
void Combiner::FillTo(size_t set, size_t end) {
  size_t& filled = filled_[set];
  if (filled >= end) return;
  int64_t* value = result_->values.data() + set * steps_;
  // -0.0 is the number that changes no sum.
  std::fill(value + filled, value + end,
            decimal_ ? std::bit_cast<int64_t>(-0.0) : 0);
  if (result_->low_row[set] != kNone) {
    int64_t* low = result_->lows.data() + result_->low_row[set] * steps_;
    std::fill(low + filled, low + end, 0);
  }
  filled = end;
}

// The first series at some steps is copied: true. Slabs come by rising steps.
bool Combiner::CopyFirst(const SetEntry& entry, const int64_t* values,
                         size_t offset, size_t count) {
  const size_t set = entry.set;
  if (filled_[set] > offset || wide_ ||
      relations_.low_mode(set) == LowMode::kUnits) {
    FillTo(set, offset + count);
    return false;
  }
  FillTo(set, offset);
  filled_[set] = offset + count;
  std::copy_n(values, count, result_->values.data() + set * steps_ + offset);
  if (result_->low_row[set] != kNone) {
    std::copy_n(values, count,
                result_->lows.data() + result_->low_row[set] * steps_ + offset);
  }
  return true;
}

// Adds `count` steps from `offset` on of one series, all of which count.
void Combiner::Contribute(const SetEntry& entry, const int64_t* values,
                          const uint64_t* present, size_t offset, size_t count,
                          const int64_t* extra) {
  const size_t set = entry.set;
  const LowMode mode = relations_.low_mode(set);
  OrBits(present, count, offset, result_->present.data() + set * words_);
  if (!CopyFirst(entry, values, offset, count)) {
    int64_t* value = result_->values.data() + set * steps_ + offset;
    int64_t* low =
        mode == LowMode::kLargest
            ? result_->lows.data() + result_->low_row[set] * steps_ + offset
            : nullptr;
    if (wide_ && !decimal_) {
      AddWide(values, count, value, high_.data() + set * steps_ + offset);
      if (low != nullptr) MaxIntegers(values, count, low);
    } else if (decimal_) {
      AddDecimals(values, count, value);
      if (low != nullptr) MaxDecimals(values, count, low);
    } else if (low != nullptr) {
      overflow_ |= AddAndMaxIntegers(values, count, value, low);
    } else {
      overflow_ |= AddIntegers(values, count, value);
    }
  }
  if (mode == LowMode::kUnits) {
    Add(values, count, units_.data() + entry.unit * steps_ + offset);
  }
  if (extra != nullptr) Add(extra, count, ExtraLane(set) + offset);
  if (set < request_.counted_sets) counts_.Add(set, present, count, offset);
}

// The same, without the steps at which a whole of the series is there.
void Combiner::ContributeMasked(const SetEntry& entry, const int64_t* values,
                                const uint64_t* present, size_t offset,
                                size_t count, const int64_t* extra) {
  if (entry.above_count == 0) {
    Contribute(entry, values, present, offset, count, extra);
    return;
  }
  kept_.assign(present, present + WordsFor(count));
  for (const uint32_t whole : relations_.above(entry)) {
    const uint64_t* there = whole_present_.data() + whole * words_;
    for (size_t first = 0; first < count; first += 64) {
      const uint32_t n =
          static_cast<uint32_t>(std::min<size_t>(64, count - first));
      kept_[first / 64] &= ~StepBits(there, offset + first, n);
    }
  }
  kept_values_.resize(count);
  CopyWhere(values, kept_.data(), count, kept_values_.data());
  if (extra != nullptr) {
    kept_extra_.resize(count);
    CopyWhere(extra, kept_.data(), count, kept_extra_.data());
  }
  Contribute(entry, kept_values_.data(), kept_.data(), offset, count,
             extra == nullptr ? nullptr : kept_extra_.data());
}

// A whole: its cell is weighed against its parts, which are all in by now.
void Combiner::ContributeWhole(size_t lane) {
  const int64_t* values = whole_values_.data() + lane * steps_;
  const uint64_t* present = whole_present_.data() + lane * words_;
  for (const SetEntry& entry : relations_.entries(relations_.wholes()[lane])) {
    if (entry.parts_set == kNone) {
      ContributeMasked(entry, values, present, 0, steps_, nullptr);
      continue;
    }
    const size_t parts = entry.parts_set;
    FinishLow(parts);
    const int64_t* parts_value = result_->value(parts);
    const int64_t* parts_low =
        result_->low(parts) == nullptr ? parts_value : result_->low(parts);
    const int64_t* parts_extra = result_->extra(parts);
    const uint64_t* parts_present = result_->present_bits(parts);
    std::copy(values, values + steps_, cell_values_.begin());
    bool contradicts = false;
    for (size_t i = 0; i < steps_; ++i) {
      cell_extra_[i] = 0;
      if (!BitAt(present, i) || !BitAt(parts_present, i)) continue;
      if (decimal_) {
        const double whole = std::bit_cast<double>(values[i]);
        const double low = std::bit_cast<double>(parts_low[i]);
        if (!(low > whole)) continue;
        const double high =
            std::bit_cast<double>(parts_value[i]) +
            (parts_extra == nullptr ? 0
                                    : std::bit_cast<double>(parts_extra[i]));
        cell_extra_[i] = std::bit_cast<int64_t>(whole + high - low);
      } else {
        if (parts_low[i] <= values[i]) continue;
        int64_t extra = 0;
        overflow_ |=
            __builtin_sub_overflow(parts_value[i], parts_low[i], &extra) ||
            __builtin_add_overflow(extra, values[i], &extra) ||
            (parts_extra != nullptr &&
             __builtin_add_overflow(extra, parts_extra[i], &extra));
        cell_extra_[i] = extra;
      }
      cell_values_[i] = parts_low[i];
      contradicts = true;
    }
    result_->contradiction |= contradicts;
    ContributeMasked(entry, cell_values_.data(), present, 0, steps_,
                     contradicts ? cell_extra_.data() : nullptr);
  }
}

void Combiner::FinishLow(size_t set) {
  if (relations_.low_mode(set) != LowMode::kUnits) return;
  int64_t* low = result_->lows.data() + result_->low_row[set] * steps_;
  const auto [begin, end] = relations_.units_of(set);
  for (uint32_t unit = begin; unit < end; ++unit) {
    const int64_t* lane = units_.data() + unit * steps_;
    if (decimal_) {
      MaxDecimals(lane, steps_, low);
    } else {
      MaxIntegers(lane, steps_, low);
    }
  }
  // Only values that may be negative have a low above them.
  const int64_t* value = result_->value(set);
  for (size_t i = 0; i < steps_; ++i) {
    const bool above = decimal_ ? std::bit_cast<double>(low[i]) >
                                      std::bit_cast<double>(value[i])
                                : low[i] > value[i];
    if (above) low[i] = value[i];
  }
}

absl::Status Combiner::Scan(bool wholes) {
  const absl::Span<const UsedRow> rows =
      wholes ? relations_.wholes() : relations_.others();
  if (rows.empty()) return absl::OkStatus();
  const std::vector<SeriesId>& ids = request_.rows->ids;
  std::vector<SeriesId> series(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) series[i] = ids[rows[i].row];
  ScanRequest scan;
  scan.metric = request_.metric->id;
  scan.series = series;
  scan.steps = request_.steps;
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<SlabCursor> cursor,
      ScanRows(run_, *request_.rows, *request_.lane_steps, scan));
  uint64_t* const kept = result_->series_present.begin(wholes);
  size_t at = 0;
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    const Slab& slab = cursor->slab();
    const size_t offset =
        static_cast<size_t>(slab.first_step - request_.steps.begin);
    for (size_t i = 0; i < slab.series.size(); ++i) {
      const SeriesId id = slab.series[i];
      // Within a slab series follow the request's order: the next is near.
      if (i == 0 || series[at] != id) {
        at = static_cast<size_t>(
            std::lower_bound(series.begin(), series.end(), id) -
            series.begin());
      }
      if (at >= series.size() || series[at] != id) {
        return absl::InternalError("a scan gave a series not asked for");
      }
      const int64_t* values = slab.values.data() + i * slab.step_count;
      const uint64_t* present = slab.present.data() + i * slab.words;
      if (kept != nullptr) {
        OrBits(present, slab.step_count, offset, kept + at * words_);
      }
      if (wholes) {
        std::copy(values, values + slab.step_count,
                  whole_values_.data() + at * steps_ + offset);
        OrBits(present, slab.step_count, offset,
               whole_present_.data() + at * words_);
      } else {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + slab.step_count / 8));
        for (const SetEntry& entry : relations_.entries(rows[at])) {
          ContributeMasked(entry, values, present, offset, slab.step_count,
                           nullptr);
        }
      }
      if (at + 1 < series.size()) ++at;
    }
  }
  run_.Count(cursor->stats());
  return absl::OkStatus();
}

void Combiner::LookAtCounts() {
  result_->incomplete.resize(request_.counted_sets);
  for (size_t set = 0; set < request_.counted_sets; ++set) {
    result_->incomplete[set] = counts_.AnyBelow(
        set, request_.sets->set(set).size(), result_->present_bits(set));
  }
  for (size_t set = 0; set < request_.counted_sets; ++set) {
    result_->count_change = counts_.FindChange(
        set, result_->present_bits(set), request_.steps.begin,
        request_.counted_steps.empty() ? nullptr
                                       : &request_.counted_steps[set]);
    if (result_->count_change.has_value()) return;
  }
}

absl::StatusOr<bool> Combiner::Work(CombinedSets* result) {
  result_ = result;
  // An entry of each series in each set, and what finds its wholes.
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(request_.sets->member_count() * 64));
  FOOTFALL_RETURN_IF_ERROR(relations_.Build(run_, *request_.sets));
  FOOTFALL_RETURN_IF_ERROR(Allocate());
  FOOTFALL_RETURN_IF_ERROR(Scan(/*wholes=*/true));
  FOOTFALL_RETURN_IF_ERROR(Scan(/*wholes=*/false));
  for (size_t set = 0; set < relations_.set_count(); ++set) FillTo(set, steps_);
  for (const uint32_t lane : relations_.wholes_by_size()) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + steps_));
    ContributeWhole(lane);
  }
  for (size_t set = 0; set < relations_.set_count(); ++set) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + steps_ / 8));
    FinishLow(set);
  }
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(result_->extras.capacity() * 8));
  if (overflow_ && !wide_) return false;
  for (size_t i = 0; i < high_.size(); ++i) {
    if (high_[i] != (result_->values[i] < 0 ? -1 : 0)) {
      return Refuse(Refusal::kOverflow, run_.text(), footfall::Source(),
                    {request_.metric->spec.name, ""});
    }
  }
  if (overflow_) {
    return Refuse(Refusal::kOverflow, run_.text(), footfall::Source(),
                  {request_.metric->spec.name, ""});
  }
  FOOTFALL_RETURN_IF_ERROR(run_.Pass());
  LookAtCounts();
  result_->memory = std::move(memory_);
  return true;
}

}  // namespace

int64_t* CombinedSets::MutableExtra(size_t set) {
  if (extra_row[set] == kNone) {
    extra_row[set] = static_cast<uint32_t>(extras.size() / step_count());
    extras.resize(extras.size() + step_count(), 0);
  }
  return extras.data() + extra_row[set] * step_count();
}

absl::StatusOr<CombinedSets> CombineSets(Run& run,
                                         const CombineRequest& request) {
  CombinedSets result;
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool done, Combiner(run, request, /*wide=*/false).Work(&result));
  if (done) return result;
  // A sum left 64 bits on the way; it may come back, so count what left.
  result = CombinedSets();
  FOOTFALL_RETURN_IF_ERROR(
      Combiner(run, request, /*wide=*/true).Work(&result).status());
  return result;
}

}  // namespace footfall::query
