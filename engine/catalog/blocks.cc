#include "engine/catalog/blocks.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "storage/base/check.h"
#include "storage/base/status_macros.h"
#include "storage/base/varint.h"

namespace footfall::engine {
namespace {

using storage::PutVarint;
using storage::TakeVarint;
using storage::TakeVarint32;
using storage::UnZigZag;
using storage::ZigZag;

// How a column is written; the first byte of it.
enum Form : uint8_t {
  kConstant = 0,  // varint member
  kPacked = 1,    // varint min, width, member - min in `width` bits each
  kSteps = 2,     // varint first, zigzag varint min step, width, then
                  // step - min step in `width` bits each
  kRuns = 3,      // varint run count, then zigzag varint step and varint
                  // length - 1 of each
};

// `width` bits of each value, lowest first.
void PackBits(absl::Span<const uint64_t> values, int width, std::string* out) {
  uint64_t word = 0;
  int filled = 0;
  for (const uint64_t value : values) {
    for (int done = 0; done < width;) {
      const int take = std::min(width - done, 8 - filled);
      word |= ((value >> done) & ((uint64_t{1} << take) - 1)) << filled;
      filled += take;
      done += take;
      if (filled == 8) {
        out->push_back(static_cast<char>(word));
        word = 0;
        filled = 0;
      }
    }
  }
  if (filled > 0) {
    out->push_back(static_cast<char>(word));
  }
}

// Takes `count` values off the front of *in; false where the bytes end first.
bool UnpackBits(absl::string_view* in, size_t count, int width,
                std::vector<uint64_t>* values) {
  const size_t size = (count * static_cast<size_t>(width) + 7) / 8;
  if (in->size() < size) {
    return false;
  }
  values->assign(count, 0);
  size_t bit = 0;
  for (uint64_t& value : *values) {
    for (int done = 0; done < width;) {
      const int from = static_cast<int>(bit % 8);
      const int take = std::min(width - done, 8 - from);
      const uint64_t byte = static_cast<uint8_t>((*in)[bit / 8]);
      value |= ((byte >> from) & ((uint64_t{1} << take) - 1)) << done;
      done += take;
      bit += static_cast<size_t>(take);
    }
  }
  in->remove_prefix(size);
  return true;
}

std::string EncodePacked(absl::Span<const MemberId> column) {
  const auto [min, max] = std::minmax_element(column.begin(), column.end());
  const int width = static_cast<int>(std::bit_width(*max - *min));
  std::vector<uint64_t> values;
  values.reserve(column.size());
  for (const MemberId member : column) {
    values.push_back(member - *min);
  }
  std::string out(1, kPacked);
  PutVarint(*min, &out);
  out.push_back(static_cast<char>(width));
  PackBits(values, width, &out);
  return out;
}

std::string EncodeSteps(absl::Span<const MemberId> column) {
  std::vector<int64_t> steps;
  for (size_t i = 1; i < column.size(); ++i) {
    steps.push_back(int64_t{column[i]} - int64_t{column[i - 1]});
  }
  const auto [min, max] = std::minmax_element(steps.begin(), steps.end());
  const int64_t base = *min;
  const int width =
      static_cast<int>(std::bit_width(static_cast<uint64_t>(*max - base)));
  std::vector<uint64_t> values;
  values.reserve(steps.size());
  for (const int64_t step : steps) {
    values.push_back(static_cast<uint64_t>(step - base));
  }
  std::string out(1, kSteps);
  PutVarint(column[0], &out);
  PutVarint(ZigZag(static_cast<uint64_t>(base)), &out);
  out.push_back(static_cast<char>(width));
  PackBits(values, width, &out);
  return out;
}

std::string EncodeRuns(absl::Span<const MemberId> column) {
  std::string runs;
  uint64_t run_count = 0;
  int64_t before = 0;
  for (size_t i = 0; i < column.size();) {
    size_t end = i + 1;
    while (end < column.size() && column[end] == column[i]) {
      ++end;
    }
    PutVarint(ZigZag(static_cast<uint64_t>(int64_t{column[i]} - before)),
              &runs);
    PutVarint(end - i - 1, &runs);
    before = column[i];
    ++run_count;
    i = end;
  }
  std::string out(1, kRuns);
  PutVarint(run_count, &out);
  return out + runs;
}

std::string EncodeColumn(absl::Span<const MemberId> column) {
  const auto [min, max] = std::minmax_element(column.begin(), column.end());
  if (*min == *max) {
    std::string out(1, kConstant);
    PutVarint(*min, &out);
    return out;
  }
  std::string best = EncodePacked(column);
  for (std::string other : {EncodeSteps(column), EncodeRuns(column)}) {
    if (other.size() < best.size()) {
      best = std::move(other);
    }
  }
  return best;
}

absl::Status Broken(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("series block: ", what));
}

// A width byte of at most `limit` bits.
bool TakeWidth(absl::string_view* in, int limit, int* width) {
  if (in->empty()) {
    return false;
  }
  *width = static_cast<uint8_t>(in->front());
  in->remove_prefix(1);
  return *width <= limit;
}

bool IsMember(int64_t value) { return value >= 0 && value < kUnknownId; }

absl::Status DecodeColumn(absl::string_view* in, size_t count,
                          std::vector<MemberId>* column) {
  if (in->empty()) {
    return Broken("bytes end before a column");
  }
  const uint8_t form = static_cast<uint8_t>(in->front());
  in->remove_prefix(1);
  column->clear();
  column->reserve(count);
  std::vector<uint64_t> values;
  uint32_t first = 0;
  int width = 0;
  switch (form) {
    case kConstant:
      if (!TakeVarint32(in, kUnknownId - 1, &first)) {
        return Broken("a constant column's member is cut or too large");
      }
      column->assign(count, first);
      return absl::OkStatus();
    case kPacked:
      if (!TakeVarint32(in, kUnknownId - 1, &first) ||
          !TakeWidth(in, 32, &width) ||
          !UnpackBits(in, count, width, &values)) {
        return Broken("a packed column is cut");
      }
      for (const uint64_t value : values) {
        if (!IsMember(static_cast<int64_t>(first + value))) {
          return Broken("a packed column holds a member out of range");
        }
        column->push_back(static_cast<MemberId>(first + value));
      }
      return absl::OkStatus();
    case kSteps: {
      uint64_t base = 0;
      if (!TakeVarint32(in, kUnknownId - 1, &first) || !TakeVarint(in, &base) ||
          !TakeWidth(in, 33, &width) ||
          !UnpackBits(in, count - 1, width, &values)) {
        return Broken("a column of steps is cut");
      }
      uint64_t member = first;
      column->push_back(first);
      for (const uint64_t value : values) {
        member += UnZigZag(base) + value;
        if (!IsMember(static_cast<int64_t>(member))) {
          return Broken("a column of steps leads out of range");
        }
        column->push_back(static_cast<MemberId>(member));
      }
      return absl::OkStatus();
    }
    case kRuns: {
      uint64_t run_count = 0;
      uint64_t member = 0;
      if (!TakeVarint(in, &run_count)) {
        return Broken("a column of runs is cut");
      }
      for (uint64_t i = 0; i < run_count; ++i) {
        uint64_t step = 0;
        uint64_t more = 0;
        if (!TakeVarint(in, &step) || !TakeVarint(in, &more)) {
          return Broken("a column of runs is cut");
        }
        member += UnZigZag(step);
        if (!IsMember(static_cast<int64_t>(member)) ||
            more >= count - column->size()) {
          return Broken("a column of runs leads out of range");
        }
        column->insert(column->end(), more + 1, static_cast<MemberId>(member));
      }
      if (column->size() != count) {
        return Broken("a column of runs is short");
      }
      return absl::OkStatus();
    }
    default:
      return absl::UnimplementedError(
          absl::StrCat("series block: a column has form ", form,
                       "; this build knows 0 to 3"));
  }
}

}  // namespace

