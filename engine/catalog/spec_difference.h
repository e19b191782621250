// How two declarations of one name differ, in words.

#ifndef FOOTFALL_ENGINE_CATALOG_SPEC_DIFFERENCE_H_
#define FOOTFALL_ENGINE_CATALOG_SPEC_DIFFERENCE_H_

#include <string>

#include "footfall/metric.h"

namespace footfall::engine {

// The first way; "" for none.
std::string FirstDifference(const MetricSpec& is, const MetricSpec& asked);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_SPEC_DIFFERENCE_H_
