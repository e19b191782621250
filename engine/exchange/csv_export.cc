#include "footfall/csv_export.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_reader.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall {
namespace {

// Samples that are gathered at a time, about.
constexpr uint64_t kGatheredCells = uint64_t{4} << 20;
constexpr size_t kMaxGatheredSeries = 4096;
constexpr size_t kTextBytes = size_t{1} << 16;

struct Sample {
  int64_t step;
  int64_t value;
};

// Writes the samples of one metric.
class Export {
 public:
  Export(const Snapshot& snapshot, const Metric& metric, TextFile* file,
         const StopCheck& stop, const ExportPart& part)
      : snapshot_(snapshot),
        metric_(metric),
        table_(snapshot.Series(metric.id)),
        file_(file),
        stop_(stop),
        part_(part) {}

  absl::StatusOr<ExportReport> Run() {
    FOOTFALL_RETURN_IF_ERROR(metric_.usable);
    if (part_.written_on != nullptr) {
      FOOTFALL_ASSIGN_OR_RETURN(
          finer_, CoarseSteps::Create(*part_.written_on, metric_.grid));
    }
    std::string header = "time";
    for (const Dimension& dimension : metric_.spec.dimensions) {
      absl::StrAppend(&header, ",", dimension.name);
    }
    absl::StrAppend(&text_, header, ",", ExportValueHeader(metric_.spec), "\n");
    ReadMembers();
    FOOTFALL_ASSIGN_OR_RETURN(std::optional<StepRange> bounds,
                              snapshot_.StepBounds(metric_.id));
    if (bounds.has_value() && part_.end.has_value()) {
      bounds->end = std::min(bounds->end, *part_.end);
    }
    if (bounds.has_value() && !bounds->empty()) {
      const uint64_t steps = static_cast<uint64_t>(
          std::max<int64_t>(bounds->end - bounds->begin, 1));
      const size_t at_once =
          std::clamp<size_t>(kGatheredCells / steps, 1, kMaxGatheredSeries);
      for (size_t first = 0; first < order_.size(); first += at_once) {
        const size_t count = std::min(at_once, order_.size() - first);
        FOOTFALL_RETURN_IF_ERROR(WriteSeries(
            absl::MakeConstSpan(order_).subspan(first, count), *bounds));
      }
    }
    FOOTFALL_RETURN_IF_ERROR(file_->Write(text_));
    return report_;
  }

 private:
  std::string TimeOf(int64_t step) const {
    return finer_.has_value()
               ? part_.written_on->Format(finer_->FineOf(step).end - 1)
               : metric_.grid.Format(step);
  }