std::string EncodeSeriesBlock(TupleColumns tuples, size_t row_count) {
  FOOTFALL_DCHECK(row_count >= 1 && row_count <= kMaxBlockRows);
  std::string out;
  PutVarint(row_count, &out);
  for (const absl::Span<const MemberId> column : tuples) {
    out += EncodeColumn(column.subspan(0, row_count));
  }
  return out;
}

absl::Status DecodeSeriesBlock(absl::string_view bytes, size_t dimension_count,
                               std::vector<std::vector<MemberId>>* columns,
                               size_t* row_count) {
  uint32_t count = 0;
  if (!TakeVarint32(&bytes, kMaxBlockRows, &count) || count == 0) {
    return Broken("its row count is cut, 0 or too large");
  }
  columns->resize(dimension_count);
  for (std::vector<MemberId>& column : *columns) {
    FOOTFALL_RETURN_IF_ERROR(DecodeColumn(&bytes, count, &column));
  }
  if (!bytes.empty()) {
    return Broken(absl::StrCat(bytes.size(), " bytes left after its columns"));
  }
  *row_count = count;
  return absl::OkStatus();
}

std::string EncodeMemberBlock(absl::Span<const absl::string_view> members) {
  FOOTFALL_DCHECK(!members.empty() && members.size() <= kMaxBlockRows);
  std::string shared;
  std::string lengths;
  std::string text;
  absl::string_view before;
  for (const absl::string_view member : members) {
    const size_t limit = std::min(before.size(), member.size());
    size_t same = 0;
    while (same < limit && before[same] == member[same]) {
      ++same;
    }
    PutVarint(same, &shared);
    PutVarint(member.size() - same, &lengths);
    text.append(member.data() + same, member.size() - same);
    before = member;
  }
  std::string out;
  PutVarint(members.size(), &out);
  return out + shared + lengths + text;
}

absl::Status DecodeMemberBlock(absl::string_view bytes,
                               std::vector<std::string>* members) {
  const auto broken = [](absl::string_view what) {
    return absl::DataLossError(absl::StrCat("member block: ", what));
  };
  uint32_t count = 0;
  if (!TakeVarint32(&bytes, kMaxBlockRows, &count) || count == 0) {
    return broken("its member count is cut, 0 or too large");
  }
  // Two varints a member at least, so a damaged count asks for little memory.
  if (bytes.size() < size_t{2} * count) {
    return broken("bytes end before its lengths");
  }
  std::vector<uint32_t> sizes(size_t{2} * count);
  for (uint32_t& size : sizes) {
    if (!TakeVarint32(&bytes, kMaxMemberBytes, &size)) {
      return broken("a length is cut or too large");
    }
  }
  members->clear();
  members->reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t same = sizes[i];
    const uint32_t rest = sizes[count + i];
    const size_t before = i == 0 ? 0 : members->back().size();
    if (same > before || same + rest > kMaxMemberBytes || rest > bytes.size()) {
      return broken(absl::StrCat("member ", i, " does not fit its bytes"));
    }
    std::string member = i == 0 ? "" : members->back().substr(0, same);
    member.append(bytes.data(), rest);
    bytes.remove_prefix(rest);
    members->push_back(std::move(member));
  }
  if (!bytes.empty()) {
    return broken(absl::StrCat(bytes.size(), " bytes left"));
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
