// Metrics and rows for random tests: few members and steps, so that rows meet.

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

// Steps lie in a few eras, some before 1970; values are small, large, extreme.
Row RandomRow(const MetricSpec& spec, Random* random);
int64_t RandomStep(const MetricSpec& spec, Random* random);

// `rows` in the form that a batch and a bulk loader take.
void AddRow(const Row& row, SampleRows* rows);
std::vector<absl::string_view> Views(const Members& members);

// What the row does to the model.
void Apply(const Row& row, PlainMetric* samples);

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MODEL_RANDOM_ROWS_H_
