// What codec_bench compares: ways from a lane's values to bytes and back.

#ifndef FOOTFALL_BENCH_CODEC_SUBJECT_H_
#define FOOTFALL_BENCH_CODEC_SUBJECT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/codec/lanes.h"

namespace footfall::bench {

struct Subject {
  const char* name;
  // Appends the lane's bytes.
  std::function<void(const LaneSet&, const Lane&, std::string*)> encode;
  // Fills values[lane.values.size()]. False: it failed.
  std::function<bool(const LaneSet&, const Lane&, absl::string_view, int64_t*)>
      decode;
  bool only_integers = false;  // of 32 bits or not much more
};

// Copying, and differences as varints, a byte at a time: what everything else
// is a multiple of.
const Subject& Copy();
const Subject& PlainVarint();

std::vector<Subject> OurSubjects();
// Debian's libraries, and Gorilla and Simple8b from their papers.
std::vector<Subject> OtherSubjects();

// T. Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series
// Database", VLDB 2015, section 4.1.2: values alone, as doubles.
void EncodeGorilla(const LaneSet& set, const Lane& lane, std::string* out);
bool DecodeGorilla(const LaneSet& set, const Lane& lane, absl::string_view in,
                   int64_t* values);
// V. Anh, A. Moffat, "Index compression using 64-bit words", 2010, of zigzag
// differences. Requires: they are below 2^60.
void EncodeSimple8b(const LaneSet& set, const Lane& lane, std::string* out);
bool DecodeSimple8b(const LaneSet& set, const Lane& lane, absl::string_view in,
                    int64_t* values);

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_CODEC_SUBJECT_H_
