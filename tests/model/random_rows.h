// Metrics, rows, events and aliases for random tests: few members, steps and
// names, so that they meet.

#ifndef FOOTFALL_TESTS_MODEL_RANDOM_ROWS_H_
#define FOOTFALL_TESTS_MODEL_RANDOM_ROWS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"
#include "tests/model/plain_database.h"

namespace footfall::testing {

using Random = std::mt19937_64;

// Different periods, value types and numbers of dimensions.
std::vector<MetricSpec> RandomSpecs();

struct Row {
  int64_t step = 0;
  Members members;
  int64_t bits = 0;
  bool deletes = false;
};

// What a metric of RandomSpecs() is named where it is renamed.
std::string OtherName(const MetricSpec& spec);
// What may change of a metric, some of it; mostly how long it is kept, so that
// some of its samples grow old.
MetricChanges RandomChanges(const MetricSpec& spec, Random* random);

// Steps lie in a few eras, some before 1970; values are small, large, extreme.
Row RandomRow(const MetricSpec& spec, Random* random);
int64_t RandomStep(const MetricSpec& spec, Random* random);

// Of a few kinds, names, dates and members; one in four removes.
EventChange RandomEventChange(Random* random);
// Of a few names, in a dimension of RandomSpecs(); one in four removes.
AliasChange RandomAliasChange(Random* random);
// Adds the change to the batch.
void AddChange(const EventChange& change, SampleBatch* batch);
void AddChange(const AliasChange& change, SampleBatch* batch);
// Whether the change would lead a chain of aliases back to its old name.
bool ClosesCircle(const AliasChange& change, const PlainAliases& aliases);

// `rows` in the form that a batch and a bulk loader take.
void AddRow(const Row& row, SampleRows* rows);
std::vector<absl::string_view> Views(const Members& members);

// What the row does to the model.
void Apply(const Row& row, PlainMetric* samples);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_RANDOM_ROWS_H_
