#include "storage/tile/tile_reader.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/tile/ceilings.h"

namespace footfall::storage {
namespace {

// Sets bits [begin, end).
void SetBits(uint32_t begin, uint32_t end, absl::Span<uint64_t> words) {
  while (begin < end) {
    const uint32_t shift = begin % 64;
    const uint32_t count = std::min(64 - shift, end - begin);
    words[begin / 64] |= (~uint64_t{0} >> (64 - count)) << shift;
    begin += count;
  }
}

constexpr uint32_t kStackSteps = 1024;

}  // namespace

absl::Span<const int64_t> CompactCells(absl::Span<const uint64_t> present,
                                       std::vector<int64_t>* values) {
  size_t count = 0;
  for (size_t i = 0; i < present.size(); ++i) {
    for (uint64_t word = present[i]; word != 0; word &= word - 1) {
      (*values)[count++] =
          (*values)[i * 64 + static_cast<size_t>(std::countr_zero(word))];
    }
  }
  return absl::MakeConstSpan(*values).subspan(0, count);
}

absl::StatusOr<TileReader> TileReader::Open(absl::string_view bytes) {
  TileReader reader;
  FOOTFALL_RETURN_IF_ERROR(reader.OpenAgain(bytes, nullptr));
  return reader;
}

std::optional<int64_t> TileReader::Ceiling(uint32_t lane) const {
  FOOTFALL_DCHECK(HasLane(lane));
  if (ceilings_.empty()) {
    return std::nullopt;
  }
  return CeilingOf(top_,
                   static_cast<uint8_t>(ceilings_[lane_set_.CountBelow(lane)]));
}

absl::Status TileReader::TakeLane(uint32_t lane, CodedLane* taken) const {
  FOOTFALL_DCHECK(HasLane(lane));
  const uint32_t index = lane_set_.CountBelow(lane);
  if (form_ == TileForm::kColumn) {
    taken->own = Presence::Run(column_step_, column_step_ + 1);
    taken->codec = column_codec_;
    taken->values = data_;
    taken->apart = false;
    taken->value_index = index;
    return absl::OkStatus();
  }
  absl::string_view bytes =
      data_.substr(ends_[index], ends_[index + 1] - ends_[index]);
  const uint8_t head = heads_[index];
  const PresenceForm form =
      static_cast<PresenceForm>((head >> kLaneFormShift) & kLaneFormMask);
  taken->codec = static_cast<Codec>(head & kLaneCodecMask);
  if (form_ == TileForm::kSealed) {
    if (form == PresenceForm::kAll) {
      taken->shared = &steps_;
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(const Presence ranks,
                                Presence::Take(form, steps_.count(), &bytes));
      taken->own = ranks.Within(steps_);
    }
  } else {
    bytes.remove_prefix(1);
    FOOTFALL_ASSIGN_OR_RETURN(taken->own,
                              Presence::Take(form, shape_.steps, &bytes));
    if ((head & kLaneHasDeleted) != 0) {
      FOOTFALL_ASSIGN_OR_RETURN(taken->deleted, TakeSet(shape_.steps, &bytes));
    }
  }
  taken->values = bytes;
  if (taken->present().count() == 0 &&
      (taken->codec != Codec::kNone || !bytes.empty())) {
    return absl::DataLossError(
        "tile: a lane without a value has a codec or bytes of values");
  }
  return absl::OkStatus();
}

absl::Status TileReader::ReadValues(const CodedLane& lane, uint32_t rank,
                                    absl::Span<int64_t> out) const {
  const size_t slack = static_cast<size_t>(
      data_.data() + data_.size() - lane.values.data() - lane.values.size());
  if (lane.apart) {
    return DecodeColumn(lane.codec, lane.values, {lane.present(), season_},
                        rank, out, slack);
  }
  return DecodeColumn(lane.codec, lane.values,
                      {Presence::Run(0, lane_set_.count()), 0},
                      lane.value_index + rank, out, slack);
}

absl::Status TileReader::ReadLane(const CodedLane& lane, uint32_t begin,
                                  uint32_t end, absl::Span<int64_t> values,
                                  absl::Span<uint64_t> present,
                                  absl::Span<uint64_t> deleted) const {
  if (lane.deleted.count() != 0) {
    for (uint32_t i = begin; i < end; i += 64) {
      uint64_t word = lane.deleted.Word(i);
      if (end - i < 64) {
        word &= (uint64_t{1} << (end - i)) - 1;
      }
      const uint32_t index = (i - begin) / 64;
      present[index] &= ~word;
      if (!deleted.empty()) {
        deleted[index] |= word;
      }
      for (; word != 0; word &= word - 1) {
        values[i - begin + static_cast<uint32_t>(std::countr_zero(word))] = 0;
      }
    }
  }
  const Presence& set = lane.present();
  const uint32_t from = std::max(begin, set.begin());
  const uint32_t to = std::min(end, set.end());
  if (from >= to) {
    return absl::OkStatus();
  }
  const uint32_t rank = set.CountBelow(from);
  const uint32_t count = set.CountBelow(to) - rank;
  if (count == 0) {
    return absl::OkStatus();
  }
  if (set.is_run()) {
    FOOTFALL_RETURN_IF_ERROR(
        ReadValues(lane, rank, values.subspan(from - begin, count)));
    SetBits(from - begin, to - begin, present);
  } else {
    int64_t stack[kStackSteps];
    std::vector<int64_t> heap;
    absl::Span<int64_t> dense = absl::MakeSpan(stack);
    if (count > kStackSteps) {
      heap.resize(count);
      dense = absl::MakeSpan(heap);
    }
    FOOTFALL_RETURN_IF_ERROR(ReadValues(lane, rank, dense.subspan(0, count)));
    const int64_t* next = dense.data();
    for (uint32_t i = begin; i < end; i += 64) {
      uint64_t word = set.Word(i);
      if (end - i < 64) {
        word &= (uint64_t{1} << (end - i)) - 1;
      }
      present[(i - begin) / 64] |= word;
      for (; word != 0; word &= word - 1) {
        values[i - begin + static_cast<uint32_t>(std::countr_zero(word))] =
            *next++;
      }
    }
  }
  if (!deleted.empty()) {
    for (uint32_t i = 0; i < deleted.size(); ++i) {
      deleted[i] &= ~set.Word(begin + i * 64);
    }
  }
  return absl::OkStatus();
}

absl::Status TileReader::OverlayLane(uint32_t lane, uint32_t begin,
                                     uint32_t end, absl::Span<int64_t> values,
                                     absl::Span<uint64_t> present) const {
  FOOTFALL_DCHECK(begin < end && end <= shape_.steps);
  FOOTFALL_DCHECK(values.size() == end - begin);
  FOOTFALL_DCHECK(present.size() == (end - begin + 63) / 64);
  if (!HasLane(lane)) {
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  return ReadLane(taken, begin, end, values, present, {});
}

absl::Status TileReader::FillLane(uint32_t lane, uint32_t begin, uint32_t end,
                                  absl::Span<int64_t> values,
                                  absl::Span<uint64_t> present) const {
  FOOTFALL_DCHECK(begin < end && end <= shape_.steps);
  FOOTFALL_DCHECK(values.size() == end - begin);
  FOOTFALL_DCHECK(present.size() == (end - begin + 63) / 64);
  std::fill(present.begin(), present.end(), 0);
  if (!HasLane(lane)) {
    std::fill(values.begin(), values.end(), 0);
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  const Presence& set = taken.present();
  if (set.is_run()) {
    // Only what stands before and after.
    const size_t from = std::clamp(set.begin(), begin, end) - begin;
    const size_t to = std::clamp(set.end(), begin, end) - begin;
    std::fill(values.begin(), values.begin() + from, 0);
    std::fill(values.begin() + to, values.end(), 0);
  } else {
    std::fill(values.begin(), values.end(), 0);
  }
  return ReadLane(taken, begin, end, values, present, {});
}

absl::Status TileReader::OverlayCells(uint32_t lane, absl::Span<int64_t> values,
                                      absl::Span<uint64_t> present,
                                      absl::Span<uint64_t> deleted) const {
  FOOTFALL_DCHECK(values.size() == shape_.steps);
  FOOTFALL_DCHECK(present.size() == shape_.words());
  FOOTFALL_DCHECK(deleted.size() == shape_.words());
  if (!HasLane(lane)) {
    return absl::OkStatus();
  }
  CodedLane taken;
  FOOTFALL_RETURN_IF_ERROR(TakeLane(lane, &taken));
  return ReadLane(taken, 0, shape_.steps, values, present, deleted);
}

std::string TileReader::Dump() const {
  std::string text =
      absl::StrCat("tile version ", kTileVersion, ": ", shape_.lanes,
                   " lanes x ", shape_.steps, " steps of ",
                   type_ == CellType::kInteger ? "integers" : "decimals", ", ",
                   lane_set_.count(), " with cells",
                   form_ == TileForm::kColumn   ? ", all in one column"
                   : form_ == TileForm::kSealed ? ", sealed"
                                                : "",
                   ceilings_.empty() ? "" : " with ceilings",
                   season_ != 0 ? absl::StrCat(", season ", season_) : "",
                   has_deleted_ ? ", some deleted" : "", "\n");
  std::vector<int64_t> values(shape_.steps);
  std::vector<uint64_t> present(shape_.words());
  for (uint32_t lane = lane_set_.begin(); lane < lane_set_.end(); ++lane) {
    if (!HasLane(lane)) {
      continue;
    }
    absl::StrAppend(&text, "  lane ", lane, ": ");
    CodedLane taken;
    absl::Status status = TakeLane(lane, &taken);
    if (!status.ok()) {
      absl::StrAppend(&text, status.ToString(), "\n");
      continue;
    }
    const Presence& set = taken.present();
    if (set.count() != 0) {
      absl::StrAppend(&text, "steps ", set.begin(), "..", set.end() - 1, ", ");
    }
    absl::StrAppend(&text, set.count(), " values, ", taken.deleted.count(),
                    " deleted, ", DescribeColumn(taken.codec, taken.values),
                    form_ == TileForm::kColumn
                        ? std::string()
                        : absl::StrCat(", ", taken.values.size(), " bytes"));
    if (const auto ceiling = Ceiling(lane)) {
      absl::StrAppend(&text, ", at most ", *ceiling);
    }
    std::fill(present.begin(), present.end(), 0);
    status = ReadLane(taken, 0, shape_.steps, absl::MakeSpan(values),
                      absl::MakeSpan(present), {});
    if (!status.ok()) {
      absl::StrAppend(&text, ", ", status.ToString(), "\n");
      continue;
    }
    const auto show = [this](int64_t value) {
      return type_ == CellType::kInteger
                 ? absl::StrCat(value)
                 : absl::StrCat(std::bit_cast<double>(value));
    };
    if (set.count() != 0) {
      absl::StrAppend(&text, ", from ", show(values[set.begin()]), " to ",
                      show(values[set.end() - 1]));
    }
    text += '\n';
  }
  return text;
}

}  // namespace footfall::storage
