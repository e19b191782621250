// Where a test keeps a database between openings, and how it reads all of it.

#ifndef FOOTFALL_TESTS_SUPPORT_DATABASE_HOME_H_
#define FOOTFALL_TESTS_SUPPORT_DATABASE_HOME_H_

#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/lent_store.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {

enum class Home { kMemory, kDisk };

// For CAPTURE: which home a case ran in.
inline std::ostream& operator<<(std::ostream& out, Home home) {
  return out << (home == Home::kMemory ? "in memory" : "on disk");
}

class DatabaseHome {
 public:
  explicit DatabaseHome(Home home)
      : home_(home), store_(storage::NewMemoryStore()) {}

  absl::StatusOr<std::unique_ptr<Database>> TryOpen(
      const DatabaseOptions& options = {}) {
    if (home_ == Home::kDisk) {
      return Database::Open(folder_.path(), options);
    }
    return Database::Open(std::make_unique<LentStore>(store_), options);
  }

  // Without a thread of its own, so that a test says when upkeep runs.
  std::unique_ptr<Database> Open() {
    DatabaseOptions options;
    options.background_upkeep = false;
    auto database = TryOpen(options);
    REQUIRE(database.status() == absl::OkStatus());
    return *std::move(database);
  }

  const std::string& path() const { return folder_.path(); }
  const std::shared_ptr<Store>& store() const { return store_; }

 private:
  const Home home_;
  TempDir folder_;
  std::shared_ptr<Store> store_;
};

// Members joined by '/', then the step.
using SampleKey = std::pair<std::string, int64_t>;
using Samples = std::map<SampleKey, int64_t>;

inline std::vector<SeriesId> AllSeries(const Snapshot& snapshot,
                                       MetricId metric) {
  std::vector<SeriesId> all(snapshot.Series(metric).count());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

inline std::string SeriesName(const Snapshot& snapshot, const Metric& metric,
                              SeriesId series) {
  std::string name;
  for (size_t d = 0; d < metric.spec.dimensions.size(); ++d) {
    MemberId member = 0;
    snapshot.Series(metric.id).ReadMembers(d, series,
                                           absl::MakeSpan(&member, 1));
    const absl::string_view text =
        snapshot.MemberName(metric.spec.dimensions[d].name, member);
    name += d == 0 ? "" : "/";
    name.append(text.data(), text.size());
  }
  return name;
}

// The samples of some series at some steps. Checks what a slab promises.
inline absl::StatusOr<Samples> TryReadSamples(
    const Snapshot& snapshot, const Metric& metric,
    const std::vector<SeriesId>& series, StepRange steps) {
  Samples samples;
  const auto cursor =
      snapshot.Scan({.metric = metric.id, .series = series, .steps = steps});
  while (true) {
    const absl::StatusOr<bool> more = cursor->Next();
    if (!more.ok()) return more.status();
    if (!*more) return samples;
    const Slab& slab = cursor->slab();
    REQUIRE(!slab.series.empty());
    REQUIRE(slab.words == (slab.step_count + 63) / 64);
    REQUIRE(slab.values.size() == slab.series.size() * slab.step_count);
    REQUIRE(slab.present.size() == slab.series.size() * slab.words);
    bool keeps_promises = slab.first_step >= steps.begin &&
                          slab.first_step + slab.step_count <= steps.end;
    for (size_t row = 0; row < slab.series.size(); ++row) {
      bool any = false;
      for (uint32_t i = 0; i < slab.words * 64; ++i) {
        const bool present =
            (slab.present[row * slab.words + i / 64] >> (i % 64) & 1) != 0;
        if (i >= slab.step_count) {
          keeps_promises = keeps_promises && !present;
          continue;
        }
        const int64_t value = slab.values[row * slab.step_count + i];
        if (!present) {
          keeps_promises = keeps_promises && value == 0;
          continue;
        }
        any = true;
        samples[{SeriesName(snapshot, metric, slab.series[row]),
                 slab.first_step + i}] = value;
      }
      keeps_promises = keeps_promises && any;
    }
    REQUIRE(keeps_promises);
  }
}

inline Samples ReadSamples(const Snapshot& snapshot, const Metric& metric) {
  const auto samples = TryReadSamples(
      snapshot, metric, AllSeries(snapshot, metric.id), metric.grid.Limits());
  REQUIRE(samples.status() == absl::OkStatus());
  return *samples;
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_DATABASE_HOME_H_
