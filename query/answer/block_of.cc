#include "query/answer/block_of.h"

#include <cstddef>

namespace footfall::query {
namespace {

// The rows of the members of `from` that have one a row. (A copy of the whole
// column, cut down, would cost as much for each block of an answer.)
Column BlockOfColumn(const Column& from, size_t begin, size_t end) {
  const auto rows = [begin, end](const auto& values, auto* out) {
    if (values.empty()) return;
    const auto first = values.begin();
    out->assign(first + static_cast<std::ptrdiff_t>(begin),
                first + static_cast<std::ptrdiff_t>(end));
  };
  Column out;
  out.name = from.name;
  out.role = from.role;
  out.type = from.type;
  out.unit = from.unit;
  out.ratio = from.ratio;
  out.dictionary = from.dictionary;
  rows(from.missing, &out.missing);
  rows(from.integers, &out.integers);
  rows(from.decimals, &out.decimals);
  rows(from.codes, &out.codes);
  rows(from.texts, &out.texts);
  rows(from.kinds, &out.kinds);
  rows(from.low, &out.low);
  rows(from.high, &out.high);
  rows(from.low_integers, &out.low_integers);
  rows(from.high_integers, &out.high_integers);
  rows(from.low_texts, &out.low_texts);
  rows(from.high_texts, &out.high_texts);
  if (from.dictionary != nullptr) {
    out.starts = from.starts;  // one for each of its texts
  } else {
    rows(from.starts, &out.starts);
  }
  return out;
}

}  // namespace

Answer BlockOf(const Answer& answer, size_t begin, size_t end) {
  Answer out;
  out.set_row_count(end - begin);
  out.columns.reserve(answer.columns.size());
  for (const Column& column : answer.columns) {
    out.columns.push_back(BlockOfColumn(column, begin, end));
  }
  return out;
}

}  // namespace footfall::query
