// What choosing a coding costs and loses.

#ifndef FOOTFALL_BENCH_CODEC_CHOICE_H_
#define FOOTFALL_BENCH_CODEC_CHOICE_H_

#include "bench/codec/lanes.h"

namespace footfall::bench {

// Prints, for one set, the bytes of storage/codec/choose.h beside those of
// trying everything, and how often which coding was chosen. Decimals are taken
// as the integers that they become.
void CompareChoices(const LaneSet& set, int rounds);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_CODEC_CHOICE_H_
