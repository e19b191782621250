#include "query/c/answer.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <numeric>
#include <string>
#include <utility>

namespace footfall::query {
namespace {

template <typename T>
const T* DataOf(const std::vector<T>& values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

int64_t CivilSeconds(const absl::CivilSecond& time) {
  return time - absl::CivilSecond(1970, 1, 1);
}

CAnswer::CAnswer(Answer answer)
    : answer_(std::move(answer)), arrays_(answer_.columns.size()) {
  static_assert(sizeof(CellKind) == sizeof(uint8_t));
  const size_t rows = answer_.row_count();
  columns_.reserve(answer_.columns.size());
  for (size_t i = 0; i < answer_.columns.size(); ++i) {
    const Column& column = answer_.columns[i];
    Arrays& arrays = arrays_[i];
    footfall_column out = {};
    out.name = column.name.c_str();
    out.unit = column.unit.c_str();
    out.role = static_cast<int>(column.role);
    out.type = static_cast<int>(column.type);
    arrays.missing.assign(column.missing.begin(), column.missing.end());
    out.missing = DataOf(arrays.missing);
    out.integers = DataOf(column.integers);
    out.decimals = DataOf(column.decimals);
    if (column.type == ColumnType::kText) {
      const bool coded = column.dictionary != nullptr;
      if (!coded) {
        arrays.codes.resize(rows);
        std::iota(arrays.codes.begin(), arrays.codes.end(), 0);
      }
      for (const std::string& text :
           coded ? *column.dictionary : column.texts) {
        arrays.dictionary.push_back(text.c_str());
      }
      out.codes = DataOf(coded ? column.codes : arrays.codes);
      out.dictionary = DataOf(arrays.dictionary);
      out.dictionary_size = arrays.dictionary.size();
    }
    if (!column.starts.empty()) {
      arrays.starts.resize(rows);
      for (size_t row = 0; row < rows; ++row) {
        if (column.is_missing(row)) continue;
        arrays.starts[row] = CivilSeconds(column.start(row));
      }
      out.starts = DataOf(arrays.starts);
    }
    out.kinds = reinterpret_cast<const uint8_t*>(DataOf(column.kinds));
    out.low = DataOf(column.low);
    out.high = DataOf(column.high);
    out.ratio = column.ratio ? 1 : 0;
    columns_.push_back(out);
  }
}

footfall_answer* NewAnswer(Answer answer) {
  auto made = std::make_unique<footfall_answer>();
  made->shared = std::make_shared<const CAnswer>(std::move(answer));
  return made.release();
}

}  // namespace footfall::query

size_t footfall_answer_rows(const footfall_answer* answer) {
  return answer->shared->answer().row_count();
}

size_t footfall_answer_columns(const footfall_answer* answer) {
  return answer->shared->columns().size();
}

int footfall_answer_column(const footfall_answer* answer, size_t index,
                           footfall_column* column) {
  const auto& columns = answer->shared->columns();
  if (index >= columns.size()) return FOOTFALL_OUT_OF_RANGE;
  *column = columns[index];
  return FOOTFALL_OK;
}

size_t footfall_answer_notes(const footfall_answer* answer) {
  return answer->shared->answer().notes.size();
}

const char* footfall_answer_note(const footfall_answer* answer, size_t index) {
  const auto& notes = answer->shared->answer().notes;
  return index < notes.size() ? notes[index].c_str() : nullptr;
}

char* footfall_answer_text(const footfall_answer* answer, int form) {
  try {
    const footfall::Answer& table = answer->shared->answer();
    std::string text;
    switch (form) {
      case FOOTFALL_TABLE:
        text = FormatTable(table, {});
        break;
      case FOOTFALL_CSV:
        text = FormatCsv(table);
        break;
      case FOOTFALL_JSON:
        text = FormatJson(table);
        break;
      case FOOTFALL_JSON_LINES:
        text = FormatJsonLines(table);
        break;
      default:
        return nullptr;
    }
    return strdup(text.c_str());
  } catch (...) {
    return nullptr;
  }
}

void footfall_text_free(char* text) { free(text); }

footfall_answer* footfall_answer_share(const footfall_answer* answer) {
  return new (std::nothrow) footfall_answer(*answer);
}

void footfall_answer_free(footfall_answer* answer) { delete answer; }
