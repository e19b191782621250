// The database's promise in its plainest form: a map from samples to values,
// one from events to what is said of them, one from old names to new ones.

#ifndef FOOTFALL_TESTS_MODEL_PLAIN_DATABASE_H_
#define FOOTFALL_TESTS_MODEL_PLAIN_DATABASE_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"
#include "footfall/snapshot.h"

namespace footfall::testing {

using Members = std::vector<std::string>;
// Values by step: int64, or the bits of a double.
using Steps = std::map<int64_t, int64_t>;

// The samples of one metric; a series without a sample is not there.
using PlainMetric = std::map<Members, Steps>;

// Note and source by kind, name, date and "dimension=member" of each member.
using PlainEvents =
    std::map<std::vector<std::string>, std::pair<std::string, std::string>>;

// New name and date from which on, or "", by dimension and old name.
using PlainAliases = std::map<std::pair<std::string, std::string>,
                              std::pair<std::string, std::string>>;

// A step by name of a metric.
using StepOfMetric = std::map<std::string, int64_t>;
inline constexpr int64_t kNoStep = std::numeric_limits<int64_t>::min();
int64_t StepOf(const StepOfMetric& steps, const std::string& name);

struct PlainDatabase {
  // By name; one without a sample is there, empty.
  std::map<std::string, PlainMetric> metrics;
  // What they are declared as. Those that a test does not tell are not
  // compared.
  std::map<std::string, MetricSpec> declared;
  PlainEvents events;
  PlainAliases aliases;
};

// What a change does to the model.
void Apply(const EventChange& change, PlainEvents* events);
void Apply(const AliasChange& change, PlainAliases* aliases);

// Reads everything. Also checks what Slab promises, and in which order events
// and aliases come: INTERNAL names the first promise that was broken.
absl::StatusOr<PlainDatabase> ReadAll(const Snapshot& snapshot);

// Reads the events and aliases alone, as ReadAll().
absl::Status ReadNames(const Snapshot& snapshot, PlainDatabase* database);

// Reads some series of one metric in `steps`, as ReadAll().
absl::StatusOr<PlainMetric> ReadSome(const Snapshot& snapshot,
                                     const Metric& metric,
                                     absl::Span<const SeriesId> series,
                                     StepRange steps);

// The first difference, for people; nullopt where there is none. Samples of
// steps before `may_lack` need not be there.
std::optional<std::string> Difference(const PlainDatabase& expected,
                                      const PlainDatabase& found,
                                      const StepOfMetric& may_lack = {});
std::optional<std::string> Difference(const PlainMetric& expected,
                                      const PlainMetric& found,
                                      int64_t may_lack = kNoStep);

// Names of a series' members, in the metric's order.
Members MembersOf(const Snapshot& snapshot, const Metric& metric,
                  SeriesId series);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_PLAIN_DATABASE_H_
