// The two forms in which samples come: JSON lines and CSV.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_READ_SAMPLES_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_READ_SAMPLES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "examples/collector/sample_rows.h"

namespace footfall::collector {

// An object a line, of texts, numbers and nulls; empty lines are passed over.
absl::Status ReadJsonLines(absl::string_view body, SampleRowReader* rows);

// RFC 4180 with a header line, UTF-8; empty lines are passed over.
absl::Status ReadCsv(absl::string_view body, SampleRowReader* rows);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_READ_SAMPLES_H_
