// A snapshot made of maps: what query/ is tested on without a database.

#ifndef FOOTFALL_TESTS_QUERY_SUPPORT_FAKE_SNAPSHOT_H_
#define FOOTFALL_TESTS_QUERY_SUPPORT_FAKE_SNAPSHOT_H_

#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "footfall/snapshot.h"

namespace footfall {

// Define metrics, put samples, ask. Slabs come as a database's do: by era of
// 256 steps, then by band of 64 series.
class FakeSnapshot : public Snapshot {
 public:
  // Metrics are defined before samples are put.
  std::shared_ptr<const Metric> Define(MetricSpec spec) {
    auto metric = std::make_shared<Metric>();
    metric->id = static_cast<MetricId>(metrics_.size());
    metric->grid = *Grid::Create(spec.period, spec.zone);
    metric->spec = std::move(spec);
    for (const Dimension& dimension : metric->spec.dimensions) {
      if (members_[dimension.name].empty()) members_[dimension.name] = {""};
    }
    metrics_.push_back(metric);
    data_.emplace_back();
    data_.back().table.data = &data_.back();
    return metric;
  }

  void Put(const Metric& metric, int64_t step,
           const std::vector<std::string>& members, int64_t value) {
    std::vector<MemberId> ids;
    for (size_t d = 0; d < members.size(); ++d) {
      auto& names = members_[metric.spec.dimensions[d].name];
      size_t id = 0;
      while (id < names.size() && names[id] != members[d]) ++id;
      if (id == names.size()) names.push_back(members[d]);
      ids.push_back(static_cast<MemberId>(id));
    }
    Data& data = data_[metric.id];
    const auto [at, inserted] =
        data.index.emplace(ids, static_cast<SeriesId>(data.rows.size()));
    if (inserted) {
      data.rows.push_back(ids);
      data.samples.emplace_back();
    }
    data.samples[at->second][step] = value;
  }
  void Put(const Metric& metric, int64_t step,
           const std::vector<std::string>& members, double value) {
    Put(metric, step, members, std::bit_cast<int64_t>(value));
  }

  uint64_t commit() const override { return 1; }
  std::vector<std::shared_ptr<const Metric>> Metrics() const override {
    std::map<std::string, std::shared_ptr<const Metric>> by_name;
    for (const auto& metric : metrics_) by_name[metric->spec.name] = metric;
    std::vector<std::shared_ptr<const Metric>> all;
    for (const auto& [name, metric] : by_name) all.push_back(metric);
    return all;
  }
  std::shared_ptr<const Metric> FindMetric(
      absl::string_view name) const override {
    for (const auto& metric : metrics_) {
      if (metric->spec.name == name) return metric;
    }
    return nullptr;
  }
  MemberId MemberCount(absl::string_view dimension) const override {
    const auto at = members_.find(std::string(dimension));
    return at == members_.end() ? 0 : static_cast<MemberId>(at->second.size());
  }
  absl::string_view MemberName(absl::string_view dimension,
                               MemberId member) const override {
    return members_.at(std::string(dimension))[member];
  }
  std::optional<MemberId> FindMember(absl::string_view dimension,
                                     absl::string_view name) const override {
    const auto at = members_.find(std::string(dimension));
    if (at == members_.end()) return std::nullopt;
    for (size_t id = 0; id < at->second.size(); ++id) {
      if (at->second[id] == name) return static_cast<MemberId>(id);
    }
    return std::nullopt;
  }
  // In order; names of aliases are members that were put.
  std::vector<std::shared_ptr<const Event>> events;
  std::vector<std::shared_ptr<const Alias>> aliases;
  absl::Span<const std::shared_ptr<const Event>> Events() const override {
    return events;
  }
  absl::Span<const std::shared_ptr<const Alias>> Aliases() const override {
    return aliases;
  }
  SeriesId BandSize(MetricId) const override { return kBand; }
  int64_t EraSize(MetricId) const override { return kEra; }
  const SeriesTable& Series(MetricId metric) const override {
    return data_[metric].table;
  }
  absl::StatusOr<std::optional<StepRange>> StepBounds(
      MetricId metric) const override {
    std::optional<StepRange> bounds;
    for (const auto& samples : data_[metric].samples) {
      if (samples.empty()) continue;
      const int64_t begin = EraOf(samples.begin()->first) * kEra;
      const int64_t end = (EraOf(samples.rbegin()->first) + 1) * kEra;
      if (!bounds.has_value()) bounds = StepRange{begin, end};
      bounds->begin = std::min(bounds->begin, begin);
      bounds->end = std::max(bounds->end, end);
    }
    return bounds;
  }
  absl::StatusOr<std::vector<StepRange>> StepStretches(
      MetricId metric, StepRange steps) const override {
    std::map<int64_t, int64_t> eras;  // first step -> end
    for (const auto& samples : data_[metric].samples) {
      for (const auto& [step, value] : samples) {
        const int64_t begin = EraOf(step) * kEra;
        if (begin + kEra > steps.begin && begin < steps.end) {
          eras[begin] = begin + kEra;
        }
      }
    }
    std::vector<StepRange> stretches;
    for (const auto& [begin, end] : eras) {
      if (!stretches.empty() && begin - stretches.back().end < 16 * kEra) {
        stretches.back().end = end;
      } else {
        stretches.push_back({begin, end});
      }
    }
    return stretches;
  }
  absl::StatusOr<uint64_t> CountTiles(
      const ScanRequest& request) const override {
    const std::unique_ptr<SlabCursor> cursor = Scan(request);
    uint64_t tiles = 0;
    while (*cursor->Next()) ++tiles;
    return tiles;
  }
  std::unique_ptr<SlabCursor> Scan(const ScanRequest& request) const override {
    return std::make_unique<Cursor>(data_[request.metric], request, this);
  }