  // All members by series, and the series in order of their members' names.
  void ReadMembers() {
    const SeriesId count = table_.count();
    const size_t dimensions = metric_.spec.dimensions.size();
    std::vector<std::vector<uint32_t>> ranks(dimensions);
    members_.assign(dimensions, std::vector<MemberId>(count));
    for (size_t d = 0; d < dimensions; ++d) {
      table_.ReadMembers(d, 0, absl::MakeSpan(members_[d]));
      const std::string& name = metric_.spec.dimensions[d].name;
      std::vector<MemberId> by_name(snapshot_.MemberCount(name));
      std::iota(by_name.begin(), by_name.end(), MemberId{0});
      std::sort(by_name.begin(), by_name.end(), [&](MemberId a, MemberId b) {
        return snapshot_.MemberName(name, a) < snapshot_.MemberName(name, b);
      });
      ranks[d].resize(by_name.size());
      for (size_t i = 0; i < by_name.size(); ++i) {
        ranks[d][by_name[i]] = static_cast<uint32_t>(i);
      }
    }
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), SeriesId{0});
    std::sort(order_.begin(), order_.end(), [&](SeriesId a, SeriesId b) {
      for (size_t d = 0; d < dimensions; ++d) {
        const uint32_t x = ranks[d][members_[d][a]];
        const uint32_t y = ranks[d][members_[d][b]];
        if (x != y) return x < y;
      }
      return a < b;
    });
  }

  // A series alone that is longer than may be gathered is written a stretch of
  // time after the other.
  absl::Status WriteSeries(absl::Span<const SeriesId> wanted,
                           const StepRange& steps) {
    constexpr int64_t kStretch = static_cast<int64_t>(kGatheredCells);
    StepRange stretch = steps;
    do {
      stretch.end = std::min(steps.end, stretch.begin + kStretch);
      if (wanted.size() > 1) stretch.end = steps.end;
      FOOTFALL_RETURN_IF_ERROR(WriteStretch(wanted, stretch));
      stretch.begin = stretch.end;
    } while (stretch.begin < steps.end);
    return absl::OkStatus();
  }

  absl::Status WriteStretch(absl::Span<const SeriesId> wanted,
                            const StepRange& steps) {
    std::vector<SeriesId> ascending(wanted.begin(), wanted.end());
    std::sort(ascending.begin(), ascending.end());
    ScanRequest request;
    request.metric = metric_.id;
    request.series = ascending;
    request.steps = steps;
    const auto cursor = snapshot_.Scan(request);
    if (cursor == nullptr) {
      return absl::ResourceExhaustedError("there is no memory for a scan");
    }
    std::vector<std::vector<Sample>> samples(ascending.size());
    while (true) {
      FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
      if (!more) break;
      const Slab& slab = cursor->slab();
      for (size_t row = 0; row < slab.series.size(); ++row) {
        const size_t place = static_cast<size_t>(
            std::lower_bound(ascending.begin(), ascending.end(),
                             slab.series[row]) -
            ascending.begin());
        for (uint32_t word = 0; word < slab.words; ++word) {
          uint64_t bits = slab.present[row * slab.words + word];
          for (; bits != 0; bits &= bits - 1) {
            const uint32_t at =
                word * 64 + static_cast<uint32_t>(std::countr_zero(bits));
            samples[place].push_back({slab.first_step + at,
                                      slab.values[row * slab.step_count + at]});
          }
        }
      }
    }
    for (const SeriesId series : wanted) {
      const size_t place = static_cast<size_t>(
          std::lower_bound(ascending.begin(), ascending.end(), series) -
          ascending.begin());
      // Eras ascend, so steps do.
      FOOTFALL_RETURN_IF_ERROR(WriteOne(series, samples[place]));
    }
    return absl::OkStatus();
  }

  absl::Status WriteOne(SeriesId series, absl::Span<const Sample> samples) {
    std::string members;
    for (size_t d = 0; d < members_.size(); ++d) {
      members.push_back(',');
      engine::AppendCsvField(
          snapshot_.MemberName(metric_.spec.dimensions[d].name,
                               members_[d][series]),
          &members);
    }
    members.push_back(',');
    for (const Sample& sample : samples) {
      char value[40];
      const char* end;
      if (metric_.spec.value_type == ValueType::kInteger) {
        end = std::to_chars(value, value + sizeof(value), sample.value).ptr;
      } else {
        const double decimal = absl::bit_cast<double>(sample.value);
        if (!std::isfinite(decimal)) {
          ++report_.not_finite;
          continue;
        }
        end = std::to_chars(value, value + sizeof(value), decimal).ptr;
      }
      absl::StrAppend(
          &text_, TimeOf(sample.step), members,
          absl::string_view(value, static_cast<size_t>(end - value)), "\n");
      ++report_.rows;
      if (text_.size() < kTextBytes) continue;
      FOOTFALL_RETURN_IF_ERROR(AskStop(stop_));
      FOOTFALL_RETURN_IF_ERROR(file_->Write(text_));
      text_.clear();
    }
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const Metric& metric_;
  const SeriesTable& table_;
  TextFile* const file_;
  const StopCheck& stop_;
  const ExportPart& part_;
  std::optional<CoarseSteps> finer_;  // where the part is written on a grid
  std::vector<std::vector<MemberId>> members_;  // [dimension][series]
  std::vector<SeriesId> order_;                 // by their members' names
  std::string text_;                            // not yet written
  ExportReport report_;
};

}  // namespace

std::string ExportValueHeader(const MetricSpec& spec) {
  std::string header = "value";
  while (std::any_of(
      spec.dimensions.begin(), spec.dimensions.end(),
      [&](const Dimension& dimension) { return dimension.name == header; })) {
    header += "_";
  }
  return header;
}

absl::StatusOr<ExportReport> ExportCsv(const Snapshot& snapshot,
                                       const Metric& metric, TextFile* file,
                                       const StopCheck& stop,
                                       const ExportPart& part) {
  return Guarded(
      [&] { return Export(snapshot, metric, file, stop, part).Run(); });
}

}  // namespace footfall
