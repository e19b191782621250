// How much to spend on making bytes small.

#ifndef FOOTFALL_STORAGE_CODEC_EFFORT_H_
#define FOOTFALL_STORAGE_CODEC_EFFORT_H_

#include <cstdint>

namespace footfall::storage {

enum class Effort : uint8_t {
  kFast,   // patches: whatever is written at once
  kDense,  // sealing: the densest coding that pays
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_EFFORT_H_
