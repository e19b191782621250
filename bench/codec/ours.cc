// Footfall's own codings, as a column and as a tile of lanes.

#include "bench/codec/subject.h"
#include "storage/codec/choose.h"
#include "storage/codec/column.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "storage/codec/patched_frame.h"

namespace footfall::bench {
namespace {

using storage::Codec;
using storage::ColumnPlaces;
using storage::Effort;

Subject Chosen(const char* name, Effort effort) {
  return {name,
          [effort](const LaneSet& set, const Lane& lane, std::string* out) {
            const size_t start = out->size();
            out->push_back(0);
            const Codec codec = storage::EncodeColumn(
                lane.values, {lane.steps, set.season}, set.type, effort, out);
            (*out)[start] = static_cast<char>(codec);
          },
          [](const LaneSet& set, const Lane& lane, absl::string_view in,
             int64_t* values) {
            return storage::DecodeColumn(
                       static_cast<Codec>(in[0]), in.substr(1),
                       {lane.steps, set.season}, 0,
                       absl::MakeSpan(values, lane.values.size()))
                .ok();
          }};
}

using Encode = void (*)(absl::Span<const int64_t>, std::string*);
using Decode = absl::Status (*)(absl::string_view, size_t, size_t,
                                absl::Span<int64_t>);

Subject Plain(const char* name, Encode encode, Decode decode) {
  return {name,
          [encode](const LaneSet&, const Lane& lane, std::string* out) {
            encode(lane.values, out);
          },
          [decode](const LaneSet&, const Lane& lane, absl::string_view in,
                   int64_t* values) {
            const size_t count = lane.values.size();
            return decode(in, count, 0, absl::MakeSpan(values, count)).ok();
          }};
}

}  // namespace

std::vector<Subject> OurSubjects() {
  return {
      Chosen("sealed", Effort::kDense),
      Chosen("patch", Effort::kFast),
      Plain("patched frame", storage::EncodePatchedFrame,
            storage::DecodePatchedFrame),
      Plain("frame", storage::EncodeFrame, storage::DecodeFrame),
      Plain("delta", storage::EncodeDelta, storage::DecodeDelta),
  };
}

}  // namespace footfall::bench
