// Many lanes of a tile at once: what a scan reads.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"
#include "storage/codec/column.h"
#include "storage/tile/tile_reader.h"

namespace footfall::storage {
namespace {

// Of 64 steps from `first` on: those below `end`.
uint64_t LowBits(uint32_t end, uint32_t first) {
  if (end <= first) {
    return 0;
  }
  return end - first >= 64 ? ~uint64_t{0} : (uint64_t{1} << (end - first)) - 1;
}

}  // namespace

// Most lanes have values at a run of steps, no cell deleted, and bytes of their
// own. Such a lane is taken apart here without an object for its steps; false
// where it is of another kind or its bytes are not sound, of which the general
// way has to tell.
bool TileReader::TakeRun(uint32_t index, RunLane* lane) const {
  const uint8_t head = heads_[index];
  const bool sealed = form_ == TileForm::kSealed;
  if ((head & kLaneHasDeleted) != 0 || (sealed && !steps_.is_run())) {
    return false;
  }
  absl::string_view bytes =
      data_.substr(ends_[index], ends_[index + 1] - ends_[index]);
  uint32_t places = shape_.steps;
  if (sealed) {
    places = steps_.count();
  } else {
    bytes.remove_prefix(1);  // the head
  }
  lane->begin = 0;
  lane->end = places;
  const PresenceForm form =
      static_cast<PresenceForm>((head >> kLaneFormShift) & kLaneFormMask);
  if (form == PresenceForm::kOne || form == PresenceForm::kRun) {
    uint32_t more = 0;
    if (!TakeVarint32(&bytes, places - 1, &lane->begin) ||
        (form == PresenceForm::kRun &&
         (!TakeVarint32(&bytes, places, &more) ||
          uint64_t{lane->begin} + more + 2 > places))) {
      return false;
    }
    lane->end = lane->begin + (form == PresenceForm::kRun ? more + 2 : 1);
  } else if (form != PresenceForm::kAll) {
    return false;
  }
  if (sealed) {
    lane->begin += steps_.begin();
    lane->end += steps_.begin();
  }
  lane->codec = static_cast<Codec>(head & kLaneCodecMask);
  lane->values = bytes;
  return true;
}

void TileReader::MarkRun(const RunLane& lane, uint32_t begin, uint32_t end,
                         absl::Span<uint64_t> present) {
  const uint32_t from = std::max(begin, lane.begin);
  const uint32_t to = std::min(end, lane.end);
  for (uint32_t i = 0; i < present.size(); ++i) {
    present[i] = LowBits(to - begin, i * 64) & ~LowBits(from - begin, i * 64);
  }
}

absl::Status TileReader::ReadRun(const RunLane& lane, const Presence& steps,
                                 uint32_t begin,
                                 absl::Span<int64_t> values) const {
  const uint32_t end = begin + static_cast<uint32_t>(values.size());
  const uint32_t from = std::max(begin, lane.begin);
  const uint32_t to = std::min(end, lane.end);
  if (from > begin) {
    std::fill(values.begin(), values.begin() + (from - begin), 0);
  }
  if (to < end) {
    std::fill(values.begin() + (to - begin), values.end(), 0);
  }
  const size_t slack = static_cast<size_t>(
      data_.data() + data_.size() - lane.values.data() - lane.values.size());
  return DecodeColumn(lane.codec, lane.values, {steps, season_},
                      from - lane.begin,
                      values.subspan(from - begin, to - from), slack);
}

absl::Status TileReader::ReadPresenceOf(uint32_t lane, uint32_t begin,
                                        uint32_t end,
                                        absl::Span<uint64_t> present) const {
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  for (uint32_t i = begin; i < end; i += 64) {
    present[(i - begin) / 64] = taken.present().Word(i) & LowBits(end, i);
  }
  return absl::OkStatus();
}

absl::Status TileReader::ReadRows(absl::Span<const uint32_t> lanes,
                                  uint32_t begin, uint32_t end, bool values,
                                  LaneBlock* block) const {
  FOOTFALL_DCHECK(begin < end && end <= shape_.steps);
  block->Reset(lanes.size(), end - begin);
  Presence steps;  // of the last run: mostly that of the one before
  for (const uint32_t lane : lanes) {
    if (!HasLane(lane)) {
      continue;
    }
    RunLane run;
    bool any;
    absl::Status status;
    if (form_ != TileForm::kColumn &&
        TakeRun(lane_set_.CountBelow(lane), &run)) {
      any = run.begin < end && run.end > begin;
      if (any) {
        if (steps.begin() != run.begin || steps.end() != run.end) {
          steps = Presence::Run(run.begin, run.end);
        }
        MarkRun(run, begin, end, block->NextPresent());
        if (values) status = ReadRun(run, steps, begin, block->NextValues());
      }
    } else {
      const absl::Span<uint64_t> present = block->NextPresent();
      status = values ? FillLane(lane, begin, end, block->NextValues(), present)
                      : ReadPresenceOf(lane, begin, end, present);
      any = std::any_of(present.begin(), present.end(),
                        [](uint64_t word) { return word != 0; });
    }
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("lane ", lane, ": ", status.message()));
    }
    if (any) {
      block->Keep(lane);
    }
  }
  return absl::OkStatus();
}

absl::Status TileReader::ReadLanes(absl::Span<const uint32_t> lanes,
                                   uint32_t begin, uint32_t end,
                                   LaneBlock* block) const {
  return ReadRows(lanes, begin, end, /*values=*/true, block);
}

absl::Status TileReader::ReadPresence(absl::Span<const uint32_t> lanes,
                                      uint32_t begin, uint32_t end,
                                      LaneBlock* block) const {
  return ReadRows(lanes, begin, end, /*values=*/false, block);
}

}  // namespace footfall::storage