  // Whether series have ceilings.
  bool ceilings = true;

  // A scan fails with it at its n-th slab.
  absl::Status failure;
  int fail_at = 0;

 private:
  static constexpr int64_t kEra = 256;
  static constexpr SeriesId kBand = 64;
  static int64_t EraOf(int64_t step) {
    return step >= 0 ? step / kEra : -((-step + kEra - 1) / kEra);
  }

  struct Data;
  struct Table : SeriesTable {
    const Data* data = nullptr;
    SeriesId count() const override {
      return static_cast<SeriesId>(data->rows.size());
    }
    void ReadMembers(size_t dimension, SeriesId first,
                     absl::Span<MemberId> out) const override {
      for (size_t i = 0; i < out.size(); ++i) {
        out[i] = data->rows[first + i][dimension];
      }
    }
    bool BlockMayHold(size_t dimension, SeriesId block,
                      MemberId member) const override {
      for (SeriesId i = block * kBlock;
           i < std::min<SeriesId>((block + 1) * kBlock, count()); ++i) {
        if (data->rows[i][dimension] == member) return true;
      }
      return false;
    }
  };
  struct Data {
    Data() = default;
    // The table points into its data.
    Data(Data&& other) noexcept
        : rows(std::move(other.rows)),
          index(std::move(other.index)),
          samples(std::move(other.samples)) {
      table.data = this;
    }
    std::vector<std::vector<MemberId>> rows;
    std::map<std::vector<MemberId>, SeriesId> index;
    std::vector<std::map<int64_t, int64_t>> samples;
    Table table;
  };

  class Cursor : public SlabCursor {
   public:
    Cursor(const Data& data, const ScanRequest& request,
           const FakeSnapshot* owner)
        : data_(data), request_(request), owner_(owner) {
      for (const SeriesId id : request.series) {
        for (const auto& [step, value] : data.samples[id]) {
          if (step >= request.steps.begin && step < request.steps.end) {
            blocks_[{EraOf(step), id / kBand}].push_back(id);
          }
        }
      }
      next_ = blocks_.begin();
    }

    absl::StatusOr<bool> Next() override {
      if (!owner_->failure.ok() && ++slabs_ >= owner_->fail_at) {
        return owner_->failure;
      }
      if (next_ == blocks_.end()) return false;
      series_ = next_->second;
      series_.erase(std::unique(series_.begin(), series_.end()), series_.end());
      const int64_t era = next_->first.first;
      slab_.first_step = std::max(era * kEra, request_.steps.begin);
      const int64_t end = std::min((era + 1) * kEra, request_.steps.end);
      slab_.step_count = static_cast<uint32_t>(end - slab_.first_step);
      slab_.words = (slab_.step_count + 63) / 64;
      values_.assign(series_.size() * slab_.step_count, 0);
      present_.assign(series_.size() * slab_.words, 0);
      for (size_t i = 0; i < series_.size(); ++i) {
        for (const auto& [step, value] : data_.samples[series_[i]]) {
          if (step < slab_.first_step || step >= end) continue;
          const size_t s = static_cast<size_t>(step - slab_.first_step);
          values_[i * slab_.step_count + s] = value;
          present_[i * slab_.words + s / 64] |= uint64_t{1} << (s % 64);
        }
      }
      slab_.series = series_;
      slab_.values = values_;
      slab_.present = present_;
      if (request_.depth == ScanDepth::kPresence) slab_.values = {};
      if (request_.depth == ScanDepth::kCeilings) PutCeilings(era);
      ++next_;
      ++stats_.tiles;
      stats_.values += values_.size();
      return true;
    }
    const Slab& slab() const override { return slab_; }
    const ScanStats& stats() const override { return stats_; }

   private:
    // A tenth above the largest sample of the era; of some series nothing is
    // known, and of those with a number below 0.
    void PutCeilings(int64_t era) {
      values_.clear();
      for (const SeriesId id : series_) {
        int64_t most = 0;
        int64_t least = 0;
        const auto& samples = data_.samples[id];
        for (auto at = samples.lower_bound(era * kEra);
             at != samples.end() && at->first < (era + 1) * kEra; ++at) {
          most = std::max(most, at->second);
          least = std::min(least, at->second);
        }
        const bool known = owner_->ceilings && least >= 0 && id % 7 != 3 &&
                           most < int64_t{1} << 60;
        values_.push_back(known ? most + most / 10 : INT64_MAX);
      }
      slab_.values = values_;
      slab_.present = {};
    }

    const Data& data_;
    const ScanRequest request_;
    const FakeSnapshot* owner_;
    std::map<std::pair<int64_t, SeriesId>, std::vector<SeriesId>> blocks_;
    std::map<std::pair<int64_t, SeriesId>, std::vector<SeriesId>>::iterator
        next_;
    std::vector<SeriesId> series_;
    std::vector<int64_t> values_;
    std::vector<uint64_t> present_;
    Slab slab_;
    ScanStats stats_;
    int slabs_ = 0;
  };

  std::vector<std::shared_ptr<const Metric>> metrics_;
  std::vector<Data> data_;
  std::map<std::string, std::vector<std::string>> members_;
};

}  // namespace footfall

#endif  // FOOTFALL_TESTS_QUERY_SUPPORT_FAKE_SNAPSHOT_H_
