// The buckets that the oracle asks for, labelled by SQL alone: nothing here
// knows Footfall's calendar.

#ifndef FOOTFALL_TESTS_ORACLE_BUCKET_LABELS_H_
#define FOOTFALL_TESTS_ORACLE_BUCKET_LABELS_H_

#include <vector>

#include "footfall/period.h"
#include "tests/oracle/data_set.h"

namespace footfall::oracle {

// What EVERY may cut out of steps of one `unit`; the unit itself first.
std::vector<BucketWord> BucketsOf(Unit unit);

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_ORACLE_BUCKET_LABELS_H_
