// Texts of a column that repeat, as codes.

#ifndef FOOTFALL_QUERY_EXEC_CODED_COLUMN_H_
#define FOOTFALL_QUERY_EXEC_CODED_COLUMN_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "footfall/answer.h"
#include "footfall/hash_table.h"

namespace footfall::query {

// Gives a column its codes, a row after the other, by what the texts stand for:
// the number of a member, a slot.
class CodedColumn {
 public:
  // `numbers`: all are below it; 0: they may be any, and are few.
  CodedColumn(Column* column, size_t rows, size_t numbers = 0)
      : column_(*column), codes_(numbers, kNone) {
    column_.codes.reserve(rows);
    texts_.reserve(std::min(rows, numbers));
  }

  // Appends a row. `text` is called for the first of each number, and gives the
  // text; whoever keeps `starts` appends one there, too.
  template <typename TextOf>
  void Add(uint32_t number, const TextOf& text) {
    if (column_.codes.empty() || number != last_number_) {
      uint32_t& code = codes_.empty()
                           ? code_of_.try_emplace(number, kNone).first->second
                           : codes_[number];
      if (code == kNone) {
        code = static_cast<uint32_t>(texts_.size());
        texts_.push_back(text());
      }
      last_number_ = number;
      last_code_ = code;
    }
    column_.codes.push_back(last_code_);
  }

  // Gives the column its dictionary; the last call.
  void Finish() {
    column_.dictionary =
        std::make_shared<const std::vector<std::string>>(std::move(texts_));
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  Column& column_;
  std::vector<std::string> texts_;
  std::vector<uint32_t> codes_;              // [numbers]
  FlatHashMap<uint32_t, uint32_t> code_of_;  // where there are no `codes_`
  uint32_t last_number_ = 0;
  uint32_t last_code_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_CODED_COLUMN_H_
